import assert from 'node:assert/strict';
import { type Answer, Client, type WireRequest } from './client.ts';
import {
  type BadCommand,
  type Command,
  type Condition,
  type DeleteCommand,
  isTrue,
  MEMBER_IDS,
  type PathStyle,
  type PutCommand,
  type ReadCommand,
  type Sequence,
  type Target,
  type WatchCommand,
} from './commands.ts';
import { actionOf, type Expectation, holds, RegistryModel } from './registry-model.ts';
import { type Side, Timeline } from './timeline.ts';
import { type EventJson, type View, type ViewContext, viewAnswer } from './view.ts';
import { WatchPair } from './watch-pair.ts';

/** Where the two services are. */
export interface Origins {
  readonly etcd: string;
  readonly muster: string;
}

const SIDES: readonly Side[] = ['etcd', 'muster'];
const ROOT = '/v2/keys/_etcd/registry';
/** 32 digits that /new has never printed. */
const UNKNOWN_TOKEN = 'f'.repeat(32);
/** An index that no key was written at. */
const NO_INDEX = 2 ** 52;

/** What becomes of every write of the size. */
const SIZE_STAYS = { kind: 'refused', difference: 'D6', status: 403, errorCode: 152 } as const;

/** One registry on both sides, and everything that is done to it. */
export class Session {
  readonly #origins: Origins;
  readonly #sequence: Sequence;
  readonly #token: string;
  readonly #timeline: Timeline;
  readonly #model: RegistryModel;
  readonly #context: ViewContext;
  readonly #clients: Readonly<Record<Side, readonly Client[]>>;
  readonly #watches: WatchPair[] = [];
  /** How often each of the deliberate differences was met. */
  readonly differences: Map<string, number> = new Map();

