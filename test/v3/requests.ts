import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type Compare,
  Compare_CompareTarget,
  CompareSchema,
  type DeleteRangeRequest,
  DeleteRangeRequestSchema,
  type PutRequest,
  PutRequestSchema,
  type RangeRequest,
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  RangeRequestSchema,
  type RequestOp,
  RequestOpSchema,
  type TxnRequest,
  TxnRequestSchema,
  type WatchCreateRequest,
  WatchCreateRequestSchema,
} from '../../src/proto/rpc_pb.ts';
import {
  type CompareCommand,
  type DeleteCommand,
  type Moment,
  type Operation,
  type PutCommand,
  type RangeCommand,
  type Span,
  type TxnCommand,
  VALUES,
  type Value,
  type ValueForm,
  type WatchCommand,
} from './commands.ts';
import type { Side, Timeline } from './timeline.ts';

/** Far above every revision of a run. */
const FUTURE = 1n << 40n;
/** A lease that nobody has. */
const LEASE = 7n;

/** Makes the requests of one side out of commands: the same but for revisions. */
export class Requests {
  readonly #side: Side;
  readonly #timeline: Timeline;
  readonly #prefix: string;
  readonly #form: ValueForm;

  constructor(side: Side, timeline: Timeline, prefix: string, form: ValueForm) {
    this.#side = side;
    this.#timeline = timeline;
    this.#prefix = prefix;
    this.#form = form;
  }

  range({ span, at, limit, minMod, maxMod, minCreate, maxCreate, ...rest }: RangeCommand): RangeRequest {
    const { kind: _, ...flags } = rest;
    // D9: without an order, etcd cuts before it sorts; told the order that it then takes, it does not.
    const isUnordered = flags.sortOrder === RangeRequest_SortOrder.NONE;
    const cutsFirst =
      this.#side === 'etcd' && isUnordered && flags.sortTarget !== RangeRequest_SortTarget.KEY && limit > 0;
    return create(RangeRequestSchema, {
      ...keysOf(this.#prefix, span),
      ...flags,
      ...(cutsFirst ? { sortOrder: RangeRequest_SortOrder.ASCEND } : {}),
      limit: BigInt(limit),
      revision: this.#revision(at),
      minModRevision: this.#revision(minMod),
      maxModRevision: this.#revision(maxMod),
      minCreateRevision: this.#revision(minCreate),
      maxCreateRevision: this.#revision(maxCreate),
    });
  }

  put({ key, value, hasLease, prevKv, ignoreValue, ignoreLease }: PutCommand): PutRequest {
    return create(PutRequestSchema, {
      key: Buffer.from(this.#prefix + key),
      value: Buffer.from(textOf(value, this.#form)),
      lease: hasLease ? LEASE : 0n,
      prevKv,
      ignoreValue,
      ignoreLease,
    });
  }

  deleteRange({ span, prevKv }: DeleteCommand): DeleteRangeRequest {
    return create(DeleteRangeRequestSchema, { ...keysOf(this.#prefix, span), prevKv });
  }

  /** @param isRepeated says which puts change nothing in Muster: in their place stands a Range of the key */
  txn(
    { compares, success, failure }: TxnCommand,
    isRepeated: (put: PutCommand) => boolean = () => false,
  ): TxnRequest {
    return create(TxnRequestSchema, {
      compare: compares.map((compare) => this.#compare(compare)),
      success: success.map((operation) => this.#operation(operation, isRepeated)),
      failure: failure.map((operation) => this.#operation(operation, isRepeated)),
    });
  }

  watch({ span, from, filters, prevKv, watchId, fragment }: WatchCommand): WatchCreateRequest {
    const keys = keysOf(this.#prefix, span);
    const startRevision = this.#revision(from);
    return create(WatchCreateRequestSchema, {
      ...keys,
      startRevision,
      filters: [...filters],
      prevKv,
      fragment,
      watchId: BigInt(watchId),
    });
  }

  /** A Range of the one key of a put. */
  keyOf({ key }: PutCommand): RangeRequest {
    return create(RangeRequestSchema, { key: Buffer.from(this.#prefix + key) });
  }

  #operation(operation: Operation, isRepeated: (put: PutCommand) => boolean): RequestOp {
    return create(RequestOpSchema, { request: this.#caseOf(operation, isRepeated) });
  }

  #caseOf(
    operation: Operation,
    isRepeated: (put: PutCommand) => boolean,
  ): NonNullable<MessageInitShape<typeof RequestOpSchema>['request']> {
    switch (operation.kind) {
      case 'range':
        return { case: 'requestRange', value: this.range(operation) };
      case 'put':
        return isRepeated(operation)
          ? { case: 'requestRange', value: this.keyOf(operation) }
          : { case: 'requestPut', value: this.put(operation) };
      case 'delete':
        return { case: 'requestDeleteRange', value: this.deleteRange(operation) };
      case 'txn':
        return { case: 'requestTxn', value: this.txn(operation) };
    }
  }

  #compare({ span, target, result, version, moment, value }: CompareCommand): Compare {
    return create(CompareSchema, {
      ...keysOf(this.#prefix, span),
      target,
      result,
      targetUnion: this.#wanted(target, version, moment, value),
    });
  }

  #wanted(
    target: Compare_CompareTarget,
    version: number,
    moment: Moment,
    value: Value,
  ): NonNullable<MessageInitShape<typeof CompareSchema>['targetUnion']> {
    switch (target) {
      case Compare_CompareTarget.VERSION:
        return { case: 'version', value: BigInt(version) };
      case Compare_CompareTarget.CREATE:
        return { case: 'createRevision', value: this.#revision(moment) };
      case Compare_CompareTarget.MOD:
        return { case: 'modRevision', value: this.#revision(moment) };
      case Compare_CompareTarget.VALUE:
        return { case: 'value', value: Buffer.from(textOf(value, this.#form)) };
      default:
        return { case: 'lease', value: 0n };
    }
  }

  #revision(moment: Moment): bigint {
    const { last } = this.#timeline;
    if (typeof moment === 'number') return this.#timeline.at(this.#side, last - moment);
    return {
      none: 0n,
      negative: -1n,
      next: this.#timeline.at(this.#side, last) + 1n,
      future: this.#timeline.at(this.#side, last) + FUTURE,
    }[moment];
  }
}

/** The text that a value of a command stands for. */
export function textOf(value: Value, form: ValueForm): string {
  switch (value) {
    case 'empty':
      return '';
    case 'invalid':
      return 'no value of a member';
    case 'other form':
      return VALUES[form === 'named' ? 'bare' : 'named'][0];
    default:
      return VALUES[form][value] ?? '';
  }
}

/** The first key of a span, and the first behind it. */
export function keysOf(prefix: string, { start, end }: Span): { key: Buffer; rangeEnd: Buffer } {
  const key = Buffer.from(prefix + start);
  if (end === undefined) return { key, rangeEnd: Buffer.alloc(0) };
  if (end !== '*') return { key, rangeEnd: Buffer.from(prefix + end) };
  const rangeEnd = Buffer.from(key);
  // No key here ends in the last byte that there is.
  rangeEnd[rangeEnd.length - 1] = (rangeEnd[rangeEnd.length - 1] ?? 0) + 1;
  return { key, rangeEnd };
}
