/** The thread that writes the data file: it takes its time, and the main thread goes on writing the journal meanwhile. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointData, CheckpointReply, CheckpointRequest } from './checkpointer.ts';
import { DATA_FILE, openEnvironment } from './environment.ts';
import { parseRecords } from './journal-record.ts';
import { applyRowChanges } from './row-changes.ts';
import { parseState, STATE_KEY } from './rows.ts';

const { folder, clusterId } = workerData as CheckpointData;
const environment = openEnvironment(folder, DATA_FILE);

function reply(message: CheckpointReply): void {
  parentPort?.postMessage(message);
}

/**
 * Makes the changes of a journal file up to a revision, in one transaction that is flushed when this returns. What the
 * data file holds already is not made again, so it does not matter how often this is done.
 */
function apply(file: string, untilRevision: number): void {
  const records = parseRecords(clusterId, readFileSync(file));
  environment.root.transactionSync(() => {
    const state = environment.meta.get(STATE_KEY);
    let revision = state === undefined ? 0 : parseState(state).revision;
    for (const { before, after, changes } of records) {
      if (before !== revision || after > untilRevision) continue;
      applyRowChanges(environment, changes);
      revision = after;
    }
    if (revision < untilRevision) throw new Error(`${file} ends before revision ${untilRevision}`);
  });
}

async function handle(request: CheckpointRequest): Promise<void> {
  if (request.type === 'close') {
    await environment.root.close();
    parentPort?.close();
    return;
  }
  try {
    apply(request.file, request.untilRevision);
    reply({ type: 'applied' });
  } catch (error) {
    reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

parentPort?.on('message', (request: CheckpointRequest) => void handle(request));
reply({ type: 'ready' });
