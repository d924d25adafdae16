import { type Exchange, send } from '../../http/exchange.ts';
import { originOf } from '../../http/requester.ts';
import { LIMITS } from '../../limits.ts';
import type { Registry, Written } from '../../registry/registry.ts';
import { indexHeaders } from './answers.ts';
import { type EventDocument, fileNode, formatJson, keyOf, removedNode } from './documents.ts';
import { RequestError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { Route } from './route.ts';
import { listSalts } from './spellings.ts';

/** What writes need of their surroundings. */
export interface WriteOptions {
  readonly registry: Registry;
  readonly publicUrl: string | undefined;
  readonly now: () => number;
}

type MemberRoute = Extract<Route, { kind: 'member' }>;
type StateRoute = Extract<Route, { kind: 'state' }>;

function keyOfWritable(route: MemberRoute | StateRoute): string {
  return keyOf(route.token, route.kind === 'state' ? '_state' : route.memberId);
}

/** PUT of a member or of the election. */
export async function servePut(
  exchange: Exchange,
  route: MemberRoute | StateRoute,
  parameters: Parameters,
  options: WriteOptions,
): Promise<void> {
  if (parameters.dir) throw new RequestError(102, keyOfWritable(route));
  const written =
    route.kind === 'state'
      ? await elect(exchange, route, parameters, options)
      : await register(exchange, route, parameters, options);
  sendWritten(exchange, route, parameters, options, written);
}

function elect(
  { requester }: Exchange,
  { token }: StateRoute,
  { value, condition, ttlSeconds }: Parameters,
  { registry, now }: WriteOptions,
): Promise<Written> {
  const end = endOf(ttlSeconds, now());
  return registry.elect({ token, text: value, condition, dialect: 'v2', from: requester.address, ...end });
}

function register(
  exchange: Exchange,
  { token, memberId }: MemberRoute,
  { value, condition, ttlSeconds }: Parameters,
  { registry, publicUrl, now }: WriteOptions,
): Promise<Written> {
  const { requester, path, query } = exchange;
  return registry.register(
    {
      token,
      memberId,
      text: value,
      condition,
      dialect: 'v2',
      from: requester.address,
      salts: listSalts({ requester, publicUrl, token, path, query }),
      wantedSalt: publicUrl === undefined ? undefined : `${publicUrl}/${token}`,
      formatRelease: (id) =>
        `"curl -X DELETE ${publicUrl ?? originOf(requester) ?? 'http://HOST'}/${token}/${id}"`,
      ...endOf(ttlSeconds, now()),
    },
    requester.connection,
  );
}

function endOf(ttlSeconds: number | undefined, now: number): { expiresAt?: number } {
  return ttlSeconds === undefined
    ? {}
    : { expiresAt: now + Math.min(ttlSeconds, LIMITS.keyTtlMaxSeconds) * 1000 };
}

function sendWritten(
  exchange: Exchange,
  route: MemberRoute | StateRoute,
  { noValueOnSuccess }: Parameters,
  { registry, now }: WriteOptions,
  written: Written,
): void {
  const { action, shown, previous } = written;
  const key = keyOfWritable(route);
  const document: EventDocument = noValueOnSuccess
    ? { action }
    : {
        action,
        node: fileNode(key, shown, now()),
        ...(previous === undefined ? {} : { prevNode: fileNode(key, previous, now()) }),
      };
  const isNew = action === 'create' || (action === 'set' && previous === undefined);
  sendDocument(exchange, isNew ? 201 : 200, document, registry, written.revision);
}

/** DELETE of a member or of the election. */
export async function serveDelete(
  exchange: Exchange,
  route: MemberRoute | StateRoute,
  { condition }: Parameters,
  { registry, now }: WriteOptions,
): Promise<void> {
  const memberId = route.kind === 'state' ? undefined : route.memberId;
  const { outcome, revision } = await registry.remove({
    token: route.token,
    memberId,
    condition,
    isAdmin: exchange.requester.isAdmin,
  });
  const key = keyOfWritable(route);
  const compared = condition.value !== undefined || condition.revision !== undefined;
  const document: EventDocument = {
    action: compared ? 'compareAndDelete' : 'delete',
    node: removedNode(key, outcome.previous, revision),
    prevNode: fileNode(key, outcome.previous, now()),
  };
  sendDocument(exchange, 200, document, registry, revision);
}

function sendDocument(
  exchange: Exchange,
  status: number,
  document: EventDocument,
  registry: Registry,
  revision: number,
): void {
  const headers = indexHeaders({ clusterId: registry.clusterId, index: revision, revision });
  send(exchange, status, 'application/json', formatJson(document), headers);
}
