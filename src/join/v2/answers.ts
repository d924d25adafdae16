import type { RegisteredMember } from '../discovered-member.ts';
import { DiscoveryError } from '../discovery-error.ts';
import type { HttpAnswer } from '../http.ts';
import { isTaken } from '../taken.ts';

/** What is read of a node of the v2 keys API. */
export interface V2Node {
  readonly key: string;
  readonly value: string;
  readonly isFolder: boolean;
  readonly createdIndex: number;
  readonly modifiedIndex: number;
  readonly nodes: readonly V2Node[];
}

/** An error in the words of the v2 keys API. */
export interface V2Error {
  readonly errorCode: number;
  readonly message: string;
  readonly cause: string;
}

/**
 * The node of a successful answer.
 *
 * @throws DiscoveryError where the answer is an error, or none of a discovery service
 */
export function readNode(answer: HttpAnswer, url: URL): V2Node {
  if (answer.status < 200 || answer.status > 299) throw toDiscoveryError(answer, url);
  const document = parseJson(answer.text);
  const { node: wire } = isObject(document) ? document : {};
  const node = parseNode(wire);
  if (node !== undefined) return node;
  throw new DiscoveryError('refused', `${url.host} gives an answer that is none of a discovery service`, {
    remedy: 'Check that the URL is the one that /new printed.',
  });
}

/** The error in an answer, where it is one of the v2 keys API. */
export function readError({ text }: HttpAnswer): V2Error | undefined {
  const body = parseJson(text);
  const { errorCode, message, cause } = isObject(body) ? body : {};
  if (typeof errorCode !== 'number') return undefined;
  return { errorCode, message: String(message ?? ''), cause: String(cause ?? '') };
}

/** The members among the children of a token's folder, in the order of their arrival. */
export function membersOf(folder: V2Node): RegisteredMember[] {
  return folder.nodes
    .flatMap((node) => toMember(node) ?? [])
    .sort((a, b) => a.createRevision - b.createRevision);
}

/** A node as a member; folders and hidden keys, which begin with `_`, are none. */
export function toMember({ key, value, isFolder, createdIndex }: V2Node): RegisteredMember | undefined {
  const memberId = key.slice(key.lastIndexOf('/') + 1);
  if (isFolder || memberId.startsWith('_')) return undefined;
  return { memberId, value, createRevision: createdIndex };
}

/** etcd's code for a missing key, which a token that was never issued is too. */
const KEY_NOT_FOUND = 100;
const KEY_EXISTS = 105;
/** etcd's own texts, which say nothing of the matter; Muster has a sentence of its own where it knows more. */
const BARE_TEXTS = ['Key not found', 'Key already exists'];

function toDiscoveryError(answer: HttpAnswer, url: URL): DiscoveryError {
  const error = readError(answer);
  if (error === undefined) return withoutJson(answer, url);
  const { errorCode, message, cause } = error;
  const isBare = BARE_TEXTS.includes(message);
  switch (errorCode) {
    case KEY_NOT_FOUND:
      // Muster has its own sentence for a token whose life is over only.
      if (isBare) return unknownError(url);
      return new DiscoveryError('expired', message, { remedy: toSentence(cause) });
    case KEY_EXISTS:
      if (!isBare) return new DiscoveryError('duplicate', message, { remedy: toSentence(cause) });
      return new DiscoveryError('duplicate', 'this member is registered already', {
        remedy: 'Give every machine its own name and peer URLs.',
      });
    default:
      return new DiscoveryError(isTaken(message) ? 'duplicate' : 'refused', message, {
        remedy: toSentence(cause),
      });
  }
}

/** Answers of other servers, or of none for discovery. The Go server has 400 and a text for an unknown token. */
function withoutJson({ status, text }: HttpAnswer, url: URL): DiscoveryError {
  if (status === 404 || /^unable to GET token/.test(text)) return unknownError(url);
  const said = text.trim().slice(0, 200);
  return new DiscoveryError('refused', `${url.host} answers ${status}${said === '' ? '' : `: ${said}`}`);
}

/** A remedy as it stands on the wire, behind a colon, made one that can stand alone. */
function toSentence(cause: string): string | undefined {
  if (cause === '') return undefined;
  return `${cause.charAt(0).toUpperCase()}${cause.slice(1)}${/[.!?]$/.test(cause) ? '' : '.'}`;
}

function unknownError(url: URL): DiscoveryError {
  return new DiscoveryError('unknown', `there is no such token at ${url.host}`, {
    remedy: 'Check the URL, or make a new token with /new?size=N and give it to every member.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseNode(node: unknown): V2Node | undefined {
  if (!isObject(node)) return undefined;
  const { key, value = '', dir = false, createdIndex = 0, modifiedIndex = 0, nodes = [] } = node;
  if (typeof key !== 'string' || typeof value !== 'string' || !Array.isArray(nodes)) return undefined;
  const children = nodes.map(parseNode);
  if (children.includes(undefined)) return undefined;
  return {
    key,
    value,
    isFolder: dir === true,
    createdIndex: Number(createdIndex),
    modifiedIndex: Number(modifiedIndex),
    nodes: children.flatMap((child) => child ?? []),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
