import fc from 'fast-check';
import {
  Compare_CompareResult,
  Compare_CompareTarget,
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  WatchCreateRequest_FilterType,
} from '../../src/proto/rpc_pb.ts';

/** The ids of the members that a sequence may register; UTF-8 puts the last two in another order than UTF-16. */
export const MEMBER_IDS: readonly string[] = [
  '1',
  'e924',
  'e924a8cc55f3a1a0',
  'core 01',
  'ü',
  '\u{ff5e}',
  '\u{1f600}',
];

/** Values of etcd >= 2.0 (`name=url`), or of 0.4 (a bare URL). */
export const VALUES = {
  named: ['n1=http://10.0.0.1:2380', 'n2=http://10.0.0.2:2380', 'n1=http://10.0.0.1:1,n1=http://10.0.0.1:2'],
  bare: ['http://h1.example:7001', 'http://h2.example:7001', 'h3:7001'],
} as const;
export type ValueForm = keyof typeof VALUES;

/** Keys below the token's; `*` as an end stands for the end of all keys that begin with the start. */
export interface Span {
  readonly start: string;
  readonly end: string | undefined;
}

/** A revision, by the write that made it: how many writes ago. `none` is 0. */
export type Moment = number | 'none' | 'next' | 'future' | 'negative';

export interface RangeCommand {
  readonly kind: 'range';
  readonly span: Span;
  readonly limit: number;
  readonly at: Moment;
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly sortOrder: RangeRequest_SortOrder;
  readonly sortTarget: RangeRequest_SortTarget;
  readonly minMod: Moment;
  readonly maxMod: Moment;
  readonly minCreate: Moment;
  readonly maxCreate: Moment;
}

/** A value by its number in `VALUES`, or one that the registry does not take. */
export type Value = number | 'other form' | 'invalid' | 'empty';

export interface PutCommand {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Value;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
  readonly hasLease: boolean;
}

export interface DeleteCommand {
  readonly kind: 'delete';
  readonly span: Span;
  readonly prevKv: boolean;
}

export interface CompareCommand {
  readonly span: Span;
  readonly target: Compare_CompareTarget;
  readonly result: Compare_CompareResult;
  readonly version: number;
  readonly moment: Moment;
  readonly value: Value;
}

export interface TxnCommand {
  readonly kind: 'txn';
  readonly compares: readonly CompareCommand[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export type Operation = RangeCommand | PutCommand | DeleteCommand | TxnCommand;

/** A watch, which stays open until the sequence is over, unless it is cancelled. */
export interface WatchCommand {
  readonly kind: 'watch';
  /** On the stream that such watches share, or on one of its own. */
  readonly isShared: boolean;
  /** The id that it is to have; 0 leaves the choice to the service. */
  readonly watchId: number;
  readonly fragment: boolean;
  readonly span: Span;
  readonly from: Moment;
  readonly filters: readonly WatchCreateRequest_FilterType[];
  readonly prevKv: boolean;
}

/** Ends a watch on the shared stream, by its id, which may be none. */
export interface CancelCommand {
  readonly kind: 'cancel';
  readonly watchId: number;
}

/** One request, with the admin token or without. */
export interface Command {
  readonly isAdmin: boolean;
  readonly request: Operation | WatchCommand | CancelCommand;
}

export interface Sequence {
  readonly form: ValueForm;
  /** The size of the cluster, which becomes complete where it is small. */
  readonly size: number;
  readonly commands: readonly Command[];
}

/** An enum of numbers has their names as values too. */
const enumValues = <E extends number>(of: Readonly<Record<string, string | E>>): E[] =>
  Object.values(of).filter((value): value is E => typeof value === 'number');
const memberKeys = MEMBER_IDS.map((id) => `members/${id}`);
const often = <T>(value: T): fc.WeightedArbitrary<T> => ({ weight: 8, arbitrary: fc.constant(value) });
const rarely = fc.integer({ min: 0, max: 15 }).map((number) => number === 0);
const memberSpan = fc.constantFrom(...memberKeys).map((start) => ({ start, end: undefined }));
const spans: fc.Arbitrary<Span> = fc.oneof(
  { weight: 4, arbitrary: memberSpan },
  { weight: 4, arbitrary: fc.constant({ start: 'members/', end: '*' }) },
  { weight: 1, arbitrary: fc.constant({ start: '', end: '*' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      start: fc.constantFrom('', '_state', 'members/', ...memberKeys),
      end: fc.constantFrom('', '_state', 'members/zzz', ...memberKeys, '*'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '_config/size', '_state', 'members/', 'members/none').map((start) => ({
      start,
      end: undefined,
    })),
  },
);
const pasts = fc.integer({ min: 0, max: 8 });
const bounds: fc.Arbitrary<Moment> = fc.oneof(often('none' as Moment), { weight: 1, arbitrary: pasts });
const moments: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('none' as Moment) },
  { weight: 4, arbitrary: pasts },
  { weight: 1, arbitrary: fc.constantFrom<Moment>('future', 'negative') },
);
const values: fc.Arbitrary<Value> = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom<Value>('other form', 'invalid', 'empty') },
);

