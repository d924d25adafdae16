import { create } from '@bufbuild/protobuf';
import {
  type Compare,
  Compare_CompareResult,
  Compare_CompareTarget,
  CompareSchema,
  DeleteRangeRequestSchema,
  PutRequestSchema,
  RangeRequestSchema,
  type RequestOp,
  RequestOpSchema,
  type TxnRequest,
  TxnRequestSchema,
} from '../../proto/rpc_pb.ts';
import type { Applied } from '../apply-operations.ts';
import { type Entry, HISTORY_ANCHOR_KEY, type Operation } from '../store.ts';
import { formatCommitNote } from './commits.ts';
import { COMMIT_KEY, type Layout } from './layout.ts';
import { leaseIdOf, roundExpiry } from './lease-ids.ts';
import type { TokenState } from './token-states.ts';

/** A change of one token, as it goes to etcd. */
export interface Change {
  readonly token: string;
  /** What it was decided on. */
  readonly state: TokenState;
  /** Tells this attempt from every other one. */
  readonly id: string;
  /** With ends as leases have them. None: the commit key alone is written. */
  readonly operations: readonly Operation[];
  readonly applied: Applied;
  /** It removes keys because their time is over. */
  readonly expired: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** How long the commit key of a token outlives its last other key: as long as a replica may be behind. */
const LAST_WORD_MS = 60_000;

/** The condition that a token is as it was, what to do then, and otherwise the question how it is. */
export function buildTransaction(
  layout: Layout,
  { commitRevision, asOf }: TokenState,
  token: string,
  change: Change | undefined,
): { readonly request: TxnRequest; readonly expiries: readonly number[] } {
  const keys = layout.keysOf(token);
  const compare = [
    // No commit of Muster, which may have removed keys and left nothing behind but this.
    compareCommit(layout, token, commitRevision),
    // And no write of anybody else.
    create(CompareSchema, {
      target: Compare_CompareTarget.MOD,
      result: Compare_CompareResult.LESS,
      ...keys,
      targetUnion: { case: 'modRevision', value: BigInt(asOf + 1) },
    }),
  ];
  const failure = [rangeOf(keys)];
  if (change === undefined) return { request: create(TxnRequestSchema, { compare, failure }), expiries: [] };
  const { success, expiries } = describeChange(layout, change);
  return { request: create(TxnRequestSchema, { compare, success, failure }), expiries };
}

/** Removes what the store keeps for itself of a token that has nothing else, if nothing was committed to it since. */
export function buildForgetting(layout: Layout, { commitRevision }: TokenState, token: string): TxnRequest {
  const success = [layout.key(token, COMMIT_KEY), layout.tokenKey(token)].map((key) =>
    toOp('requestDeleteRange', create(DeleteRangeRequestSchema, { key })),
  );
  return create(TxnRequestSchema, { compare: [compareCommit(layout, token, commitRevision)], success });
}

/** The condition that the newest commit of Muster to a token is this one; 0 is for none. */
function compareCommit(layout: Layout, token: string, commitRevision: number): Compare {
  return create(CompareSchema, {
    target: Compare_CompareTarget.MOD,
    result: Compare_CompareResult.EQUAL,
    key: layout.key(token, COMMIT_KEY),
    targetUnion: { case: 'modRevision', value: BigInt(commitRevision) },
  });
}

function describeChange(
  layout: Layout,
  { token, state, id, operations, applied, expired, now }: Change,
): { success: RequestOp[]; expiries: number[] } {
  const { entries, events } = applied;
  const expiries: number[] = [];
  const put = (key: Uint8Array, value: Uint8Array, expiresAt: number | undefined): RequestOp => {
    if (expiresAt !== undefined) expiries.push(expiresAt);
    const lease = expiresAt === undefined ? 0n : leaseIdOf(expiresAt);
    return toOp('requestPut', create(PutRequestSchema, { key, value, lease }));
  };
  const lastEnd = entries.length === 0 ? roundExpiry(now + LAST_WORD_MS, now) : lastEndOf(entries);
  const success = joinDeletes(layout, token, operations, new Set(entries.map(({ key }) => key)), put);
  const note = formatCommitNote({ expired, changes: events.length, id });
  success.push(put(layout.key(token, COMMIT_KEY), note, lastEnd));
  const isNew = state.commitRevision === 0 || state.entries.length === 0;
  if (isNew || lastEndOf(state.entries) !== lastEnd) {
    success.push(put(layout.tokenKey(token), NOTHING, lastEnd));
  }
  for (const event of events) {
    if (event.type === 'put' && event.entry.key === HISTORY_ANCHOR_KEY) {
      success.push(put(layout.liveKey(token), NOTHING, event.entry.expiresAt));
    }
    if (event.type === 'delete' && event.key === HISTORY_ANCHOR_KEY) {
      success.push(
        toOp('requestDeleteRange', create(DeleteRangeRequestSchema, { key: layout.liveKey(token) })),
      );
    }
  }
  return { success, expiries };
}

/** When the last of some keys expires; undefined where one never does. */
function lastEndOf(entries: readonly Entry[]): number | undefined {
  let last = 0;
  for (const { expiresAt } of entries) {
    if (expiresAt === undefined) return undefined;
    last = Math.max(last, expiresAt);
  }
  return last;
}

const NOTHING = new Uint8Array();

/**
 * The operations for etcd. Deletes that follow one another are one, where no key that stays lies between them: a large
 * cluster that expires would be more than etcd takes at a time.
 */
function joinDeletes(
  layout: Layout,
  token: string,
  operations: readonly Operation[],
  staying: ReadonlySet<string>,
  put: (key: Uint8Array, value: Uint8Array, expiresAt: number | undefined) => RequestOp,
): RequestOp[] {
  const ops: RequestOp[] = [];
  // The store's own key stays, too.
  const bounds = [...staying, COMMIT_KEY].map((key) => layout.key(token, key));
  let run: Uint8Array[] = [];
  const end = (): void => {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return;
    const rangeEnd = run.length === 1 ? NOTHING : Buffer.concat([last, Buffer.from([0])]);
    ops.push(toOp('requestDeleteRange', create(DeleteRangeRequestSchema, { key: first, rangeEnd })));
    run = [];
  };
  for (const operation of operations) {
    const key = layout.key(token, operation.key);
    if (operation.type === 'put') {
      end();
      ops.push(put(key, operation.value, operation.expiresAt));
      continue;
    }
    const last = run.at(-1);
    const isNext =
      last !== undefined &&
      Buffer.compare(last, key) < 0 &&
      !bounds.some((bound) => Buffer.compare(last, bound) < 0 && Buffer.compare(bound, key) < 0);
    if (!isNext) end();
    run.push(key);
  }
  end();
  return ops;
}

function rangeOf(keys: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): RequestOp {
  return toOp('requestRange', create(RangeRequestSchema, keys));
}

type Request = RequestOp['request'];

/** One operation of a transaction. */
export function toOp<C extends NonNullable<Request['case']>>(
  kind: C,
  value: Extract<Request, { case: C }>['value'],
): RequestOp {
  return create(RequestOpSchema, { request: { case: kind, value } as Request });
}

/** About how many bytes a change is on the wire. */
export function sizeOf({ operations }: Change): number {
  return operations.reduce(
    (sum, operation) =>
      sum + operation.key.length + (operation.type === 'put' ? operation.value.length : 0) + 200,
    500,
  );
}
