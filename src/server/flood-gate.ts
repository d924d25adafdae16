import type { FloodGate } from '../http/requester.ts';
import { LIMITS } from '../limits.ts';

/** What one client may cost, as the operator set it. `undefined`: as much as it likes. */
export interface FloodLimits {
  readonly takeNew: ((address: string) => number | undefined) | undefined;
  readonly takeRead: ((address: string) => number | undefined) | undefined;
  readonly watchesPerAddress: number | undefined;
  readonly watchesPerToken: number | undefined;
  /** Told the number of open watches each time that it has changed. */
  readonly onWatches?: (watches: number) => void;
}

/** A flood gate that also knows how many watches are open. */
export interface CountingFloodGate extends FloodGate {
  readonly watches: number;
}

/** Counts what clients cost, per address and per token. All watches together are bounded whatever the operator set. */
export function createFloodGate(limits: FloodLimits): CountingFloodGate {
  const perAddress = new Map<string, number>();
  const perToken = new Map<string, number>();
  let watches = 0;
  return {
    get watches(): number {
      return watches;
    },
    takeNew: (address) => limits.takeNew?.(address),
    takeRead: (address) => limits.takeRead?.(address),
    openWatch(address, token) {
      const isFull =
        watches >= LIMITS.watchesMax ||
        (perAddress.get(address) ?? 0) >= (limits.watchesPerAddress ?? Number.POSITIVE_INFINITY) ||
        (perToken.get(token) ?? 0) >= (limits.watchesPerToken ?? Number.POSITIVE_INFINITY);
      if (isFull) return undefined;
      watches += 1;
      limits.onWatches?.(watches);
      add(perAddress, address, 1);
      add(perToken, token, 1);
      return () => {
        watches -= 1;
        limits.onWatches?.(watches);
        add(perAddress, address, -1);
        add(perToken, token, -1);
      };
    },
  };
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
