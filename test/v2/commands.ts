import fc from 'fast-check';

/** The ids of the members that a sequence may register: of etcd >= 2.0 (1 to 16 digits), and names of 0.4 machines. */
export const MEMBER_IDS: readonly string[] = [
  'e924a8cc55f3a1a0',
  '9953b9025df93e0',
  '1',
  'core 01',
  'z&<y>',
  'ü%+~',
  '\u{1f600}',
  '\u{ff5e}',
];

/** Which shape values have: that of etcd >= 2.0 (`name=url`) or that of 0.4 (a bare URL). */
export type ValueForm = 'named' | 'bare';

/** A key of the registry; a number stands for that one of `MEMBER_IDS`. */
export type Target = 'registry' | 'config' | 'size' | 'state' | number;

/** How a path is spelt: that of the public service or that of a keys API, with or without a slash at its end. */
export interface PathStyle {
  readonly isKeysPath: boolean;
  readonly hasSlash: boolean;
}

/** What must hold for a write. `current` is what the key has when the command runs. */
export interface Condition {
  readonly prevExist: string | undefined;
  readonly prevValue: 'current' | 'other' | undefined;
  readonly prevIndex: 'current' | 'other' | 'zero' | undefined;
}

/** Parameters of a read. `x-own` stands for those that are a part of the discovery URL. */
export interface Flags {
  readonly quorum?: string;
  readonly recursive?: string;
  readonly sorted?: string;
  readonly consistent?: string;
  readonly stream?: string;
  readonly 'x-own'?: string;
}

export interface ReadCommand {
  readonly kind: 'read';
  readonly method: 'GET' | 'HEAD';
  readonly target: Target;
  /** A token that was never issued, instead of this one. */
  readonly isUnknown: boolean;
  readonly flags: Flags;
  readonly path: PathStyle;
}

export interface PutCommand {
  readonly kind: 'put';
  readonly target: Target;
  /** `wrong form` is a value of the other etcd era; `invalid` is what no etcd would register. */
  readonly value: number | 'wrong form' | 'invalid';
  readonly condition: Condition;
  readonly ttl: string | undefined;
  readonly noValueOnSuccess: boolean;
  /** Where the parameters stand. `split` is what etcd sends: conditions in the query, the value in the body. */
  readonly place: 'query' | 'body' | 'split';
  /** Which of two connections it comes on. */
  readonly client: 0 | 1;
  readonly path: PathStyle;
}

export interface DeleteCommand {
  readonly kind: 'delete';
  readonly target: Target;
  readonly condition: Condition;
  readonly path: PathStyle;
}

/** A watch, which stays open until the sequence is over. */
export interface WatchCommand {
  readonly kind: 'watch';
  readonly target: Target;
  readonly recursive: boolean;
  readonly stream: boolean;
  /** From now on; from the next write on; or from the n-th last write (or the one after it) on. */
  readonly since: 'now' | 'zero' | 'next' | { readonly back: number; readonly after: boolean };
  readonly path: PathStyle;
}

/** A request with one parameter that cannot be read. */
export interface BadCommand {
  readonly kind: 'bad';
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly target: Target;
  readonly name: string;
  readonly value: string;
  readonly alsoWait: boolean;
  readonly path: PathStyle;
}

export type Command = ReadCommand | PutCommand | DeleteCommand | WatchCommand | BadCommand;

/** One registry's life: all that is done to it, in order. */
export interface Sequence {
  readonly form: ValueForm;
  readonly size: number;
  readonly commands: readonly Command[];
}

const TRUE = ['true', '1', 't', 'T', 'TRUE', 'True'];
const FALSE = ['false', '0', 'f', 'F', 'FALSE', 'False'];

const path: fc.Arbitrary<PathStyle> = fc.record({
  isKeysPath: fc.boolean(),
  hasSlash: fc.boolean(),
});
// Few ids, so that commands meet; the strange ones are rarer.
const member = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 2 }) },
  { weight: 1, arbitrary: fc.nat({ max: MEMBER_IDS.length - 1 }) },
);
const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Target>('registry') },
  { weight: 4, arbitrary: member },
  { weight: 2, arbitrary: fc.constantFrom<Target[]>('size', 'state', 'config') },
);
const condition: fc.Arbitrary<Condition> = fc.record({
  prevExist: fc.option(fc.constantFrom(...FALSE.slice(0, 2), 'false', 'true', ...FALSE, ...TRUE), {
    nil: undefined,
  }),
  prevValue: fc.option(fc.constantFrom('current', 'other'), { nil: undefined, freq: 1 }),
  prevIndex: fc.option(fc.constantFrom('current', 'other', 'zero'), { nil: undefined, freq: 1 }),
});
const noCondition: Condition = { prevExist: undefined, prevValue: undefined, prevIndex: undefined };
const createOnly: Condition = { ...noCondition, prevExist: 'false' };
const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant(noCondition),
  fc.constant(createOnly),
  condition,
);

