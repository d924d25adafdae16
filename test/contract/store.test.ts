import type { TestContext } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { OpenedStore } from './open-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory store', async (context: TestContext): Promise<OpenedStore> => {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock });
  context.after(() => store.close());
  return { store, clock };
});

storeContract('lmdb store', async (context: TestContext): Promise<OpenedStore> => {
  const clock = new FakeClock();
  const folder = temporaryFolder(context);
  let store = await openLmdbStore({ folder, clock });
  context.after(() => store.close());
  const reopen = async () => {
    await store.close();
    store = await openLmdbStore({ folder, clock });
    return store;
  };
  return { store, clock, reopen };
});
