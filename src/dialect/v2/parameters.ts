import type { WriteCondition } from '../../registry/write-condition.ts';
import { RequestError } from './errors.ts';
import type { Form } from './form.ts';

/** The parameters of the v2 keys API, read and checked. */
export interface Parameters {
  readonly recursive: boolean;
  readonly sorted: boolean;
  readonly wait: boolean;
  readonly stream: boolean;
  readonly dir: boolean;
  readonly noValueOnSuccess: boolean;
  /** Undefined means "from now". */
  readonly waitIndex: number | undefined;
  /** Undefined: no end. 0: at once. */
  readonly ttlSeconds: number | undefined;
  readonly value: string;
  readonly condition: WriteCondition;
}

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** Query keys that belong to the keys API; the others are part of the discovery URL that the client was given. */
export const PARAMETER_NAMES: ReadonlySet<string> = new Set([
  'recursive',
  'sorted',
  'wait',
  'stream',
  'dir',
  'quorum',
  'consistent',
  'refresh',
  'noValueOnSuccess',
  'waitIndex',
  'prevExist',
  'prevValue',
  'prevIndex',
  'ttl',
  'value',
]);

/** What a request without parameters asks for. */
const NONE: Parameters = {
  recursive: false,
  sorted: false,
  wait: false,
  stream: false,
  dir: false,
  noValueOnSuccess: false,
  waitIndex: undefined,
  ttlSeconds: undefined,
  value: '',
  condition: {},
};

/**
 * Checks the parameters in etcd's order (etcd-io/etcd@v3.4.23:etcdserver/api/v2http/client.go, parseKeyRequest).
 *
 * @throws RequestError 201, 202, 203, 209, 211 or 212, in etcd's words
 */
export function parseParameters(form: Form, method: string): Parameters {
  if (form.size === 0) return NONE;
  const prevIndex = parseIndex(form, 'prevIndex');
  const waitIndex = parseIndex(form, 'waitIndex');
  const recursive = parseBoolean(form, 'recursive');
  const sorted = parseBoolean(form, 'sorted');
  const wait = parseBoolean(form, 'wait');
  const dir = parseBoolean(form, 'dir');
  parseBoolean(form, 'quorum');
  const stream = parseBoolean(form, 'stream');
  if (wait && method !== 'GET') {
    throw new RequestError(209, '"wait" can only be used with GET requests');
  }
  const prevValue = form.get('prevValue');
  if (prevValue === '') throw new RequestError(201, '"prevValue" cannot be empty');
  const noValueOnSuccess = parseBoolean(form, 'noValueOnSuccess');
  const ttlSeconds = parseTtl(form);
  // In these two etcd leaves the quotes out.
  const exists = form.has('prevExist') ? parseBoolean(form, 'prevExist', 'prevExist') : undefined;
  if (parseBoolean(form, 'refresh', 'refresh')) refuseRefresh(form, ttlSeconds);
  const condition: WriteCondition = {
    ...(exists === undefined ? {} : { exists }),
    ...(prevValue === undefined ? {} : { value: prevValue }),
    // 0 is no index: etcd takes it as "not given".
    ...(prevIndex === undefined || prevIndex === 0 ? {} : { revision: prevIndex }),
  };
  return {
    recursive,
    sorted,
    wait,
    stream,
    dir,
    noValueOnSuccess,
    waitIndex: waitIndex === 0 ? undefined : waitIndex,
    ttlSeconds,
    value: form.get('value') ?? '',
    condition,
  };
}

/** Nothing in discovery refreshes a key: etcd 0.4 writes it anew. */
function refuseRefresh(form: Form, ttlSeconds: number | undefined): never {
  if ((form.get('value') ?? '') !== '') throw new RequestError(211, 'A value was provided on a refresh');
  if (ttlSeconds === undefined) throw new RequestError(212, 'No TTL value set');
  throw new RequestError(209, '"refresh" is not supported by a discovery service');
}

/** Absent is false; given but empty is an error, as for Go's strconv.ParseBool. */
function parseBoolean(form: Form, name: string, shownName: string = `"${name}"`): boolean {
  const text = form.get(name);
  if (text === undefined || FALSE.includes(text)) return false;
  if (TRUE.includes(text)) return true;
  throw new RequestError(209, `invalid value for ${shownName}`);
}

function parseUnsigned(text: string): number | undefined {
  return /^[0-9]{1,20}$/.test(text) && BigInt(text) < 2n ** 64n ? Number(text) : undefined;
}

function parseIndex(form: Form, name: string): number | undefined {
  const text = form.get(name);
  if (text === undefined) return undefined;
  const index = parseUnsigned(text);
  if (index === undefined) throw new RequestError(203, `invalid value for "${name}"`);
  return index;
}

function parseTtl(form: Form): number | undefined {
  const text = form.get('ttl');
  if (text === undefined || text === '') return undefined;
  const seconds = parseUnsigned(text);
  if (seconds === undefined) throw new RequestError(202, 'invalid value for "ttl"');
  return seconds;
}
