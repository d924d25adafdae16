import { assertOperations } from '../apply-operations.ts';
import type { Operation, TokenRange } from '../store.ts';
import type { Batch } from './batch.ts';

/** A transaction that waits to be decided. */
export interface CommitRequest {
  readonly token: string;
  /** Whether its deletes are the store's own, of keys whose time is over. */
  readonly expired: boolean;
  decide(range: TokenRange): readonly Operation[];
  resolve(revision: number): void;
  reject(error: unknown): void;
}

/** What the queue works on. */
export interface CommitTarget {
  /** A batch on top of everything that is durable. */
  begin(): Batch;
  /** Resolves when the batch is durable and known to every reader; rejects when none of it is. */
  flush(batch: Batch): Promise<void>;
}

/** Requests in one batch at most, and bytes from which on a batch takes no more. */
const BATCH_MAX_REQUESTS = 4096;
const BATCH_FULL_BYTES = 4 * 1024 * 1024;

/** Somebody who wants to know whether a write succeeds. */
interface Probe {
  resolve(): void;
  reject(error: unknown): void;
}

interface Decided {
  readonly request: CommitRequest;
  readonly wrote: boolean;
  answer(): void;
}

/**
 * Group commit. While one batch is being flushed, requests gather; then all of them are decided, one after
 * the other, and flushed together. A request is answered after the flush of everything that it was decided
 * on, whatever the answer is: what a failed batch would have made true is never told to anybody.
 */
export class CommitQueue {
  readonly #target: CommitTarget;
  #queue: CommitRequest[] = [];
  #probes: Probe[] = [];
  #running: Promise<void> | undefined;

  constructor(target: CommitTarget) {
    this.#target = target;
  }

  submit(request: CommitRequest): void {
    this.#queue.push(request);
    this.#running ??= this.#run();
  }

  /** Flushes a batch, with whatever is to be written then or with nothing; rejects when that fails. */
  probe(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#probes.push({ resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that was submitted is answered. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What arrives in this turn of the event loop goes into the first batch together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#probes.length > 0) {
      const batch = this.#target.begin();
      const decided = this.#decideSome(batch);
      const probes = this.#probes;
      if (batch.commits.length === 0 && probes.length === 0) continue;
      this.#probes = [];
      try {
        await this.#target.flush(batch);
      } catch (error) {
        for (const probe of probes) probe.reject(error);
        const again: CommitRequest[] = [];
        for (const { request, wrote } of decided) {
          if (wrote) request.reject(error);
          else again.push(request);
        }
        this.#queue = [...again, ...this.#queue];
        continue;
      }
      for (const { answer } of decided) answer();
      for (const probe of probes) probe.resolve();
    }
    this.#running = undefined;
  }

  /** Decides on the requests that are next; those that depend on durable state only are answered at once. */
  #decideSome(batch: Batch): Decided[] {
    const decided: Decided[] = [];
    let taken = 0;
    while (taken < this.#queue.length && taken < BATCH_MAX_REQUESTS && batch.bytes < BATCH_FULL_BYTES) {
      const request = this.#queue[taken++] as CommitRequest;
      const answer = this.#decide(batch, request);
      if (batch.commits.length === 0) answer.answer();
      else decided.push(answer);
    }
    this.#queue = this.#queue.slice(taken);
    return decided;
  }

  #decide(batch: Batch, request: CommitRequest): Decided {
    const { token } = request;
    try {
      const operations = request.decide({
        revision: batch.state.revision,
        entries: batch.entriesOf(token),
      });
      assertOperations(token, operations);
      const wrote = batch.add(token, operations, request.expired);
      const { revision } = batch.state;
      return { request, wrote, answer: () => request.resolve(revision) };
    } catch (error) {
      return { request, wrote: false, answer: () => request.reject(error) };
    }
  }
}
