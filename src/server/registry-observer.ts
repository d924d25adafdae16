import { describeForeign } from '../registry/foreign.ts';
import type { RegistryObserver } from '../registry/registry.ts';
import type { StoreObserver } from '../store/store.ts';
import { type Log, shortToken } from './log.ts';
import type { Metrics } from './metrics.ts';

/** Outcomes of a registration that took place. */
const ACCEPTED: ReadonlySet<string> = new Set(['created', 'replaced', 'repeated']);

/** Tells the log and the metrics what happens to the store. */
export function createStoreObserver(log: Log, metrics: Metrics): StoreObserver {
  return {
    ...metrics.storeObserver,
    foreignCommit(token, commit) {
      metrics.storeObserver.foreignCommit(token, commit);
      for (const { kind, key } of describeForeign(commit)) {
        const fields = { token: shortToken(token), key, kind };
        if (kind === 'added') log.info(fields, 'a member registered in the etcd store itself');
        else
          log.warn(fields, 'something else than Muster wrote to the etcd store; no waiting member is told');
      }
    },
  };
}

/** Tells the log and the metrics what happens to tokens. */
export function createRegistryObserver(log: Log, metrics: Metrics): RegistryObserver {
  return {
    created(token, { size, ttlSeconds }) {
      metrics.tokenTransition('created');
      log.debug({ token: shortToken(token), size, ttlSeconds }, 'token made');
    },
    registered({ token, memberId, dialect, from }, outcome, completed) {
      metrics.registration(dialect, outcome);
      const level = ACCEPTED.has(outcome) ? 'debug' : 'info';
      log[level]({ token: shortToken(token), member: memberId, from, dialect, outcome }, 'registration');
      if (!completed) return;
      metrics.tokenTransition('complete');
      log.info({ token: shortToken(token) }, 'cluster complete');
    },
  };
}
