import { MusterError } from '../../errors.ts';
import { isToken } from '../../registry/token.ts';
import { ETCD_ERRORS } from './errors.ts';

/**
 * Keys of one token, as a request names them. Keys are bytes on the wire and compare as such; here each byte is one
 * character, so that strings compare alike.
 */
export interface Route {
  readonly token: string;
  /** The token as the client spells it: itself, or its discovery URL as etcd cleans it, `http:/host:8087/<token>`. */
  readonly spelling: string;
  /** What stands before a key of the registry: `/_etcd/registry/<spelling>/`. */
  readonly prefix: string;
  readonly start: string;
  /** The first key that is not meant; undefined where `start` is the one key. */
  readonly end: string | undefined;
}

const REGISTRIES = '/_etcd/registry/';

/**
 * A token, or the discovery URL that ends in one: etcd >= 3.6 joins the value of `--discovery-token` into a path, which
 * leaves one slash of `http://` (etcd-io/etcd:server/etcdserver/api/v3discovery/discovery.go). The query of a URL stays.
 */
const SPELLING = /^((?:https?:\/(?:[^/]+\/)+?)?([0-9a-f]{32})(?:\?[^/]*)?)(?:\/|$)/;

/** No key is longer: a prefix, a URL and a member's id. */
const KEY_MAX_CHARS = 4096;

/**
 * `etcdctl endpoint health` reads the key `health`, and takes this refusal, in etcd's own words only, for health.
 *
 * @throws GrpcError for an empty key, or that one; MusterError `not-permitted` for keys that are not those of one token
 */
export function parseRoute(key: Uint8Array, rangeEnd: Uint8Array): Route {
  if (key.length === 0) throw ETCD_ERRORS.emptyKey;
  const start = charsOf(key);
  if (start === 'health' && rangeEnd.length === 0) throw ETCD_ERRORS.permissionDenied;
  const match =
    start.length <= KEY_MAX_CHARS && start.startsWith(REGISTRIES)
      ? SPELLING.exec(start.slice(REGISTRIES.length))
      : null;
  const [, spelling, token] = match ?? [];
  if (spelling === undefined || token === undefined || !isToken(token)) throw outside();
  const own = REGISTRIES + spelling;
  const end = rangeEnd.length === 0 ? undefined : charsOf(rangeEnd);
  // The first key behind all keys that begin with the token; "\0" means every key there is.
  if (end !== undefined && (end === '\0' || end > nextOf(own))) throw outside();
  return { token, spelling, prefix: `${own}/`, start, end };
}

function outside(): MusterError {
  return new MusterError('not-permitted', 'only the keys of one token can be used here', {
    remedy:
      'name keys below /_etcd/registry/<token>/, with a token from /new?size=N; tokens cannot be listed',
  });
}

/** The text with its last character incremented: the end of all that begins with the text. */
function nextOf(text: string): string {
  return text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
}

/** Whether a key of the registry, such as `members/1`, is meant. */
export function includesKey({ prefix, start, end }: Route, key: string): boolean {
  const full = prefix + toChars(key);
  return end === undefined ? full === start : full >= start && full < end;
}

/** The one key of the registry that is meant, as text; undefined where a range is, or none that could be there. */
export function keyOf({ prefix, start, end }: Route): string | undefined {
  if (end !== undefined || !start.startsWith(prefix)) return undefined;
  return Buffer.from(start.slice(prefix.length), 'latin1').toString('utf8');
}

function charsOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** One character for each byte of a text. */
export function toChars(text: string): string {
  // Nearly every key is ASCII, where both are the same.
  return /^[\x20-\x7e]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}
