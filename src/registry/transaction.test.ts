import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DAY_SECONDS,
  type OpenRegistry,
  openRegistry,
  refusalOf,
  registrationOf,
} from '../../test/support/registry.ts';
import type { Step, StepOutcome } from './transaction.ts';

type Opened = OpenRegistry & { token: string };

async function open(size = 3): Promise<Opened> {
  const opened = openRegistry();
  const token = await opened.registry.create({ size, ttlSeconds: DAY_SECONDS });
  return { ...opened, token };
}

function register(
  token: string,
  n: number,
  changes: Partial<Extract<Step, { type: 'register' }>> = {},
): Step {
  const { token: _, memberId, text, ...request } = registrationOf(token, n, { dialect: 'v3', condition: {} });
  return { type: 'register', memberId, text, request, ...changes };
}

function run(
  { registry, token }: Opened,
  steps: readonly Step[],
  connection?: object,
): Promise<{ revision: number; outcomes: readonly StepOutcome[] }> {
  const memberIds = steps.flatMap((step) => (step.type === 'register' ? [step.memberId] : []));
  return registry.transact(token, { plan: () => ({ branch: undefined, steps }), memberIds }, connection);
}

const all = (): boolean => true;
const members = (key: string): boolean => key.startsWith('members/');

test('transact registers a member and reads it in one commit, at the revision of that commit', async () => {
  const opened = await open();
  const { revision, outcomes } = await run(opened, [register(opened.token, 1), { type: 'read' }]);
  assert.equal(revision, opened.store.revision);
  const [put, read] = outcomes;
  assert(put?.type === 'put' && read?.type === 'read');
  assert.equal(put.kind, 'created');
  assert.equal(put.previous, undefined);
  assert.deepEqual([put.entry.createRevision, put.entry.modRevision], [revision, revision]);
  assert.deepEqual(
    read.entries.map(({ key, modRevision }) => [key, modRevision]),
    [
      ['_config/size', 2],
      [put.entry.key, revision],
    ],
  );
});

test('transact chooses its steps by the keys that readers are shown', async () => {
  const opened = await open();
  const { registry, token } = opened;
  await run(opened, [register(token, 1)]);
  const { branch } = await registry.transact(
    token,
    {
      plan: (entries) => ({ branch: entries.map(({ key }) => key.split('/', 1)[0]), steps: [] }),
      memberIds: [],
    },
    undefined,
  );
  assert.deepEqual(branch, ['_config', 'members']);
});

test('transact does all of its steps or none', async () => {
  const opened = await open();
  const { registry, token, store } = opened;
  await run(opened, [register(token, 1)]);
  const before = store.revision;
  const twice = { type: 'elect', text: 'x', request: { condition: {}, dialect: 'v3', from: '' } } as const;
  const sameName = { ...register(token, 2), text: 'n1=http://10.0.0.2:2380' } as Step;
  assert.equal((await refusalOf(() => run(opened, [twice, sameName]))).code, 'guard-refused');
  assert.equal(store.revision, before);
  assert.equal((await registry.read(token)).content.stateEntry, undefined);
});

test('transact refuses two registrations, which would have no order', async () => {
  const opened = await open();
  const { token } = opened;
  const error = await refusalOf(() => run(opened, [register(token, 1), register(token, 2)]));
  assert.equal(error.code, 'not-permitted');
  assert.match(error.message, /one member only/);
});

test('transact answers a repeated registration as the first time, without a commit', async () => {
  const opened = await open();
  const { token, store } = opened;
  await run(opened, [register(token, 1)]);
  const before = store.revision;
  const { outcomes } = await run(opened, [register(token, 1)]);
  const [put] = outcomes;
  assert(put?.type === 'put');
  assert.equal(put.kind, 'repeated');
  assert.equal(put.entry.modRevision, before);
  assert.equal(store.revision, before);
});

test('transact keeps the value of a key where no new one is given, and knows where there is none', async () => {
  const opened = await open();
  const vote = (text: string | undefined): Step => ({
    type: 'elect',
    text,
    request: { condition: {}, dialect: 'v3', from: '' },
  });
  assert.equal((await refusalOf(() => run(opened, [vote(undefined)]))).code, 'unknown-key');
  await run(opened, [vote('leader')]);
  const { outcomes } = await run(opened, [vote(undefined)]);
  const [put] = outcomes;
  assert(put?.type === 'put');
  assert.equal(Buffer.from(put.entry.value).toString(), 'leader');
  assert.equal(put.entry.version, 2);
});

