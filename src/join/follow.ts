import type { RegisteredMember } from './discovered-member.ts';
import { pause } from './pause.ts';
import type { RegistryClient } from './registry-client.ts';
import { DELAY_FIRST_MS, DELAY_MAX_MS, jitter, Unanswered } from './retry.ts';

type Members = readonly RegisteredMember[];

/** A watch that lasted longer was a good one; the next failure is the first again. */
const GOOD_WATCH_MS = 10_000;

/**
 * The members of a registry in the order of their arrival: those that are there, and again with each one more. A watch
 * that was interrupted begins with a new list, as in etcd.
 */
export async function* followMembers(registry: RegistryClient, signal: AbortSignal): AsyncGenerator<Members> {
  let known: Members | undefined;
  for (let delayMs = DELAY_FIRST_MS; ; delayMs = Math.min(2 * delayMs, DELAY_MAX_MS)) {
    const { members, revision } = await registry.list(signal);
    if (known === undefined || !isSame(members, known)) yield members;
    known = members;
    const watchedSince = performance.now();
    try {
      for await (const member of registry.watch(revision + 1, signal)) {
        if (!isNews(member, known)) continue;
        known = [...known, member];
        yield known;
      }
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (performance.now() - watchedSince > GOOD_WATCH_MS) delayMs = DELAY_FIRST_MS;
      const pauseMs = Math.max(error.retryAfterMs, jitter(delayMs));
      registry.policy.onRetry(error.message, pauseMs);
      if (!(await pause(pauseMs, signal))) throw signal.reason;
    }
  }
}

/** A service may announce a member again after a rewrite, and a removed one with an empty value. */
function isNews({ memberId, value }: RegisteredMember, known: Members): boolean {
  return value !== '' && known.every((member) => member.memberId !== memberId);
}

function isSame(a: Members, b: Members): boolean {
  return a.length === b.length && a.every(({ memberId }, index) => memberId === b[index]?.memberId);
}
