import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { GrpcCallError, openGrpcClient } from '../../src/grpc/client.ts';
import { RANGE, TXN } from '../../src/grpc/etcd-methods.ts';
import { RangeRequestSchema } from '../../src/proto/rpc_pb.ts';
import type { Commit, Committed, Store } from '../../src/store/store.ts';
import { anchor, commit, put, remove } from '../contract/open-store.ts';
import { type CallHooks, type CallProxy, startCallProxy } from '../support/call-proxy.ts';
import { deferred } from '../support/deferred.ts';
import type { EtcdMember } from '../support/etcd.ts';
import { missingPeers } from '../support/peers.ts';
import { openStore, startEtcd } from './open.ts';

const A = 'a'.repeat(32);
const never = new AbortController().signal;

/** What is on the disk is etcd's own affair here. */
const startFast = (context: TestContext): Promise<EtcdMember> =>
  startEtcd(context, '3.5', ['--unsafe-no-fsync']);

async function startProxy(context: TestContext, member: EtcdMember, hooks?: CallHooks): Promise<CallProxy> {
  const proxy = await startCallProxy(member.clientUrl, hooks);
  context.after(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

function countKeys(store: Store): Promise<Committed<number>> {
  return store.transact(A, ({ entries }) => ({ operations: [], outcome: entries.length }));
}

/** Makes a key, or says that it is taken. */
function claim(store: Store): Promise<Committed<string>> {
  return store.transact(A, ({ entries }) =>
    entries.length > 0
      ? { operations: [], outcome: 'taken' }
      : { operations: [put('k', '1')], outcome: 'made' },
  );
}

describe('calls between the etcd store and its cluster', {
  timeout: 60_000,
  skip: missingPeers('etcd-3.5'),
}, () => {
  test('a decision that is asked for during a read knows of what was committed before it was asked for', async (t) => {
    const member = await startFast(t);
    const [held, release] = [deferred<void>(), deferred<void>()];
    const proxy = await startProxy(t, member, {
      beforeAnswer: (path, count) => {
        if (path !== TXN.path || count !== 1) return;
        held.resolve();
        return release.promise;
      },
    });
    const slow = await openStore(t, [proxy.url]);
    const other = await openStore(t, [member.clientUrl]);
    const first = countKeys(slow);
    await held.promise;
    await commit(other, A, put('k', '1'));
    const second = countKeys(slow);
    release.resolve();
    await first;
    assert.equal((await second).outcome, 1);
  });

  test('a commit that was long on its way is not taken for that of somebody else', async (t) => {
    const member = await startFast(t);
    const [arrives, arrived, asked] = [deferred<void>(), deferred<void>(), deferred<void>()];
    // The first is the read before the decision.
    const isCommit = (path: string, count: number): boolean => path === TXN.path && count === 2;
    const slow = await startProxy(t, member, {
      beforeRequest: (path, count) => (isCommit(path, count) ? arrives.promise : undefined),
      beforeAnswer: (path, count) => {
        if (isCommit(path, count)) arrived.resolve();
      },
    });
    const good = await startProxy(t, member, {
      beforeAnswer: (path, count) => {
        if (path !== RANGE.path || count !== 1) return;
        asked.resolve();
        return arrived.promise;
      },
    });
    const store = await openStore(t, [slow.url, good.url]);
    const claimed = claim(store);
    await asked.promise;
    arrives.resolve();
    assert.equal((await claimed).outcome, 'made');
  });

  test('while etcd is away, everybody is told in time, however many there are', async (t) => {
    const member = await startFast(t);
    const store = await openStore(t, [member.clientUrl]);
    await member.program.kill('SIGKILL');
    const startedAt = performance.now();
    const time = async (work: Promise<unknown>): Promise<number> => {
      await assert.rejects(work, { code: 'store-unavailable' });
      return performance.now() - startedAt;
    };
    const commits: Array<Promise<number>> = [];
    for (let n = 0; n < 300; n++) {
      commits.push(time(commit(store, String(n), put('k', '1'))));
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const first = time(Promise.resolve(store.range(A)));
    const second = time(Promise.resolve(store.range(A)));
    const times = await Promise.all([...commits, first, second]);
    assert.ok(Math.max(...times) < 5500, `the last one after ${Math.max(...times)} ms`);
  });

  test('a history that breaks off is read on from another member', async (t) => {
    const member = await startFast(t);
    const proxy = await startProxy(t, member);
    const store = await openStore(t, [proxy.url, member.clientUrl]);
    const { revision } = await commit(store, A, anchor);
    await commit(store, A, put('k', '1'));
    const opened = proxy.count('/etcdserverpb.Watch/Watch');
    const watch = store.watch(A, revision, never);
    const next = watch.next();
    while (proxy.count('/etcdserverpb.Watch/Watch') === opened)
      await new Promise((done) => setImmediate(done));
    proxy.cut();
    const { value } = await next;
    assert.equal((value as Commit).revision, revision);
  });

  test('a watch from behind a reading tells of the end of the token that came in between', async (t) => {
    const member = await startFast(t);
    const store = await openStore(t, [member.clientUrl]);
    await commit(store, A, anchor, put('k', '1'));
    const { revision } = await store.range(A);
    await commit(store, A, remove('_config/size'));
    const { value } = await store.watch(A, revision + 1, never).next();
    assert.deepEqual(
      (value as Commit).events.map(({ type }) => type),
      ['delete'],
    );
  });

  test('a call on a connection that ends gracefully is not taken for one that was never sent', async (t) => {
    const member = await startFast(t);
    const held = deferred<void>();
    const proxy = await startProxy(t, member, {
      beforeRequest: (_path, count) => {
        if (count !== 1) return;
        held.resolve();
        return new Promise(() => {});
      },
    });
    const client = openGrpcClient(proxy.url);
    t.after(() => client.close());
    const ask = (timeoutMs: number): Promise<unknown> =>
      client.unary(RANGE, create(RangeRequestSchema, { key: Buffer.from('k') }), { timeoutMs });
    const messageOf = (error: unknown): string => {
      assert.ok(error instanceof GrpcCallError);
      return error.message;
    };
    const first = ask(30_000).catch(messageOf);
    await held.promise;
    proxy.stopTaking();
    while (!String(await ask(1000).catch(messageOf)).includes('ECONNREFUSED'));
    proxy.cut();
    assert.doesNotMatch(String(await first), /ECONNREFUSED/);
  });

  test('a store that was closed makes no connection any more', async (t) => {
    const member = await startFast(t);
    const sockets = new Set<Socket>();
    const store = await openStore(t, [member.clientUrl]);
    await member.program.kill('SIGKILL');
    const read = Promise.resolve(store.range(A)).catch(() => {});
    await store.close();
    const server = createServer((socket) => sockets.add(socket));
    server.listen(Number(new URL(member.clientUrl).port), '127.0.0.1');
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await once(server, 'listening');
    await read;
    assert.equal(sockets.size, 0);
  });
});
