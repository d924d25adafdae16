import { writeFileSync } from 'node:fs';
import { alternate } from './alternate.ts';
import type { Bench, BenchContext } from './bench.ts';
import { createFreshLoad } from './fresh-load.ts';
import { createMember } from './member.ts';
import type { Row } from './row.ts';
import { createTokens } from './servers.ts';
import { runWrk } from './wrk.ts';

const CONNECTIONS = 64;
/** Larger than any cluster here gets, so that nothing is refused. */
const CLUSTER_SIZE = 100;

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

/** Loads of registrations over HTTP. */
export function createLoad(
  context: BenchContext,
  url: string,
  createPaths: (count: number) => Promise<string[]>,
  connections: number = CONNECTIONS,
): () => Promise<number> {
  return createFreshLoad(context, createPaths, (paths, membersPerToken) => {
    const file = `${context.dir.path}/registrations`;
    writeFileSync(file, formatLines(url, paths, membersPerToken));
    const args = ['register', file];
    return runWrk({ url, seconds: context.loadSeconds, connections, args });
  });
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