  constructor(
    origins: Origins,
    sequence: Sequence,
    token: string,
    timeline: Timeline,
    clients: Readonly<Record<Side, readonly Client[]>>,
  ) {
    this.#origins = origins;
    this.#sequence = sequence;
    this.#token = token;
    this.#timeline = timeline;
    this.#clients = clients;
    this.#model = new RegistryModel(sequence.form, sequence.size);
    const prefix = `/_etcd/registry/${token}/`;
    this.#context = {
      timeline,
      createdRank: (key, rank) =>
        key.startsWith(`${prefix}_config/`) ? 0 : this.#model.createdRank(key.slice(prefix.length), rank),
    };
  }

  /** Makes a token in Muster, and its size key in etcd. */
  static async open(origins: Origins, sequence: Sequence): Promise<Session> {
    const clients = {
      etcd: [new Client(origins.etcd)],
      muster: [new Client(origins.muster), new Client(origins.muster)],
    };
    const made = await clientOf(clients, 'muster').get(`/new?size=${sequence.size}`);
    const token = made.body.slice(-32);
    const sizeKey = `${ROOT}/${token}/_config/size`;
    const etcd = await clientOf(clients, 'etcd').put(`${sizeKey}?prevExist=false`, `value=${sequence.size}`);
    assert.equal(etcd.status, 201);
    const muster = await clientOf(clients, 'muster').get(`/${token}/_config/size`);
    const timeline = new Timeline({ etcd: nodeIndexOf(etcd), muster: nodeIndexOf(muster) });
    return new Session(origins, sequence, token, timeline, clients);
  }

  /** Does one thing on both sides, and throws an AssertionError where they differ without a reason. */
  async run(command: Command): Promise<void> {
    switch (command.kind) {
      case 'read':
        return this.#read(command);
      case 'bad':
        return this.#bad(command);
      case 'put':
        return this.#put(command);
      case 'delete':
        return this.#delete(command);
      case 'watch':
        return this.#watch(command);
    }
  }

  /** Compares what the watches were told, and ends them. */
  async finish(): Promise<void> {
    for (const watch of this.#watches) await watch.endReference(clientOf(this.#clients, 'etcd'));
    for (const watch of this.#watches) await watch.compare(this.#context);
  }

  async close(): Promise<void> {
    for (const client of SIDES.flatMap((side) => this.#clients[side])) client.close();
    await Promise.all(this.#watches.map((watch) => watch.close()));
  }

  async #read({ method, target, isUnknown, flags, path }: ReadCommand): Promise<void> {
    const token = isUnknown ? UNKNOWN_TOKEN : this.#token;
    const query = new URLSearchParams({ ...flags }).toString();
    const answers = await this.#both((side) => ({
      method,
      target: targetOf(side, token, target, path, query),
    }));
    this.#compare(answers, isTrue(flags.sorted));
    if (target === 'registry' && !isUnknown && method === 'GET' && !isTrue(flags.sorted)) {
      assertInOrder(answers.muster);
    }
  }

  async #bad({ method, target, name, value, alsoWait, path }: BadCommand): Promise<void> {
    const isFolder = target === 'registry' || target === 'config' || target === 'size';
    // Muster refuses every write of these, whatever the parameters are (D6).
    if ((method === 'PUT' || method === 'DELETE') && isFolder) return;
    const query = new URLSearchParams({
      [name]: value,
      ...(alsoWait && name !== 'wait' ? { wait: 'true' } : {}),
    });
    const answers = await this.#both((side) => ({
      method,
      target: targetOf(side, this.#token, target, path, query.toString()),
    }));
    this.#compare(answers, false);
    assert.equal(answers.muster.status, 400);
  }

  async #put(command: PutCommand): Promise<void> {
    const { target, condition, ttl, noValueOnSuccess, place, client, path } = command;
    const name = nameOf(target);
    const text = this.#textOf(command);
    const isThere = this.#model.get(name) !== undefined;
    const request = (side: Side): WireRequest => {
      const conditions = this.#conditionParameters(side, name, condition);
      if (noValueOnSuccess) conditions.push(['noValueOnSuccess', 'true']);
      const values: [string, string][] = [['value', text]];
      if (ttl !== undefined) values.unshift(['ttl', ttl]);
      const inQuery = place === 'body' ? [] : place === 'split' ? conditions : [...conditions, ...values];
      const inBody = place === 'body' ? [...conditions, ...values] : place === 'split' ? values : undefined;
      const query = new URLSearchParams(inQuery).toString();
      const body = inBody && new URLSearchParams(inBody).toString();
      const target = targetOf(side, this.#token, command.target, path, query);
      return { method: 'PUT', target, ...(body === undefined ? {} : { body }) };
    };
    if (target === 'size') return this.#refused(request('muster'), SIZE_STAYS);
    const isHolding = holds(condition, isThere);
    const write = { name, text, action: actionOf(condition), holds: isHolding, client };
    const expectation = this.#model.expectPut(write);
    switch (expectation.kind) {
      case 'refused':
        return this.#refused(request('muster'), expectation, client);
      case 'repeated':
        return this.#repeated(request('muster'), expectation.difference, name, client, noValueOnSuccess);
      case 'other words':
        return this.#otherWords(request, expectation.difference, client);
      case 'same':
        break;
    }
    const answers = await this.#both(request, client);
    assert.equal(answers.muster.status < 300, isHolding, 'a write is carried out when its condition holds');
    await this.#wrote(answers, (rank) => this.#model.wrote(name, text, client, rank));
    this.#compare(answers, false);
    if (answers.muster.status < 300 && !isThere) await this.#tellSelfWatches(name, indexOf(answers.muster));
  }

  async #delete({ target, condition, path }: DeleteCommand): Promise<void> {
    const name = nameOf(target);
    const request = (side: Side): WireRequest => {
      const query = new URLSearchParams(this.#conditionParameters(side, name, condition)).toString();
      return { method: 'DELETE', target: targetOf(side, this.#token, target, path, query) };
    };
    if (target === 'size') return this.#refused(request('muster'), SIZE_STAYS);
    if (target === 'registry' || target === 'config') {
      return this.#compare(await this.#both(request), false);
    }
    const isThere = this.#model.get(name) !== undefined;
    const isHolding = isThere && condition.prevValue !== 'other' && condition.prevIndex !== 'other';
    const expectation = this.#model.expectDelete(name, isHolding);
    if (expectation.kind === 'refused') return this.#refused(request('muster'), expectation);
    const answers = await this.#both(request);
    await this.#wrote(answers, (rank) => this.#model.removed(name, rank));
    this.#compare(answers, false);
  }

  async #watch(command: WatchCommand): Promise<void> {
    const { target, path } = command;
    const since = await this.#startOf(command);
    const watch = await WatchPair.open({
      origins: this.#origins,
      command,
      since,
      targetOf: (side, query) => targetOf(side, this.#token, target, path, query),
      sentinelTarget: this.#sentinelTarget(command),
    });
    this.#watches.push(watch);
    const name = nameOf(target);
    const entry = this.#model.get(name);
    if (
      !command.stream &&
      entry !== undefined &&
      this.#timeline.rankOf('muster', since?.muster ?? -1) === entry.createdRank
    ) {
      await watch.answered();
      this.#model.told(name);
    }
  }

  /** A watch from exactly the creation of its member on is that member's own: it has its answer now (D1). */
  async #tellSelfWatches(name: string, index: number): Promise<void> {
    for (const watch of this.#watches) {
      if (!watch.isSelfWatch(name, index)) continue;
      await watch.answered();
      this.#model.told(name);
    }
  }

  /** The `waitIndex` on each side; undefined for a watch without one. */
  async #startOf({ since, target, path }: WatchCommand): Promise<Record<Side, number> | undefined> {
    if (since === 'now') return undefined;
    if (since === 'zero') return { etcd: 0, muster: 0 };
    if (since === 'next') {
      const answers = await this.#both((side) => ({
        method: 'GET',
        target: targetOf(side, this.#token, target === 'registry' ? 'registry' : 'size', path, ''),
      }));
      return { etcd: indexOf(answers.etcd) + 1, muster: indexOf(answers.muster) + 1 };
    }
    const rank = Math.max(0, this.#timeline.length - 1 - since.back);
    const plus = since.after ? 1 : 0;
    return {
      etcd: this.#timeline.indexOf('etcd', rank) + plus,
      muster: this.#timeline.indexOf('muster', rank) + plus,
    };
  }

  /** Where a write to etcd alone ends the reference of a watch; undefined where nothing can. */
  #sentinelTarget({ target, recursive }: WatchCommand): string | undefined {
    const style = { isKeysPath: true, hasSlash: false };
    const path = targetOf('etcd', this.#token, target, style, '');
    if (target !== 'registry' && target !== 'config') return path;
    return recursive ? `${path}/sentinel` : undefined;
  }

  /** A request that etcd would carry out and Muster must not: only Muster is asked, so that both stay alike. */
  async #refused(
    request: WireRequest,
    { difference, status, errorCode }: Extract<Expectation, { kind: 'refused' }>,
    client: number = 0,
  ): Promise<void> {
    const answer = await clientOf(this.#clients, 'muster', client).send(request);
    const { errorCode: actual } = JSON.parse(answer.body) as { errorCode: number };
    assert.deepEqual({ status: answer.status, errorCode: actual }, { status, errorCode }, difference);
    this.#note(difference);
  }

  /** The same registration again: the first answer, and nothing happens. */
  async #repeated(
    request: WireRequest,
    difference: string,
    name: string,
    client: number,
    isShort: boolean,
  ): Promise<void> {
    const answer = await clientOf(this.#clients, 'muster', client).send(request);
    const entry = this.#model.get(name);
    assert.ok(
      answer.status === 201 || answer.status === 200,
      `${difference}: ${answer.status} ${answer.body}`,
    );
    const { node, prevNode } = JSON.parse(answer.body) as EventJson;
    if (!isShort) {
      assert.equal(this.#timeline.rankOf('muster', node?.createdIndex ?? -1), entry?.createdRank, difference);
      assert.equal(
        this.#timeline.rankOf('muster', node?.modifiedIndex ?? -1),
        entry?.modifiedRank,
        difference,
      );
      assert.equal(node?.value, entry?.text, difference);
    }
    assert.equal(prevNode, undefined, difference);
    this.#model.repeated(name, client);
    this.#note(difference);
  }

  /** Both refuse, for the same reason, but Muster says more. */
  async #otherWords(request: (side: Side) => WireRequest, difference: string, client: number): Promise<void> {
    const answers = await this.#both(request, client);
    const views = this.#views(answers, false);
    const words = { message: difference, cause: difference };
    assert.deepEqual({ ...views.muster, ...words }, { ...views.etcd, ...words });
    this.#note(difference);
  }

  /** Notes a write that was carried out, on both sides or on neither. */
  async #wrote({ etcd, muster }: Record<Side, Answer>, note: (rank: number) => void): Promise<void> {
    assert.equal(muster.status, etcd.status, `muster: ${muster.body} etcd: ${etcd.body}`);
    if (etcd.status >= 300) return;
    note(this.#timeline.record({ etcd: indexOf(etcd), muster: indexOf(muster) }));
  }

  #note(difference: string): void {
    this.differences.set(difference, (this.differences.get(difference) ?? 0) + 1);
  }

  async #both(request: (side: Side) => WireRequest, client: number = 0): Promise<Record<Side, Answer>> {
    const [etcd, muster] = await Promise.all([
      clientOf(this.#clients, 'etcd').send(request('etcd')),
      clientOf(this.#clients, 'muster', client).send(request('muster')),
    ]);
    return { etcd, muster };
  }

  #views({ etcd, muster }: Record<Side, Answer>, sorted: boolean): Record<Side, View> {
    return {
      etcd: viewAnswer('etcd', etcd, sorted, this.#context),
      muster: viewAnswer('muster', muster, sorted, this.#context),
    };
  }

  #compare(answers: Record<Side, Answer>, sorted: boolean): void {
    const { etcd, muster } = this.#views(answers, sorted);
    assert.deepEqual(muster, etcd);
  }

  #conditionParameters(side: Side, name: string, condition: Condition): [string, string][] {
    const entry = this.#model.get(name);
    const parameters: [string, string][] = [];
    if (condition.prevExist !== undefined) parameters.push(['prevExist', condition.prevExist]);
    if (condition.prevValue !== undefined) {
      parameters.push(['prevValue', (condition.prevValue === 'current' && entry?.text) || 'n9=http://h:9']);
    }
    if (condition.prevIndex !== undefined) {
      parameters.push(['prevIndex', String(this.#prevIndex(side, entry?.modifiedRank, condition.prevIndex))]);
    }
    return parameters;
  }

  #prevIndex(side: Side, rank: number | string | undefined, which: 'current' | 'other' | 'zero'): number {
    if (which === 'zero') return 0;
    if (which === 'current') return typeof rank === 'number' ? this.#timeline.indexOf(side, rank) : NO_INDEX;
    return this.#timeline.indexOf(side, 0);
  }

  #textOf({ target, value }: PutCommand): string {
    const { form } = this.#sequence;
    const who = typeof target === 'number' ? target : 9;
    const named = [
      `m${who}=http://10.0.0.${who}:2380`,
      `m${who}=http://10.0.0.${who}:2380,m${who}=https://10.0.1.${who}:2380`,
      `a<b>&"\\+ü\u2028${who}=http://[fd00::${who}]:2380`,
    ];
    const bare = [`http://10.0.0.${who}:7001`, `https://10.0.0.${who}:7001`, `http://[fd00::${who}]:7001`];
    const [own, other] = form === 'named' ? [named, bare] : [bare, named];
    if (target === 'state') return typeof value === 'number' ? (['started', 'x', '<&>'][value] ?? '') : 'y';
    if (value === 'invalid') return 'neither form';
    // The first registration fixes the form, so it must be the one of this sequence.
    if (value === 'wrong form') return (this.#model.memberCount === 0 ? own : other)[0] ?? '';
    return own[value] ?? '';
  }
}

function clientOf(clients: Readonly<Record<Side, readonly Client[]>>, side: Side, which = 0): Client {
  const client = clients[side][which] ?? clients[side][0];
  if (client === undefined) throw new Error(`${side} has no client`);
  return client;
}

/** `_state`, or a member's id. Other targets are no keys that are written. */
function nameOf(target: Target): string {
  return typeof target === 'number'
    ? (MEMBER_IDS[target] ?? '')
    : target === 'state'
      ? '_state'
      : `(${target})`;
}

function targetOf(side: Side, token: string, target: Target, path: PathStyle, query: string): string {
  const root = side === 'etcd' || path.isKeysPath ? `${ROOT}/${token}` : `/${token}`;
  const tails = { registry: '', config: '/_config', size: '/_config/size', state: '/_state' };
  const tail =
    typeof target === 'number' ? `/${encodeURIComponent(MEMBER_IDS[target] ?? '')}` : tails[target];
  return `${root}${tail}${path.hasSlash ? '/' : ''}${query === '' ? '' : `?${query}`}`;
}

function indexOf({ headers }: Answer): number {
  return Number(headers['x-etcd-index']);
}

function nodeIndexOf({ body }: Answer): number {
  return (JSON.parse(body) as EventJson).node?.createdIndex ?? 0;
}

/** Muster's lists are in the order of registration, which every reader depends on. */
function assertInOrder({ body }: Answer): void {
  const created = ((JSON.parse(body) as EventJson).node?.nodes ?? []).map((node) => node.createdIndex ?? 0);
  assert.deepEqual(
    created,
    created.toSorted((a, b) => a - b),
  );
}
