import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface CheckpointData {
  readonly folder: string;
  readonly clusterId: string;
}

export type CheckpointRequest =
  | { readonly type: 'apply'; readonly file: string; readonly untilRevision: number }
  | { readonly type: 'close' };

export type CheckpointReply =
  | { readonly type: 'ready' }
  | { readonly type: 'applied' }
  | { readonly type: 'failed'; readonly message: string };

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** The main thread's side of the checkpoint thread. One request is under way at a time. */
export class Checkpointer {
  readonly #data: CheckpointData;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  constructor(data: CheckpointData) {
    this.#data = data;
  }

  /** Starts the thread, so that the first checkpoint need not wait for it. */
  async start(): Promise<void> {
    const script = new URL(`./checkpoint-thread${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(script, { workerData: this.#data });
    worker.on('error', (error) => this.#gone(worker, error));
    worker.on('exit', () => this.#gone(worker, new Error('the checkpoint thread ended')));
    this.#worker = worker;
    await this.#reply();
    worker.on('message', (reply: CheckpointReply) => {
      if (reply.type === 'failed') this.#settle(new Error(reply.message));
      else this.#settle(undefined);
    });
    worker.unref();
  }

  /**
   * Brings the data file up to a revision that a journal file leads to. Resolves when that is flushed; rejects when
   * none of it was made, as far as is known.
   */
  async apply(file: string, untilRevision: number): Promise<void> {
    if (this.#worker === undefined) await this.start();
    const worker = this.#worker;
    if (worker === undefined) throw new Error('the checkpoint thread could not be started');
    // Only while something is under way does the thread keep the process alive.
    worker.ref();
    const applied = new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    worker.postMessage({ type: 'apply', file, untilRevision } satisfies CheckpointRequest);
    try {
      await applied;
    } finally {
      worker.unref();
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const exit = once(worker, 'exit');
    worker.postMessage({ type: 'close' } satisfies CheckpointRequest);
    await exit;
  }

  #reply(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker?.once('message', () => this.#settle(undefined));
    });
  }

  #gone(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#settle(error);
  }

  #settle(error: Error | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(error);
  }
}
