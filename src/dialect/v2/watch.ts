import { setMaxListeners } from 'node:events';
import { isMusterError, MusterError } from '../../errors.ts';
import { type Exchange, send } from '../../http/exchange.ts';
import type { FloodGate } from '../../http/requester.ts';
import type { RegistryChange } from '../../registry/change.ts';
import type { Registry, RegistryReading } from '../../registry/registry.ts';
import { indexHeaders } from './answers.ts';
import { type EventDocument, fileNode, formatJson, keyOf, removedNode, sizeNode } from './documents.ts';
import type { Parameters } from './parameters.ts';
import type { ReadRoute } from './read.ts';

/** What watches need of their surroundings. */
export interface WatchOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  /** Aborts when the service stops: every watch is then answered, so that clients retry elsewhere. */
  readonly stopping: AbortSignal;
  readonly now: () => number;
  /** Told about faults of ours, which clients are not. */
  readonly onFault: (error: unknown) => void;
}

type MemberRoute = Extract<ReadRoute, { kind: 'member' }>;

/**
 * `?wait=true`: holds the request until the next event. No headers go out before, so that 504 can still be
 * chosen when the service stops: the one idle end that no etcd version dies of (a client of any age backs off).
 * `stream=true` keeps going until the client leaves.
 */
export async function serveWatch(
  exchange: Exchange,
  route: ReadRoute,
  parameters: Parameters,
  options: WatchOptions,
): Promise<void> {
  const { registry, floodGate, stopping } = options;
  const release = floodGate.openWatch(exchange.requester.address, route.token);
  if (release === undefined) {
    throw new MusterError('rate-limited', 'too many watches are open', { remedy: 'try again later' });
  }
  const { socket } = exchange.req;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  // The response would not say: one that waits behind another answer of its connection never hears of the end.
  socket.once('close', leave);
  // A client that is gone closes like one that has nothing more to send, so neither is waited for.
  const hangUp = (): void => void socket.destroy();
  socket.once('end', hangUp);
  if (socket.readableEnded) hangUp();
  // Thousands of watches hang on this one signal, which Node would take for a leak from the eleventh on.
  setMaxListeners(0, stopping);
  stopping.addEventListener('abort', leave);
  try {
    const reading = await registry.read(route.token);
    if (socket.destroyed || stopping.aborted) leave();
    await deliver(exchange, route, parameters, options, reading, gone.signal);
  } finally {
    release();
    stopping.removeEventListener('abort', leave);
    socket.removeListener('close', leave);
    socket.removeListener('end', hangUp);
  }
}

async function deliver(
  exchange: Exchange,
  route: ReadRoute,
  parameters: Parameters,
  options: WatchOptions,
  reading: RegistryReading,
  signal: AbortSignal,
): Promise<void> {
  const { registry, stopping, now } = options;
  const fromRevision = parameters.waitIndex ?? reading.revision + 1;
  const headers = indexHeaders({
    clusterId: registry.clusterId,
    index: reading.revision,
    revision: reading.revision,
  });
  const past = pastSizeEvent(route, parameters, reading, fromRevision, now());
  const format = (change: RegistryChange): string => formatJson(eventOf(route.token, change, now()));
  const accept = (change: RegistryChange): boolean => isWatched(route, parameters, change);
  if (parameters.stream) {
    exchange.res.writeHead(200, [...exchange.baseHeaders, ...headers, 'Content-Type', 'application/json']);
    exchange.res.flushHeaders();
    if (past !== undefined) exchange.res.write(past);
    for await (const change of registry.changes(route.token, fromRevision, signal)) {
      if (accept(change) && !exchange.res.write(format(change))) await drained(exchange, signal);
    }
    exchange.res.end();
    return exchange.answered(200);
  }
  if (past !== undefined) return send(exchange, 200, 'application/json', past, headers);
  const change = await registry.nextChange(route.token, fromRevision, signal, accept);
  if (change !== undefined) {
    if (isSelfWatch(route, parameters, change)) noteWhenSent(exchange, route, options);
    send(exchange, 200, 'application/json', format(change), headers);
    if (route.kind === 'registry') noteShown(exchange, route.token, change.revision, options);
  } else if (stopping.aborted) {
    const body = formatJson({
      errorCode: 300,
      message: 'Service is stopping',
      cause: 'ask again',
      index: reading.revision,
    });
    send(exchange, 504, 'application/json', body, ['Connection', 'close']);
  }
}

/** A client that was shown all members may start: see `Registry.noteShown`. */
export function noteShown(
  { requester }: Exchange,
  token: string,
  revision: number,
  options: WatchOptions,
): void {
  note(options.registry.noteShown(token, revision, requester.address, requester.connection), options);
}

/** A note is no part of an answer, and where it fails, a member may only retry more often than it should. */
export function note(noted: Promise<void>, { onFault }: Pick<WatchOptions, 'onFault'>): void {
  noted.catch((error: unknown) => {
    if (!isMusterError(error)) onFault(error);
  });
}

/** See `Registry.noteSent`. */
function noteWhenSent(
  { res, requester }: Exchange,
  { token, memberId }: MemberRoute,
  options: WatchOptions,
): void {
  const { address, connection } = requester;
  res.once('finish', () => note(options.registry.noteSent(token, memberId, address, connection), options));
}

function drained({ res }: Exchange, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/** A member watches its own key from its own creation on as soon as it has the answer to its registration. */
function isSelfWatch(route: ReadRoute, parameters: Parameters, change: RegistryChange): route is MemberRoute {
  if (route.kind !== 'member' || change.type !== 'put') return false;
  return parameters.waitIndex === change.shown.entry.createRevision;
}

/**
 * Which changes a watch delivers. etcd counts every event of a directory watch as one member, whatever it says,
 * so there only new members are shown: no rewrite, no removal, no expiry, nothing hidden.
 */
function isWatched(route: ReadRoute, { recursive }: Parameters, change: RegistryChange): boolean {
  const { memberId } = change;
  switch (route.kind) {
    case 'registry':
      return recursive && memberId !== undefined && isNew(change);
    case 'member':
      return memberId === route.memberId;
    case 'state':
      return memberId === undefined;
    case 'config':
    case 'size':
      return false;
  }
}

function isNew(change: RegistryChange): boolean {
  return change.type === 'put' && change.shown.entry.version === 1;
}

/** The size is written once, with the token: a watch from before that shows it, as etcd's history scan does. */
function pastSizeEvent(
  route: ReadRoute,
  { recursive, waitIndex }: Parameters,
  { content: { sizeEntry } }: RegistryReading,
  fromRevision: number,
  now: number,
): string | undefined {
  const isShown = route.kind === 'size' || (route.kind === 'config' && recursive);
  if (!isShown || waitIndex === undefined || sizeEntry.createRevision < fromRevision) {
    return undefined;
  }
  return formatJson({ action: 'create', node: sizeNode(route.token, sizeEntry, now) });
}

function eventOf(token: string, change: RegistryChange, now: number): EventDocument {
  const { memberId, revision, previous } = change;
  const key = keyOf(token, memberId ?? '_state');
  if (change.type === 'delete') {
    return {
      action: change.expired ? 'expire' : 'delete',
      node: removedNode(key, change.previous, revision),
      prevNode: fileNode(key, change.previous, now),
    };
  }
  return {
    action: change.action,
    node: fileNode(key, change.shown, now),
    ...(previous === undefined ? {} : { prevNode: fileNode(key, previous, now) }),
  };
}
