import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdMember } from './etcd.ts';

export interface SuperviseOptions {
  /** After this many restarts the member stays down, and whoever waits for it is told. Default 20. */
  readonly restartsMax?: number;
  /** The pause before each restart, as systemd's RestartSec. Default 100. */
  readonly restartDelayMs?: number;
}

/** What keeps a member running, as an init system does. Disposing of it stops both. */
export interface Supervision extends AsyncDisposable {
  /** How often the member was started again so far. */
  readonly restarts: number;
  /** Ends the supervision and the member, and waits for that. */
  stop(): Promise<void>;
}

/** Starts a member again whenever it ends, with its folder as it left it, as systemd's `Restart=always` does. */
export function supervise(member: EtcdMember, options: SuperviseOptions = {}): Supervision {
  const { restartsMax = 20, restartDelayMs = 100 } = options;
  const stopping = new AbortController();
  const givingUp = new AbortController();
  let restarts = 0;

  async function watchOver(): Promise<void> {
    try {
      for (;;) {
        await member.program.exited;
        if (restarts === restartsMax) {
          givingUp.abort(
            new Error(`${member.name} ended ${restarts + 1} times; its last lines:\n${member.log.tail}`),
          );
          return;
        }
        await sleep(restartDelayMs, undefined, { signal: stopping.signal });
        restarts += 1;
        await member.start();
      }
    } catch (error) {
      givingUp.abort(error);
    }
  }

  member.supervision = givingUp.signal;
  const watching = watchOver();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await member[Symbol.asyncDispose]();
    await watching;
    member.supervision = undefined;
    // A start that was under way when the stop came has left one more process.
    await member[Symbol.asyncDispose]();
  };
  return {
    get restarts() {
      return restarts;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
