import { contractOfCommits } from './commit-contract.ts';
import { contractOfExpiry } from './expiry-contract.ts';
import { contractOfExtension } from './extension-contract.ts';
import { contractOfHistory } from './history-contract.ts';
import type { OpenStore } from './open-store.ts';
import { contractOfTokens } from './tokens-contract.ts';
import { contractOfWatches } from './watch-contract.ts';

/** The tests that every store passes: what `src/store/store.ts` promises, sentence by sentence. */
export function storeContract(name: string, open: OpenStore, skip: string | false = false): void {
  contractOfCommits(name, open, skip);
  contractOfWatches(name, open, skip);
  contractOfExpiry(name, open, skip);
  contractOfExtension(name, open, skip);
  contractOfHistory(name, open, skip);
  contractOfTokens(name, open, skip);
}
