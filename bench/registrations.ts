import { writeFileSync } from 'node:fs';
import { alternate } from './alternate.ts';
import type { Bench, BenchContext } from './bench.ts';
import { createMember } from './member.ts';
import type { Row } from './row.ts';
import { createTokens } from './servers.ts';
import { runWrk } from './wrk.ts';

const CONNECTIONS = 64;
/** Larger than any cluster here gets, so that nothing is refused. */
const CLUSTER_SIZE = 100;
/** The members that each token is prepared for. */
const MEMBERS_PER_TOKEN = 4;
/** More than any side takes in a second at first; from then on, its most so far with a good margin. */
const FIRST_PER_SECOND = 30_000;
const LATER_PER_SECOND_MIN = 8000;
const MARGIN = 2.5;

/** Registrations, durable when they are answered, by 64 connections on fresh tokens. */
export const benchRegistrations: Bench = async (context) => {
  const muster = await context.muster();
  const go = await context.go();
  const musterLoad = createLoad(context, muster.url, (count) => createTokens(muster, CLUSTER_SIZE, count));
  const goLoad = go && createLoad(context, go.url, (count) => createTokens(go, CLUSTER_SIZE, count));
  const etcdLoad = go && createLoad(context, go.etcdUrl, createFolders);
  const figures = await alternate(context.rounds, {
    muster: musterLoad,
    go: async () => goLoad?.() ?? Number.NaN,
    etcd: async () => etcdLoad?.() ?? Number.NaN,
  });
  const row = { bench: 'registrations', what: 'PUT of a new member', unit: '/s', muster: figures.muster };
  if (go === undefined) return [{ ...row, other: undefined, target: undefined }];
  return [
    { ...row, other: { name: go.name, value: figures.go }, target: { of: 'ratio', min: 4 } },
    { ...row, other: { name: 'etcd 3.4, v2 PUT', value: figures.etcd }, target: { of: 'ratio', min: 1.2 } },
  ] satisfies Row[];
};

let folders = 0;

/** Paths in a bare etcd, which needs no tokens. */
function createFolders(count: number): Promise<string[]> {
  const paths = Array.from(
    { length: count },
    () => `/v2/keys/bench/${(folders++).toString(16).padStart(32, '0')}`,
  );
  return Promise.resolve(paths);
}

/** Each call of what it answers is one load, on tokens of its own, with members whose ids are right. */
function createLoad(
  { dir, loadSeconds }: BenchContext,
  url: string,
  createPaths: (count: number) => Promise<string[]>,
): () => Promise<number> {
  let lines = FIRST_PER_SECOND * loadSeconds;
  let most = LATER_PER_SECOND_MIN * loadSeconds;
  // The first load is not counted: it may have more members on fewer tokens.
  let membersPerToken = 4 * MEMBERS_PER_TOKEN;
  return async () => {
    const paths = await createPaths(Math.ceil(lines / membersPerToken));
    const file = `${dir.path}/registrations`;
    writeFileSync(file, formatLines(url, paths, membersPerToken));
    const args = ['register', file];
    const result = await runWrk({ url, seconds: loadSeconds, connections: CONNECTIONS, args });
    most = Math.max(most, result.requests);
    lines = most * MARGIN;
    membersPerToken = MEMBERS_PER_TOKEN;
    return result.perSecond;
  };
}

/** Every token in turn, then every token again. */
function formatLines(url: string, paths: readonly string[], membersPerToken: number): string {
  const lines: string[] = [];
  for (let number = 1; number <= membersPerToken; number++) {
    for (const path of paths) {
      const { id, form } = createMember(url + path, number);
      lines.push(`${path}/${id}?prevExist=false ${form}\n`);
    }
  }
  return lines.join('');
}
