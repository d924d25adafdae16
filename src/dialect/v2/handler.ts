import { isMusterError, MusterError } from '../../errors.ts';
import { type Exchange, send, sendMethodNotAllowed, sendText } from '../../http/exchange.ts';
import { assertMayWrite } from '../../http/requester.ts';
import { indexHeaders, sendError } from './answers.ts';
import { readForm } from './body.ts';
import { keyOf } from './documents.ts';
import { RequestError } from './errors.ts';
import { type Form, mergeForms, parseForm } from './form.ts';
import { type NewTokenOptions, serveNewToken } from './new-token.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { formatReading, type ReadRoute } from './read.ts';
import type { Route } from './route.ts';
import { note, noteShown, serveWatch, type WatchOptions } from './watch.ts';
import { serveDelete, servePut, type WriteOptions } from './write.ts';

/** What the v2 dialect needs of its surroundings. */
export interface V2Options extends NewTokenOptions, WatchOptions, WriteOptions {}

const TOKEN_METHODS = 'GET, HEAD, PUT, DELETE, OPTIONS';
const READ_METHODS = 'GET, HEAD, OPTIONS';

/** Serves one request of the v2 dialect. Never rejects. */
export async function serveV2(exchange: Exchange, route: Route, options: V2Options): Promise<void> {
  try {
    if (exchange.method === 'OPTIONS' && route.kind !== 'none') return sendText(exchange, 200, '');
    if (route.kind === 'new') return await serveNewToken(exchange, options);
    if (route.kind === 'none') return sendUnknownPath(exchange, route, options);
    const serving = serveKey(exchange, route, options);
    // Most reads are answered already.
    if (serving !== undefined) await serving;
  } catch (error) {
    if (!isMusterError(error) && !(error instanceof RequestError)) options.onFault(error);
    if (exchange.res.headersSent) exchange.res.destroy();
    else sendError(exchange, error, keyOfRoute(route), options.registry.clusterId, options.registry.revision);
  }
}

function keyOfRoute(route: Route): string {
  switch (route.kind) {
    case 'new':
    case 'none':
      return '/';
    case 'registry':
      return keyOf(route.token);
    case 'config':
      return keyOf(route.token, '_config');
    case 'size':
      return keyOf(route.token, '_config/size');
    case 'state':
      return keyOf(route.token, '_state');
    case 'member':
      return keyOf(route.token, route.memberId);
  }
}

/** A path that names nothing: 100 for every etcd, with the reason where a person reads it. */
function sendUnknownPath(
  exchange: Exchange,
  { reason, remedy }: Extract<Route, { kind: 'none' }>,
  { registry }: V2Options,
): void {
  const error = new MusterError('unknown-key', reason);
  sendError(exchange, error, `${reason}; ${remedy}`, registry.clusterId, registry.revision);
}

function serveKey(exchange: Exchange, route: ReadRoute, options: V2Options): void | Promise<void> {
  const { method, requester } = exchange;
  const noted = requester.connection && options.registry.noteRequest(requester.connection);
  if (noted !== undefined) note(noted, options);
  switch (method) {
    case 'GET':
      return serveGet(exchange, route, parseReadQuery(exchange.query), options);
    case 'HEAD':
      return serveGet(exchange, route, parseParameters(parseForm(exchange.query), method), options);
    case 'PUT':
    case 'DELETE':
      return isWritable(route) ? serveWrite(exchange, route, options) : refuseWrite(route, options);
    default:
      return sendMethodNotAllowed(exchange, isWritable(route) ? TOKEN_METHODS : READ_METHODS);
  }
}

let lastQuery = '';
let lastParameters = parseParameters(parseForm(''), 'GET');

/** Members read with one and the same query, so the one before is remembered. */
function parseReadQuery(query: string): Parameters {
  if (query !== lastQuery) {
    lastParameters = parseParameters(parseForm(query), 'GET');
    lastQuery = query;
  }
  return lastParameters;
}

async function serveWrite(exchange: Exchange, route: WritableRoute, options: V2Options): Promise<void> {
  const { method } = exchange;
  assertMayWrite(exchange.requester);
  const parameters = parseParameters(await writeForm(exchange), method);
  if (method === 'PUT') await servePut(exchange, route, parameters, options);
  else await serveDelete(exchange, route, parameters, options);
}

type WritableRoute = Extract<Route, { kind: 'member' | 'state' }>;

function isWritable(route: ReadRoute): route is WritableRoute {
  return route.kind === 'member' || route.kind === 'state';
}

/** The body wins over the query; that of a DELETE is not read (etcd-io/etcd@v3.4.23:etcdserver/api/v2http). */
async function writeForm({ req, method, query }: Exchange): Promise<Form> {
  const form = parseForm(query);
  return method === 'PUT' ? mergeForms(await readForm(req), form) : form;
}

/** A folder is no file (etcd's 102); the size is given with the token, and stays. */
async function refuseWrite(route: ReadRoute, { registry }: V2Options): Promise<void> {
  await registry.read(route.token);
  if (route.kind === 'size') {
    throw new MusterError('not-permitted', 'the cluster size is given when the token is made, and stays', {
      remedy: 'make a token of another size with /new?size=N',
    });
  }
  throw new RequestError(102, keyOfRoute(route));
}

function serveGet(
  exchange: Exchange,
  route: ReadRoute,
  parameters: Parameters,
  options: V2Options,
): void | Promise<void> {
  const { registry, floodGate, now } = options;
  if (floodGate.takeRead(exchange.requester.address) !== undefined) {
    throw new MusterError('rate-limited', 'too many requests from this address', {
      remedy: 'etcd tries again by itself',
    });
  }
  if (parameters.wait) return serveWatch(exchange, route, parameters, options);
  const answer = (reading: Awaited<ReturnType<typeof registry.read>>): void => {
    const body = formatReading(route, reading, parameters, now());
    if (body === undefined) throw new MusterError('unknown-key', 'the key does not exist');
    const { revision } = reading;
    const headers = indexHeaders({ clusterId: registry.clusterId, index: revision, revision });
    send(exchange, 200, 'application/json', body, headers);
    // etcd says "recursive" with every list that it reads; what a person or a script reads starts no member.
    if (route.kind === 'registry' && exchange.query.includes('recursive=')) {
      noteShown(exchange, route.token, revision, options);
    }
  };
  const reading = registry.read(route.token);
  return reading instanceof Promise ? reading.then(answer) : answer(reading);
}
