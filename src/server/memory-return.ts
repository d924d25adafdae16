import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../clock/clock.ts';

/** So many watches less, and what they held is worth a collection: some 16 KiB each. */
const WORTH_WATCHES = 1000;
/** Clients that vanish together are gone one by one: wait for the last of them. */
const SETTLE_MS = 500;

/** Gives memory back to the system when many watches have ended. */
export interface MemoryReturn {
  /** Takes the number of open watches, each time that it has changed. */
  note(watches: number): void;
}

/**
 * V8 collects when it needs room, and an idle service needs none: the memory of thousands of watches would stay until
 * as many others come. A collection right after costs little, since nearly all there is to find is garbage.
 *
 * @param collect a full garbage collection
 */
export function createMemoryReturn(clock: Clock, collect: () => void = exposeCollector()): MemoryReturn {
  let peak = 0;
  let isScheduled = false;
  let current = 0;
  return {
    note(watches) {
      current = watches;
      peak = Math.max(peak, watches);
      if (isScheduled || peak - watches < WORTH_WATCHES) return;
      isScheduled = true;
      clock.setTimer(SETTLE_MS, () => {
        isScheduled = false;
        peak = current;
        collect();
      });
    },
  };
}

/** The collector that Node has behind a flag. A flag of the command line would not reach `bin/muster`. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
