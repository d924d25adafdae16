import type { TestContext } from 'node:test';
import { openEtcdStore } from '../../src/store/etcd/etcd-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startEtcd } from '../etcd-store/open.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { EtcdVersion } from '../support/peers.ts';
import type { OpenedStore } from './open-store.ts';

/** Opens an etcd store over a new etcd of one member. */
export async function openOverEtcd(context: TestContext, version: EtcdVersion): Promise<OpenedStore> {
  // What is on the disk and what is not is etcd's own affair; without it, a test is over in a fraction of the time.
  const extraArgs = version === '3.4' ? [] : ['--unsafe-no-fsync'];
  const member = await startEtcd(context, version, extraArgs);
  const clock = new FakeClock();
  const ended: boolean[] = [];
  const open = (): Promise<Store> =>
    openEtcdStore({
      endpoints: [member.clientUrl],
      tls: {},
      user: undefined,
      prefix: '',
      clock,
      // Tests queue thousands of commits to one token, on machines that are busy with other tests.
      commitTimeoutMs: 60_000,
      observer: { tokenEnded: (expired) => ended.push(expired) },
    });
  let store = await open();
  context.after(() => store.close());
  const reopen = async (): Promise<Store> => {
    await store.close();
    store = await open();
    return store;
  };
  return { store, clock, ended, reopen, stepMs: 1000, sharesRevisions: true, historyEnds: false };
}
