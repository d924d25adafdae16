import { MusterError } from '../../errors.ts';
import { type Exchange, send } from '../../http/exchange.ts';
import type { FloodGate } from '../../http/requester.ts';
import type { Registry, RegistryChange, RegistryReading } from '../../registry/registry.ts';
import { indexHeaders } from './answers.ts';
import {
  type EventDocument,
  fileNode,
  formatJson,
  keyOf,
  type NodeDocument,
  removedNode,
} from './documents.ts';
import type { Parameters } from './parameters.ts';
import type { ReadRoute } from './read.ts';

/** What watches need of their surroundings. */
export interface WatchOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  /** Aborts when the service stops: every watch is then answered, so that clients retry elsewhere. */
  readonly stopping: AbortSignal;
  readonly now: () => number;
}

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
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  exchange.res.once('close', leave);
  stopping.addEventListener('abort', leave);
  try {
    const reading = await registry.read(route.token);
    if (exchange.res.destroyed) leave();
    await deliver(exchange, route, parameters, options, reading, gone.signal);
  } finally {
    release();
    stopping.removeEventListener('abort', leave);
    exchange.res.removeListener('close', leave);
  }
}

async function deliver(
  exchange: Exchange,
  route: ReadRoute,
  parameters: Parameters,
  { registry, stopping, now }: WatchOptions,
  reading: RegistryReading,
  signal: AbortSignal,
): Promise<void> {
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
    send(exchange, 200, 'application/json', format(change), headers);
    if (isSelfWatch(route, parameters, change)) await registry.markTold(route.token, route.memberId);
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
function isSelfWatch(
  route: ReadRoute,
  parameters: Parameters,
  { event }: RegistryChange,
): route is Extract<ReadRoute, { kind: 'member' }> {
  return (
    route.kind === 'member' && event.type === 'put' && parameters.waitIndex === event.entry.createRevision
  );
}

/**
 * Which changes a watch delivers. etcd counts every event of a directory watch as one member, whatever it says,
 * so there only new members are shown: no rewrite, no removal, no expiry, nothing hidden.
 */
function isWatched(
  route: ReadRoute,
  { recursive }: Parameters,
  { memberId, event }: RegistryChange,
): boolean {
  switch (route.kind) {
    case 'registry':
      return recursive && memberId !== undefined && event.type === 'put' && event.entry.version === 1;
    case 'member':
      return memberId === route.memberId;
    case 'state':
      return memberId === undefined;
    case 'config':
    case 'size':
      return false;
  }
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
  if (!isShown || waitIndex === undefined || sizeEntry === undefined) return undefined;
  if (sizeEntry.createRevision < fromRevision) return undefined;
  const node = fileNode(keyOf(route.token, '_config/size'), sizeEntry, undefined, now);
  return formatJson({ action: 'create', node });
}

function eventOf(
  token: string,
  { memberId, event, note, revision }: RegistryChange,
  now: number,
): EventDocument {
  const key = keyOf(token, memberId ?? '_state');
  if (event.type === 'delete') {
    return {
      action: event.expired ? 'expire' : 'delete',
      node: removedNode(key, event.previous, revision),
      prevNode: fileNode(key, event.previous, event.previous.expiresAt, now),
    };
  }
  const prevNode: NodeDocument | undefined = event.previous && fileNode(key, event.previous, undefined, now);
  return {
    action: note?.action ?? 'set',
    node: fileNode(key, event.entry, note?.expiresAt, now),
    ...(prevNode === undefined ? {} : { prevNode }),
  };
}
