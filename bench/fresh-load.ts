import type { BenchContext } from './bench.ts';

/** The members that each token is prepared for. */
const MEMBERS_PER_TOKEN = 4;
/** More than any side takes in a second at first; from then on, its most so far with a good margin. */
const FIRST_PER_SECOND = 30_000;
const LATER_PER_SECOND_MIN = 8000;
const MARGIN = 2.5;

/** What one load did. */
export interface LoadFigures {
  readonly requests: number;
  readonly perSecond: number;
}

/**
 * Each call of what it answers is one load of registrations on tokens of its own, enough of them that a side which
 * gets faster does not run out.
 */
export function createFreshLoad(
  { loadSeconds }: BenchContext,
  createTokens: (count: number) => Promise<string[]>,
  run: (tokens: readonly string[], membersPerToken: number) => Promise<LoadFigures>,
): () => Promise<number> {
  let registrations = FIRST_PER_SECOND * loadSeconds;
  let most = LATER_PER_SECOND_MIN * loadSeconds;
  // The first load is not counted: it may have more members on fewer tokens.
  let membersPerToken = 4 * MEMBERS_PER_TOKEN;
  return async () => {
    const tokens = await createTokens(Math.ceil(registrations / membersPerToken));
    const { requests, perSecond } = await run(tokens, membersPerToken);
    most = Math.max(most, requests);
    registrations = most * MARGIN;
    membersPerToken = MEMBERS_PER_TOKEN;
    return perSecond;
  };
}
