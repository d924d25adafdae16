import assert from 'node:assert/strict';
import { type Client, WatchCall } from './client.ts';
import { MEMBER_IDS, type WatchCommand } from './commands.ts';
import type { Side } from './timeline.ts';
import { type EventJson, type View, type ViewContext, viewEvent, viewHeaders } from './view.ts';

export interface WatchPairOptions {
  readonly origins: Readonly<Record<Side, string>>;
  readonly command: WatchCommand;
  /** The `waitIndex` on each side; undefined for none. */
  readonly since: Readonly<Record<Side, number>> | undefined;
  readonly targetOf: (side: Side, query: string) => string;
  /** The key in etcd whose write ends the reference; undefined where none can. */
  readonly sentinelTarget: string | undefined;
}

/** A value that nobody registers: it ends the reference of a watch. */
const SENTINEL = 'end of the reference';

/** The watches of Muster that are open, over all registries: what its own count must come to. */
const openCalls = new Set<WatchCall>();

/**
 * The same watch on both sides. In Muster it is asked as given; in etcd, all events are collected, one plain watch
 * after the other as etcd's own members do it, and what Muster leaves out on purpose is left out of them.
 */
export class WatchPair {
  readonly #options: WatchPairOptions;
  readonly #call: WatchCall;
  readonly #reference: Reference;

  constructor(options: WatchPairOptions, call: WatchCall, reference: Reference) {
    this.#options = options;
    this.#call = call;
    this.#reference = reference;
  }

  /** Resolves when both sides are watching. */
  static async open(options: WatchPairOptions): Promise<WatchPair> {
    const { origins, command, since, targetOf } = options;
    const query = (waitIndex: number | undefined, stream: boolean): string =>
      new URLSearchParams({
        wait: 'true',
        ...(command.recursive ? { recursive: 'true' } : {}),
        ...(stream ? { stream: 'true' } : {}),
        ...(waitIndex === undefined ? {} : { waitIndex: String(waitIndex) }),
      }).toString();
    const reference = new Reference(origins.etcd, (waitIndex) => targetOf('etcd', query(waitIndex, false)));
    await reference.start(since?.etcd);
    const call = new WatchCall(origins.muster, targetOf('muster', query(since?.muster, command.stream)));
    openCalls.add(call);
    if (command.stream) await call.head;
    else await waitForWatches(origins.muster);
    return new WatchPair(options, call, reference);
  }

  /** Whether Muster takes it for the watch that a member starts on itself after it was created at this index. */
  isSelfWatch(name: string, createdIndex: number): boolean {
    const { command, since } = this.#options;
    if (command.stream || typeof command.target !== 'number') return false;
    return MEMBER_IDS[command.target] === name && since?.muster === createdIndex;
  }

  /** Waits for Muster's first event. */
  async answered(): Promise<void> {
    await this.#call.waitForLines(1);
  }

  /** Lets the reference see its last event. */
  async endReference(client: Client): Promise<void> {
    const { sentinelTarget } = this.#options;
    if (sentinelTarget === undefined) return this.#reference.abort();
    const { status } = await client.put(sentinelTarget, new URLSearchParams({ value: SENTINEL }).toString());
    assert.ok(status < 300);
    await this.#reference.ended;
  }

  /** Compares what both were told. Call when both sides have carried out all writes. */
  async compare(context: ViewContext): Promise<void> {
    const { command, origins } = this.#options;
    const events = this.#reference.events.filter((event) => isShown(command, event));
    const expected = (command.stream ? events : events.slice(0, 1)).map((event) =>
      viewEvent('etcd', event, false, context),
    );
    await this.#call.waitForLines(expected.length);
    // Whatever Muster has to say beyond that, it has said before it answers the next request.
    await (await fetch(`${origins.muster}/health`)).arrayBuffer();
    const lines = this.#call.lines;
    assert.deepEqual(
      lines.filter((line) => line !== '').map((line) => viewLine(line, context)),
      expected,
    );
    if (expected.length > 0) await this.#compareHeads(context);
  }

  async #compareHeads(context: ViewContext): Promise<void> {
    const { status, headers } = await this.#call.head;
    const reference = await this.#reference.head;
    const of = (side: Side, given: typeof headers): View => ({
      ...viewHeaders(side, given, context),
    });
    assert.equal(status, reference.status);
    assert.deepEqual(of('muster', headers), of('etcd', reference.headers));
  }

  async close(): Promise<void> {
    this.#call.abort();
    openCalls.delete(this.#call);
    this.#reference.abort();
    await this.#reference.ended;
  }
}

function viewLine(line: string, context: ViewContext): View {
  const document = JSON.parse(line) as EventJson;
  return document.action === undefined ? { line } : viewEvent('muster', document, false, context);
}

/** D8: a watch of a registry shows new members and nothing else. */
function isShown({ target }: WatchCommand, { action, node, prevNode }: EventJson): boolean {
  if (target !== 'registry') return true;
  const isRemoval = action === 'delete' || action === 'compareAndDelete' || action === 'expire';
  const name = node?.key?.split('/')[4] ?? '';
  return !isRemoval && prevNode === undefined && !name.startsWith('_');
}

/** Everything that etcd tells of one key or folder, from a start on. */
class Reference {
  readonly events: EventJson[] = [];
  readonly #origin: string;
  readonly #targetOf: (waitIndex: number | undefined) => string;
  #call: WatchCall | undefined;
  #firstCall: WatchCall | undefined;
  #isAborted = false;
  ended: Promise<void> = Promise.resolve();

  constructor(origin: string, targetOf: (waitIndex: number | undefined) => string) {
    this.#origin = origin;
    this.#targetOf = targetOf;
  }

  get head(): WatchCall['head'] {
    if (this.#firstCall === undefined) throw new Error('the reference was not started');
    return this.#firstCall.head;
  }

  /** Resolves when etcd watches: it sends its headers at once. */
  async start(waitIndex: number | undefined): Promise<void> {
    this.#call = new WatchCall(this.#origin, this.#targetOf(waitIndex));
    this.#firstCall = this.#call;
    await this.#call.head;
    this.ended = this.#collect(this.#call);
  }

  async #collect(first: WatchCall): Promise<void> {
    let call = first;
    for (;;) {
      const line = await untilLine(call);
      if (line === undefined || this.#isAborted) return;
      const event = JSON.parse(line) as EventJson;
      if (event.node?.value === SENTINEL) return;
      this.events.push(event);
      call = new WatchCall(this.#origin, this.#targetOf((event.node?.modifiedIndex ?? 0) + 1));
      this.#call = call;
    }
  }

  abort(): void {
    this.#isAborted = true;
    this.#call?.abort();
  }
}

async function untilLine(call: WatchCall): Promise<string | undefined> {
  const lines = await call.waitForLines(1, 120_000);
  return lines[0];
}

/** Waits until Muster counts as many watches as are open. An answered one is not counted any more on either side. */
async function waitForWatches(origin: string): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; ) {
    const text = await (await fetch(`${origin}/metrics`)).text();
    const count = Number(/^muster_watches (\d+)$/m.exec(text)?.[1]);
    if (count === [...openCalls].filter((call) => !call.ended).length) return;
  }
  throw new Error('Muster does not watch within 5 s');
}
