import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { StoreObserver } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { OpenedStore } from './open-store.ts';
import { storeContract } from './store-contract.ts';

function endsInto(ended: boolean[]): StoreObserver {
  return { tokenEnded: (expired) => ended.push(expired) };
}

storeContract('memory store', async (context: TestContext): Promise<OpenedStore> => {
  const clock = new FakeClock();
  const ended: boolean[] = [];
  const store = createMemoryStore({ clock, observer: endsInto(ended) });
  context.after(() => store.close());
  return { store, clock, ended, stepMs: 1, sharesRevisions: false, historyEnds: true };
});

storeContract('lmdb store', async (context: TestContext): Promise<OpenedStore> => {
  const clock = new FakeClock();
  const ended: boolean[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'muster-'));
  let store = await openLmdbStore({ folder, clock, observer: endsInto(ended) });
  context.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const reopen = async () => {
    await store.close();
    store = await openLmdbStore({ folder, clock, observer: endsInto(ended) });
    return store;
  };
  return { store, clock, ended, reopen, stepMs: 1, sharesRevisions: false, historyEnds: true };
});
