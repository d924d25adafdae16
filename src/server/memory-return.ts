import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../clock/clock.ts';

/** So many watches more or less, and what is left of them is worth a collection: some 16 KiB each. */
const WORTH_WATCHES = 1000;
/** Clients come and go one by one: wait for the last of them. */
const SETTLE_MS = 500;
/** A service to which that many come or go meanwhile is busy, and one that is busy collects by itself. */
const QUIET_WATCHES = 50;

/** Gives memory back to the system when many watches have come or gone. */
export interface MemoryReturn {
  /** Takes the number of open watches, each time that it has changed. */
  note(watches: number): void;
}

/**
 * V8 collects when it needs room, and an idle service needs none: what thousands of handshakes leave behind, and the
 * memory of thousands of watches that ended, would stay until as many others come. A collection when it is quiet again
 * stalls nobody.
 *
 * @param collect a full garbage collection
 */
export function createMemoryReturn(clock: Clock, collect: () => void = exposeCollector()): MemoryReturn {
  let current = 0;
  // The fewest and the most since the last collection.
  let low = 0;
  let high = 0;
  let isScheduled = false;
  const waitForQuiet = (): void => {
    const before = current;
    isScheduled = true;
    clock.setTimer(SETTLE_MS, () => {
      isScheduled = false;
      if (Math.abs(current - before) >= QUIET_WATCHES) {
        waitForQuiet();
        return;
      }
      low = current;
      high = current;
      collect();
    });
  };
  return {
    note(watches) {
      current = watches;
      low = Math.min(low, current);
      high = Math.max(high, current);
      if (!isScheduled && high - low >= WORTH_WATCHES) waitForQuiet();
    },
  };
}

/** The collector that Node has behind a flag. A flag of the command line would not reach `bin/muster`. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
