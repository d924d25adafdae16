import { GRPC_STATUS } from '../../src/grpc/status.ts';
import { parseMemberValue } from '../../src/registry/member-value.ts';
import type { Command, DeleteCommand, Operation, PutCommand, RangeCommand, ValueForm } from './commands.ts';
import { textOf } from './requests.ts';

/** How a call was refused. */
export interface Refused {
  readonly status: number | undefined;
  readonly text: string;
}

/** What is known when a refusal is judged: the request, and the keys as the reference has them. */
interface Case {
  readonly command: Command;
  readonly form: ValueForm;
  /** The size of the cluster. */
  readonly size: number;
  /** Values by the key below the token's. */
  readonly keys: ReadonlyMap<string, string>;
}

/** A refusal of Muster's own, by its number in docs/v3-differences.md. */
interface Refusal {
  readonly difference: string;
  readonly status: number;
  readonly text: RegExp;
  /** Whether the request gives a reason for it. */
  readonly fits: (refused: Case) => boolean;
}

const { failedPrecondition, notFound, permissionDenied, unimplemented } = GRPC_STATUS;

const REFUSALS: readonly Refusal[] = [
  {
    difference: 'D1',
    status: failedPrecondition,
    text: /^member .* has joined its cluster before/,
    fits: ({ command, form, size, keys }) =>
      membersOf(keys) >= size && puts(command).some((put) => isRepeated(put, form, keys)),
  },
  {
    difference: 'D2',
    status: failedPrecondition,
    text: /^member .* is registered already, with another value/,
    fits: ({ command, form, keys }) =>
      puts(command).some(
        (put) => isNamed(keys.get(put.key)) && !put.ignoreValue && !isTextOf(put, form, keys),
      ),
  },
  {
    difference: 'D3',
    status: failedPrecondition,
    text: /^cannot register ".*" as a member/,
    fits: ({ command }) => puts(command).some(({ value }) => value === 'invalid' || value === 'empty'),
  },
  {
    difference: 'D3',
    status: failedPrecondition,
    text: /^this token is in use by .*, and .* cannot join it/,
    fits: ({ command, form, keys }) =>
      puts(command).some(({ value }) => {
        const isNew = isNamed(textOf(value, form));
        return [...keys].some(([key, text]) => key.startsWith('members/') && isNamed(text) !== isNew);
      }),
  },
  {
    difference: 'D3',
    status: failedPrecondition,
    text: /^cannot register a member under the id/,
    fits: ({ command }) => puts(command).some(({ key }) => /^members\/(?:$|_|.*\/)/.test(key)),
  },
  {
    difference: 'D4',
    status: permissionDenied,
    text: /^other members have registered and may rely on this entry/,
    fits: ({ command, keys }) => !command.isAdmin && deletes(command).length > 0 && keys.size > 1,
  },
  {
    difference: 'D5',
    status: permissionDenied,
    text: /^the cluster size is given when the token is made, and stays/,
    fits: ({ command }) =>
      puts(command).some(({ key }) => key === '_config/size') ||
      deletes(command).some(({ span }) => span.start <= '_config/size'),
  },
  {
    difference: 'D5',
    status: permissionDenied,
    text: /^this key cannot be written/,
    fits: ({ command }) => puts(command).some(({ key }) => key === 'x'),
  },
  {
    difference: 'D6',
    status: permissionDenied,
    text: /^a transaction can register one member only/,
    fits: ({ command: { request } }) =>
      request.kind === 'txn' &&
      [request.success, request.failure].some((branch) => branch.filter(isPut).length > 1),
  },
  {
    difference: 'D7',
    status: unimplemented,
    text: /^a transaction within a transaction is not offered here/,
    fits: ({ command }) => inner(command).some(({ kind }) => kind === 'txn'),
  },
  {
    difference: 'D7',
    status: unimplemented,
    text: /^a Range within a transaction reads the newest revision here/,
    fits: ({ command }) => inner(command).some((operation) => isRange(operation) && operation.at !== 'none'),
  },
  {
    difference: 'D8',
    status: notFound,
    text: /^etcdserver: requested lease not found$/,
    fits: ({ command }) => puts(command).some(({ hasLease }) => hasLease),
  },
];

/** The number of the deliberate difference that a refusal of Muster's is; undefined where it is none. */
export function differenceOf(refused: Refused, given: Case): string | undefined {
  return REFUSALS.find(
    ({ status, text, fits }) => status === refused.status && text.test(refused.text) && fits(given),
  )?.difference;
}

/** Whether a put says again what a `name=url` member has registered: then nothing changes in Muster (D1). */
export function isRepeated(put: PutCommand, form: ValueForm, keys: Case['keys']): boolean {
  const isMember = put.key.startsWith('members/');
  return isMember && isNamed(keys.get(put.key)) && (put.ignoreValue || isTextOf(put, form, keys));
}

function membersOf(keys: Case['keys']): number {
  return [...keys.keys()].filter((key) => key.startsWith('members/')).length;
}

function isTextOf({ key, value }: PutCommand, form: ValueForm, keys: Case['keys']): boolean {
  return keys.get(key) === textOf(value, form);
}

function isNamed(value: string | undefined): boolean {
  return value !== undefined && parseMemberValue(value)?.form === 'named';
}

function operationsOf({ request }: Command): readonly Operation[] {
  if (request.kind === 'watch' || request.kind === 'cancel') return [];
  return request.kind === 'txn' ? [...request.success, ...request.failure] : [request];
}

function inner(command: Command): readonly Operation[] {
  return command.request.kind === 'txn' ? operationsOf(command) : [];
}

function puts(command: Command): PutCommand[] {
  return operationsOf(command).filter(isPut);
}

function deletes(command: Command): DeleteCommand[] {
  return operationsOf(command).filter((operation) => operation.kind === 'delete');
}

function isPut(operation: Operation): operation is PutCommand {
  return operation.kind === 'put';
}

function isRange(operation: Operation): operation is RangeCommand {
  return operation.kind === 'range';
}
