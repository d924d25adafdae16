/** Something that an etcd says of itself in its log, and that belongs to the way to a cluster. */
export type LogFact =
  /** It has read the list, and others are missing. */
  | { readonly kind: 'waits'; readonly missing: number }
  /** It has read the whole list. */
  | { readonly kind: 'complete' }
  /** It asks for votes. Ids are hex, as in the member list. */
  | { readonly kind: 'candidate'; readonly term: number }
  | { readonly kind: 'voted'; readonly candidate: string; readonly term: number }
  /** It has learnt who leads. */
  | { readonly kind: 'leader'; readonly leader: string; readonly term: number }
  | { readonly kind: 'serves' };

/** The values beside the message of a line in JSON, as etcd 3.5 and newer write them. */
interface JsonLine {
  readonly msg?: unknown;
  readonly clusterSize?: unknown;
  readonly 'found-peers'?: unknown;
  readonly 'needed-peers'?: unknown;
}

/** Each with the groups of its pattern, and the line in JSON where it is one. */
const READERS: ReadonlyArray<
  readonly [RegExp, (groups: readonly string[], json: JsonLine) => LogFact | undefined]
> = [
  // etcd-io/etcd@v3.4.23:etcdserver/api/v2discovery/discovery.go, waitNodes; server/etcdserver/api/v3discovery/discovery.go
  [/found \d+ peer\(s\), waiting for (\d+) more/, ([missing]) => waits(Number(missing))],
  [/found peers from discovery server; waiting for more/, (_, json) => waits(Number(json['needed-peers']))],
  [
    /waiting for peers from discovery service/,
    (_, json) => waits(Number(json.clusterSize) - Number(json['found-peers'])),
  ],
  [
    /found \d+ needed peer\(s\)|found all needed peers from discovery|discovery joined cluster successfully/,
    () => ({ kind: 'complete' }),
  ],
  // go.etcd.io/raft:raft.go, node.go
  [/ became candidate at term (\d+)/, ([term]) => ({ kind: 'candidate', term: Number(term) })],
  [
    / cast MsgVote for ([0-9a-f]+) .* at term (\d+)/,
    ([candidate = '', term]) => ({ kind: 'voted', candidate, term: Number(term) }),
  ],
  [
    / elected leader ([0-9a-f]+) at term (\d+)/,
    ([leader = '', term]) => ({ kind: 'leader', leader, term: Number(term) }),
  ],
  [/ready to serve client requests/, () => ({ kind: 'serves' })],
];

/** The fact in a line of an etcd's log, in the text of etcd up to 3.4 or the JSON of newer ones. */
export function parseLogFact(line: string): LogFact | undefined {
  const json = parseJsonLine(line);
  const text = typeof json.msg === 'string' ? json.msg : line;
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(text);
    if (match !== null) return read(match.slice(1), json);
  }
  return undefined;
}

function waits(missing: number): LogFact | undefined {
  return Number.isInteger(missing) ? { kind: 'waits', missing } : undefined;
}

function parseJsonLine(line: string): JsonLine {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as JsonLine;
  } catch {
    return {};
  }
}

/** Whether a line says that something is wrong: by its level, or as what the flag package of Go prints. */
export function isComplaint(line: string): boolean {
  const { level } = parseJsonLine(line) as Record<string, unknown>;
  if (level !== undefined) return level === 'error' || level === 'fatal' || level === 'panic';
  return /^\S+ \S+ [CE] \| |^(?:flag provided|invalid value|flag needs|panic:|error)/.test(line);
}

/** A line of an etcd's log as a person reads it: of JSON, the level, the message and what went wrong. */
export function formatLogLine(line: string): string {
  const { level, msg, error } = parseJsonLine(line) as Record<string, unknown>;
  if (typeof msg !== 'string') return line;
  return [level, msg, error].filter((part) => typeof part === 'string').join(': ');
}