const ranges = (at: fc.Arbitrary<Moment>): fc.Arbitrary<RangeCommand> =>
  fc.record({
    kind: fc.constant('range' as const),
    span: spans,
    limit: fc.oneof(often(0), { weight: 4, arbitrary: fc.constantFrom(-1, 1, 2, 3, 7) }),
    at,
    serializable: fc.boolean(),
    keysOnly: rarely,
    countOnly: rarely,
    sortOrder: fc.constantFrom(
      RangeRequest_SortOrder.NONE,
      RangeRequest_SortOrder.ASCEND,
      RangeRequest_SortOrder.DESCEND,
    ),
    // The last is a target that there is not.
    sortTarget: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...enumValues(RangeRequest_SortTarget)) },
      { weight: 1, arbitrary: fc.constant(5 as RangeRequest_SortTarget) },
    ),
    minMod: bounds,
    maxMod: bounds,
    minCreate: bounds,
    maxCreate: bounds,
  });
const puts: fc.Arbitrary<PutCommand> = fc
  .record({
    kind: fc.constant('put' as const),
    key: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...memberKeys) },
      { weight: 4, arbitrary: fc.constant('_state') },
      { weight: 1, arbitrary: fc.constantFrom('members/_x', 'members/a/b', 'members/', '_config/size', 'x') },
    ),
    value: values,
    prevKv: fc.boolean(),
    ignoreValue: rarely,
    ignoreLease: rarely,
    hasLease: rarely,
    isEmpty: fc.boolean(),
  })
  .map(({ isEmpty, ...put }) => (put.ignoreValue && isEmpty ? { ...put, value: 'empty' } : put));
const deletes: fc.Arbitrary<DeleteCommand> = fc.record({
  kind: fc.constant('delete' as const),
  span: fc.oneof(
    { weight: 6, arbitrary: memberSpan },
    { weight: 1, arbitrary: fc.constant({ start: '_state', end: undefined }) },
    { weight: 2, arbitrary: spans },
  ),
  prevKv: fc.boolean(),
});
const compares: fc.Arbitrary<CompareCommand> = fc.record({
  span: spans,
  target: fc.constantFrom(...enumValues(Compare_CompareTarget)),
  result: fc.constantFrom(...enumValues(Compare_CompareResult)),
  version: fc.integer({ min: 0, max: 3 }),
  moment: fc.oneof(fc.constant('none' as Moment), pasts),
  value: values,
});

const nested: fc.Arbitrary<TxnCommand> = fc.constant({ kind: 'txn', compares: [], success: [], failure: [] });
const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: ranges(fc.oneof(often('none' as Moment), { weight: 1, arbitrary: pasts })) },
  { weight: 8, arbitrary: puts },
  { weight: 8, arbitrary: deletes },
  { weight: 1, arbitrary: nested },
);
const branch = fc.array(operations, { maxLength: 4 });
const txns: fc.Arbitrary<TxnCommand> = fc.record({
  kind: fc.constant('txn' as const),
  compares: fc.array(compares, { maxLength: 2 }),
  success: branch,
  failure: branch,
});
const watches: fc.Arbitrary<WatchCommand> = fc.record({
  kind: fc.constant('watch' as const),
  isShared: fc.boolean(),
  watchId: fc.oneof(often(0), { weight: 2, arbitrary: fc.constantFrom(1, 2, 9) }),
  fragment: fc.boolean(),
  span: spans,
  from: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Moment>('none', 'next') },
    { weight: 4, arbitrary: pasts },
    { weight: 1, arbitrary: fc.constant<Moment>('negative') },
  ),
  filters: fc.subarray([WatchCreateRequest_FilterType.NOPUT, WatchCreateRequest_FilterType.NODELETE]),
  prevKv: fc.boolean(),
});

const cancels: fc.Arbitrary<CancelCommand> = fc.record({
  kind: fc.constant('cancel' as const),
  watchId: fc.constantFrom(0, 1, 2, 3, 9),
});

const commands: fc.Arbitrary<Command> = fc.record({
  isAdmin: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
  request: fc.oneof(
    { weight: 6, arbitrary: ranges(moments) },
    { weight: 8, arbitrary: puts },
    { weight: 2, arbitrary: deletes },
    { weight: 6, arbitrary: txns },
    { weight: 2, arbitrary: watches },
    { weight: 1, arbitrary: cancels },
  ),
});

/** Sequences of requests about one new token. */
export function sequences(commandsMax: number): fc.Arbitrary<Sequence> {
  return fc.record({
    form: fc.constantFrom<ValueForm>('named', 'bare'),
    // More than all ids, or so few that a sequence often comes to them.
    size: fc.constantFrom(100, 2),
    commands: fc.array(commands, { minLength: 1, maxLength: commandsMax, size: 'max' }),
  });
}