test('transact removes for anybody while nobody else is registered, and for an admin only after that', async () => {
  const opened = await open();
  const { token } = opened;
  await run(opened, [register(token, 1)]);
  const remove = (isAdmin: boolean): Step => ({ type: 'remove', accept: members, isAdmin });
  const { outcomes } = await run(opened, [remove(false)]);
  assert.equal(outcomes[0]?.type === 'removed' && outcomes[0].previous.length, 1);
  await run(opened, [register(token, 1)]);
  await run(opened, [register(token, 2)]);
  assert.equal((await refusalOf(() => run(opened, [remove(false)]))).code, 'not-permitted');
  const removed = await run(opened, [remove(true)]);
  assert.equal(removed.outcomes[0]?.type === 'removed' && removed.outcomes[0].previous.length, 2);
});

test('transact removes nothing without a commit, and never the size', async () => {
  const opened = await open();
  const { store } = opened;
  const before = store.revision;
  const { outcomes } = await run(opened, [{ type: 'remove', accept: members, isAdmin: false }]);
  assert.deepEqual(outcomes, [{ type: 'removed', previous: [] }]);
  assert.equal(store.revision, before);
  const error = await refusalOf(() => run(opened, [{ type: 'remove', accept: all, isAdmin: true }]));
  assert.equal(error.code, 'not-permitted');
});

test('transact refuses a twin: the connection that registered the member is alive', async () => {
  const opened = await open();
  const { token } = opened;
  await run(opened, [register(token, 1)], {});
  const error = await refusalOf(() => run(opened, [register(token, 1)], {}));
  assert.equal(error.code, 'duplicate-member');
});

test('transact refuses a wiped member over v3 once a read on its connection has shown that it had its answer', async () => {
  const opened = await open(1);
  const { registry, token } = opened;
  const { memberId } = registrationOf(token, 1);
  const connection = {};
  await run(opened, [register(token, 1)], connection);
  await registry.noteSent(token, memberId, '10.0.0.1', connection);
  // Its answer was lost: the connection ended before anything else came on it.
  await registry.connectionClosed(connection);
  const next = {};
  await run(opened, [register(token, 1)], next);
  await registry.noteSent(token, memberId, '10.0.0.1', next);
  await registry.noteRequest(next);
  await registry.connectionClosed(next);
  const error = await refusalOf(() => run(opened, [register(token, 1)], {}));
  assert.equal(error.code, 'member-started');
});

test('follow tells what readers are shown, from the size on, and nothing that is hidden', async () => {
  const opened = await open(1);
  const { registry, token } = opened;
  const { memberId } = registrationOf(token, 1);
  await run(opened, [register(token, 1)]);
  await registry.markTold(token, memberId, '10.0.0.1', undefined);
  const election = { condition: {}, dialect: 'v3', from: '' } as const;
  await run(opened, [{ type: 'elect', text: 'x', request: election }]);
  const keys: string[] = [];
  const following = registry.follow(token, 1, ({ events }) => {
    keys.push(...events.map((event) => (event.type === 'put' ? event.entry.key : event.key)));
    if (keys.includes('_state')) following.stop();
  });
  await following.ended;
  assert.deepEqual(keys, ['_config/size', `members/${memberId}`, '_state']);
});

test('follow reads on where its reader fell behind the queue of a watch', async () => {
  const opened = await open();
  const { registry, token, store } = opened;
  const election = { condition: {}, dialect: 'v3', from: '' } as const;
  const vote = (n: number): Promise<unknown> =>
    run(opened, [{ type: 'elect', text: String(n), request: election }]);
  const from = store.revision + 1;
  const COUNT = 1500;
  const revisions: number[] = [];
  let release: () => void = () => {};
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const following = registry.follow(token, from, async ({ revision }) => {
    await isReleased;
    revisions.push(revision);
    if (revisions.length > COUNT) following.stop();
  });
  for (let n = 0; n <= COUNT; n++) await vote(n);
  release();
  await following.ended;
  assert.deepEqual(
    revisions,
    Array.from({ length: COUNT + 1 }, (_, n) => from + n),
  );
});

test('follow is stopped while it waits, and before its first commit', async () => {
  const { registry, token, store } = await open();
  const following = registry.follow(token, store.revision + 1, () => assert.fail('nothing happened'));
  following.stop();
  await following.ended;
  const waiting = registry.follow(token, store.revision + 1, () => assert.fail('nothing happened'));
  await registry.read(token);
  assert.equal((await store.stats()).watchers, 1);
  waiting.stop();
  await waiting.ended;
  assert.equal((await store.stats()).watchers, 0);
});

test('readAt shows what readers were shown then, and nothing that is hidden', async () => {
  const opened = await open();
  const { registry, token, store } = opened;
  await run(opened, [register(token, 1)]);
  const revision = store.revision;
  await run(opened, [register(token, 2)]);
  const then = await registry.readAt(token, revision);
  assert.equal(then.revision, store.revision);
  assert.equal(then.entries.length, 2);
});
