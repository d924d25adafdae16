/** The thread that writes: a flush takes its time, and the main thread goes on answering meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { DATA_FILE, openEnvironment } from './environment.ts';
import { applyRowChanges } from './row-changes.ts';
import type { WriterData, WriterReply, WriterRequest } from './writer.ts';

const environment = openEnvironment((workerData as WriterData).folder, DATA_FILE);

function reply(message: WriterReply): void {
  parentPort?.postMessage(message);
}

async function handle(request: WriterRequest): Promise<void> {
  if (request.type === 'close') {
    await environment.root.close();
    parentPort?.close();
    return;
  }
  try {
    applyRowChanges(environment, request.changes);
    reply({ type: 'written' });
  } catch (error) {
    reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

parentPort?.on('message', (request: WriterRequest) => void handle(request));
reply({ type: 'ready' });