const read: fc.Arbitrary<ReadCommand> = fc.record({
  kind: fc.constant('read'),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
  target,
  isUnknown: fc.nat({ max: 9 }).map((n) => n === 9),
  flags: fc.record(
    {
      quorum: fc.constantFrom(...FALSE, ...TRUE),
      recursive: fc.constantFrom(...FALSE, ...TRUE),
      sorted: fc.constantFrom(...FALSE, ...TRUE),
      consistent: fc.constantFrom('true', 'false'),
      stream: fc.constantFrom('false', 'true'),
      'x-own': fc.constantFrom('', 'a b&c'),
    },
    { requiredKeys: [] },
  ),
  path,
});

const put: fc.Arbitrary<PutCommand> = fc.record({
  kind: fc.constant('put'),
  target: fc.oneof(
    { weight: 8, arbitrary: member },
    { weight: 2, arbitrary: fc.constantFrom<Target[]>('state', 'state', 'state', 'size') },
  ),
  value: fc.oneof(
    { weight: 12, arbitrary: fc.nat({ max: 2 }) },
    { weight: 1, arbitrary: fc.constantFrom('wrong form', 'invalid') },
  ),
  condition: anyCondition,
  ttl: fc.option(fc.constantFrom('604800', '100000', ''), { nil: undefined, freq: 1 }),
  noValueOnSuccess: fc.nat({ max: 9 }).map((n) => n === 9),
  place: fc.constantFrom('split', 'split', 'body', 'query'),
  client: fc.constantFrom(0, 1),
  path,
});

const remove: fc.Arbitrary<DeleteCommand> = fc.record({
  kind: fc.constant('delete'),
  target: fc.oneof(
    { weight: 5, arbitrary: member },
    { weight: 2, arbitrary: fc.constantFrom<Target[]>('state', 'size', 'registry', 'config') },
  ),
  condition: anyCondition,
  path,
});

const watch: fc.Arbitrary<WatchCommand> = fc.record({
  kind: fc.constant('watch'),
  target,
  recursive: fc.nat({ max: 3 }).map((n) => n < 3),
  stream: fc.boolean(),
  since: fc.oneof(
    fc.constantFrom('now', 'next', 'next', 'zero'),
    fc.record({ back: fc.nat({ max: 8 }), after: fc.boolean() }),
  ),
  path,
});

const bad: fc.Arbitrary<BadCommand> = fc
  .record({
    kind: fc.constant('bad' as const),
    method: fc.constantFrom<BadCommand['method'][]>('GET', 'GET', 'HEAD', 'PUT', 'DELETE'),
    target,
    parameter: fc.oneof(
      fc.tuple(
        fc.constantFrom(
          'recursive',
          'sorted',
          'wait',
          'quorum',
          'dir',
          'stream',
          'noValueOnSuccess',
          'prevExist',
          'refresh',
        ),
        fc.constantFrom('', 'maybe', 'tRUE', '2', ' true'),
      ),
      fc.tuple(
        fc.constantFrom('waitIndex', 'prevIndex'),
        fc.constantFrom('', '-1', 'x', '1.5', '18446744073709551616'),
      ),
      fc.tuple(fc.constant('ttl'), fc.constantFrom('-1', 'x', '1e3', '18446744073709551616')),
      fc.constant(['prevValue', ''] as [string, string]),
    ),
    alsoWait: fc.boolean(),
    path,
  })
  .map(({ parameter: [name, value], ...rest }) => ({ ...rest, name, value }));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: put },
  { weight: 6, arbitrary: read },
  { weight: 3, arbitrary: watch },
  { weight: 2, arbitrary: remove },
  { weight: 2, arbitrary: bad },
);

/** Sequences of up to `commandsMax` commands, and of half as many on average. */
export function sequences(commandsMax: number): fc.Arbitrary<Sequence> {
  return fc.record({
    form: fc.constantFrom<ValueForm[]>('named', 'bare'),
    size: fc.integer({ min: 1, max: 4 }),
    commands: fc.array(command, { maxLength: commandsMax, size: 'max' }),
  });
}

/** Whether a flag that can be read is set. */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && TRUE.includes(text);
}
