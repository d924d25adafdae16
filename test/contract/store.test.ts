import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory store', async (context) => {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock });
  context.after(() => store.close());
  return { store, clock };
});
