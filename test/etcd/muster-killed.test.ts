import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMembers } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { supervise } from '../support/supervise.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Moment, type PassingRequest, startWatchingProxy } from '../support/watching-proxy.ts';
import { memberOptions, newDiscoveryUrl, startOneByOne } from './clusters.ts';

const SIZE = 3;

/** A point of the exchange at which Muster is killed. */
interface Point {
  readonly name: string;
  readonly moment: Moment;
  /** What tells apart the members that come to this point; undefined for other requests. */
  readonly memberOf: (request: PassingRequest) => string | undefined;
}

const idOf = (target: string): string => target.split('?')[0]?.split('/').at(-1) ?? '';
const putOf = ({ method, target }: PassingRequest): string | undefined =>
  method === 'PUT' ? idOf(target) : undefined;
const selfWatchOf = ({ target }: PassingRequest): string | undefined =>
  target.includes('recursive=false&wait=true') ? idOf(target) : undefined;
/** Such a request does not say who sends it; each one counts as a member of its own. */
const isDirectoryWatch = ({ target }: PassingRequest): boolean => target.includes('recursive=true&wait=true');

const POINTS: readonly Point[] = [
  { name: 'before the PUT', moment: 'arrived', memberOf: putOf },
  { name: 'between the commit of the PUT and its answer', moment: 'answering', memberOf: putOf },
  { name: 'after the answer to the PUT', moment: 'answered', memberOf: putOf },
  { name: 'when the self watch comes', moment: 'arrived', memberOf: selfWatchOf },
  { name: 'when the self watch is answered', moment: 'answering', memberOf: selfWatchOf },
  { name: 'after the self watch', moment: 'answered', memberOf: selfWatchOf },
];

const POSITIONS = [
  [1, 'first'],
  [2, 'middle'],
  [SIZE, 'last'],
] as const;

/** A Muster that is killed and started again, once, at a moment that is chosen by the requests to it. */
interface KilledMuster extends AsyncDisposable {
  /** Where members reach it, whether it runs or not. */
  readonly url: string;
  /** Watches of the directory that were passed on so far. */
  readonly parkedCount: number;
  /** Rejects when it was never killed, or did not come back. */
  assertKilled(): Promise<void>;
}

async function startKilledMuster(
  folder: string,
  isTime: (moment: Moment, request: PassingRequest, parkedCount: number) => boolean,
): Promise<KilledMuster> {
  const muster = await startMuster({ store: `lmdb:${folder}/muster` });
  let parkedCount = 0;
  let restarted: Promise<void> | undefined;
  const proxy = await startWatchingProxy(muster.port, (moment, request) => {
    if (moment === 'forwarded' && isDirectoryWatch(request)) parkedCount += 1;
    if (restarted !== undefined || !isTime(moment, request, parkedCount)) return 'pass';
    restarted = muster.kill9().then(() => muster.restart());
    return 'cut';
  });
  return {
    url: `http://127.0.0.1:${proxy.port}`,
    get parkedCount() {
      return parkedCount;
    },
    async assertKilled() {
      assert(restarted, 'the moment to kill Muster never came');
      await restarted;
    },
    async [Symbol.asyncDispose]() {
      await restarted?.catch(() => {});
      await proxy[Symbol.asyncDispose]();
      await muster[Symbol.asyncDispose]();
    },
  };
}

/** Starts the members of a cluster under an init system, each one when the ones before it are where they belong. */
async function assertCluster(
  version: EtcdVersion,
  muster: KilledMuster,
  folder: string,
  subnet: number,
  before?: (startedCount: number) => Promise<void>,
): Promise<void> {
  const url = await newDiscoveryUrl(muster.url, SIZE);
  const options = memberOptions(version, url, folder, SIZE).map((option, index) => ({
    ...option,
    address: `127.0.${subnet}.${index + 1}`,
  }));
  await using members = await (before ? startOneByOne(options, before) : startMembers(options));
  const supervisions = members.all.map((member) => supervise(member));
  try {
    await members.waitHealthy(90_000);
    await muster.assertKilled();
    assert.equal((await members.all[0]?.memberList())?.length, SIZE);
  } finally {
    await Promise.all(supervisions.map((supervision) => supervision.stop()));
  }
}

/** Boots a cluster while Muster is killed when the given point is reached for the n-th time. */
async function bootThroughKill(version: EtcdVersion, point: Point, position: number, subnet: number) {
  await using dir = await createTempDir();
  const seen = new Set<string>();
  await using muster = await startKilledMuster(dir.path, (moment, request) => {
    const member = moment === point.moment ? point.memberOf(request) : undefined;
    if (member === undefined || seen.has(member)) return false;
    return seen.add(member).size === position;
  });
  await assertCluster(version, muster, dir.path, subnet);
}

/** Boots a cluster while Muster is killed when so many members wait for the others. */
async function bootThroughKillWhileParked(version: EtcdVersion, parkedCount: number, subnet: number) {
  await using dir = await createTempDir();
  await using muster = await startKilledMuster(dir.path, (_moment, _request, count) => count === parkedCount);
  await assertCluster(version, muster, dir.path, subnet, async (startedCount) => {
    await poll(
      'the members so far wait',
      60_000,
      async () => muster.parkedCount >= startedCount || undefined,
    );
  });
}

for (const [version, base] of [
  ['3.4', 20],
  ['3.5', 60],
  ['3.6', 100],
] as const) {
  const skip = missingPeers(`etcd-${version}`);
  test(`Muster is killed and comes back while etcd ${version} members boot`, {
    skip,
    concurrency: 3,
  }, async (t) => {
    const boots = POINTS.flatMap((point) =>
      POSITIONS.map(([position, name]) => ({
        name: `${point.name} of the ${name} member`,
        boot: (own: number) => bootThroughKill(version, point, position, own),
      })),
    );
    for (const count of [1, SIZE - 1]) {
      const boot = (own: number) => bootThroughKillWhileParked(version, count, own);
      boots.push({ name: `while ${count} of ${SIZE} members are parked`, boot });
    }
    await Promise.all(boots.map(({ name, boot }, index) => t.test(name, () => boot(base + index))));
  });
}
