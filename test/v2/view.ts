import type { Answer } from './client.ts';
import type { Side, Timeline } from './timeline.ts';

/** A node of the v2 keys API as JSON has it. */
export interface NodeJson {
  readonly key?: string;
  readonly value?: string;
  readonly dir?: boolean;
  readonly ttl?: number;
  readonly expiration?: string;
  readonly nodes?: readonly NodeJson[];
  readonly modifiedIndex?: number;
  readonly createdIndex?: number;
}

/** The answer to a read or a write, or an event of a watch. */
export interface EventJson {
  readonly action: string;
  readonly node?: NodeJson;
  readonly prevNode?: NodeJson;
}

/** An error as the v2 keys API words it. */
export interface ErrorJson {
  readonly errorCode: number;
  readonly message: string;
  readonly cause: string;
  readonly index: number;
}

/** What is needed to compare answers of two sides that count differently. */
export interface ViewContext {
  readonly timeline: Timeline;
  /** Which write made the key that has this state (D3: in Muster a `set` does not make it anew). */
  createdRank(key: string, modifiedRank: number | string): number | string;
}

/** Elapsed time must not matter: ends are compared to the nearest hundred seconds, and tests take less than half of it. */
const TIME_GRAIN_SECONDS = 100;

/** A value that is equal for two answers that say the same. */
export type View = Readonly<Record<string, unknown>>;

/** What an answer says: status, those headers that clients read, and the document. */
export function viewAnswer(
  side: Side,
  { status, headers, body }: Answer,
  sorted: boolean,
  context: ViewContext,
): View {
  const isJson = headers['content-type'] === 'application/json';
  return {
    status,
    ...viewHeaders(side, headers, context),
    ends: body === '' ? 'empty' : body.endsWith('}\n') ? 'brace and line feed' : 'otherwise',
    ...(isJson && body !== '' ? viewDocument(side, JSON.parse(body), sorted, context) : { body }),
  };
}

/** What headers say. */
export function viewHeaders(side: Side, headers: Answer['headers'], { timeline }: ViewContext): View {
  const index = Number(headers['x-etcd-index'] ?? Number.NaN);
  return {
    type: headers['content-type'],
    etcdIndex: index === 0 ? 'zero' : timeline.floorOf(side, index),
    hasClusterId: /^[0-9a-f]{1,16}$/.test(String(headers['x-etcd-cluster-id'])),
    hasRaftIndex: headers['x-raft-index'] !== undefined,
    hasRaftTerm: headers['x-raft-term'] !== undefined,
    cors: Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
  };
}

function viewDocument(
  side: Side,
  document: EventJson | ErrorJson,
  sorted: boolean,
  context: ViewContext,
): View {
  return 'errorCode' in document
    ? viewError(side, document, context)
    : viewEvent(side, document, sorted, context);
}

function viewError(side: Side, error: ErrorJson, { timeline }: ViewContext): View {
  const { index, cause } = error;
  return {
    ...error,
    fields: Object.keys(error),
    index: index === 0 ? 'zero' : timeline.floorOf(side, index),
    // The second number is the index that the key has; the first is what the client sent.
    cause: cause.replace(
      /\[(\d+) != (\d+)\]/,
      (_, sent, has) => `[${timeline.rankOf(side, Number(sent))} != ${timeline.rankOf(side, Number(has))}]`,
    ),
  };
}

/** What an event, or the document of an answer, says. */
export function viewEvent(side: Side, event: EventJson, sorted: boolean, context: ViewContext): View {
  const { action, node, prevNode } = event;
  return {
    fields: Object.keys(event),
    action,
    node: node && viewNode(side, node, sorted, context),
    prevNode: prevNode && viewNode(side, prevNode, sorted, context),
  };
}

function viewNode(side: Side, node: NodeJson, sorted: boolean, context: ViewContext): View {
  const { timeline } = context;
  const modified = timeline.rankOf(side, node.modifiedIndex ?? -1);
  const created = timeline.rankOf(side, node.createdIndex ?? -1);
  const isSurvivor = side === 'etcd' && node.dir !== true;
  // D7: the order of a list that is not sorted is etcd's own business.
  const children = sorted
    ? node.nodes
    : node.nodes?.toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
  const nodes = children?.map((child) => viewNode(side, child, sorted, context));
  return {
    fields: Object.keys(node),
    ...node,
    nodes,
    ...(node.ttl === undefined ? {} : { ttl: toGrains(node.ttl) }),
    ...(node.expiration === undefined ? {} : { expiration: viewExpiration(node.expiration) }),
    modifiedIndex: modified,
    createdIndex: isSurvivor ? context.createdRank(node.key ?? '', modified) : created,
  };
}

function viewExpiration(text: string): number | string {
  const isUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z$/.test(text);
  return isUtc ? toGrains((Date.parse(text) - Date.now()) / 1000) : `not as Go writes it: ${text}`;
}

function toGrains(seconds: number): number {
  return Math.round(seconds / TIME_GRAIN_SECONDS);
}
