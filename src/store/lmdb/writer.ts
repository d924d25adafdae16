import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface WriterData {
  readonly folder: string;
}

export type WriterRequest =
  | { readonly type: 'write'; readonly changes: ArrayBuffer }
  | { readonly type: 'close' };

export type WriterReply =
  | { readonly type: 'ready' }
  | { readonly type: 'written' }
  | { readonly type: 'failed'; readonly message: string };

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** The main thread's side of the writer thread. One request is under way at a time. */
export class Writer {
  readonly #folder: string;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts the thread, so that the first write need not wait for it. */
  async start(): Promise<void> {
    const script = new URL(`./writer-thread${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(script, { workerData: { folder: this.#folder } satisfies WriterData });
    worker.on('error', (error) => this.#gone(worker, error));
    worker.on('exit', () => this.#gone(worker, new Error('the writer thread ended')));
    this.#worker = worker;
    await this.#reply();
    worker.on('message', (reply: WriterReply) => {
      if (reply.type === 'failed') this.#settle(new Error(reply.message));
      else this.#settle(undefined);
    });
    worker.unref();
  }

  /** Resolves when the changes are flushed; rejects when none of them was made, as far as is known. */
  async write(changes: ArrayBuffer): Promise<void> {
    if (this.#worker === undefined) await this.start();
    const worker = this.#worker;
    if (worker === undefined) throw new Error('the writer thread could not be started');
    // Only while something is under way does the thread keep the process alive.
    worker.ref();
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    worker.postMessage({ type: 'write', changes } satisfies WriterRequest, [changes]);
    try {
      await written;
    } finally {
      worker.unref();
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const exit = once(worker, 'exit');
    worker.postMessage({ type: 'close' } satisfies WriterRequest);
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
