/** One line of an etcd log, whatever its format was. */
export interface LogLine {
  /** As the line has it; empty where it has none. */
  readonly at: string;
  /** What it says, with the fields of zap behind it as `key=value`. */
  readonly text: string;
}

/** What journald, Docker, Compose and Kubernetes write in front of a line. */
const PREFIXES: readonly RegExp[] = [
  // journalctl, and the -o short-iso form of it: time, host, unit[pid]
  /^(?<at>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)) \S+ [^\s:[\]]+(?:\[\d+\])?: /,
  // rkt, which ran the etcd of Container Linux
  /^\[ *\d+\.\d+\] [^\s:[\]]+\[\d+\]: /,
  // docker compose, kubectl logs --prefix
  /^(?:\S+ +\||\[pod\/\S+\]) /,
  // docker logs -t, kubectl logs --timestamps, containerd
  /^(?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))(?: (?:stdout|stderr) [FP])? (?=[{\d[]|[a-z]+\d{4})/,
];

/** A prefix may stand in another one, so often. */
const PREFIXES_MAX = 3;

/** etcd 2.1 to 3.4: `2016-01-28 10:11:12.123456 I | discovery: text`. 2.0: `2015/01/28 10:11:12 discovery: text`. */
const CAPNSLOG =
  /^(?<at>\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (?:[A-Z] \| )?(?:(?<source>[a-z][\w/.-]*): )?(?<text>.*)$/;
/** zap's form for people: time, level, place, text and fields between tabs; with spaces where it was pasted. */
const CONSOLE =
  /^(?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))[\t ]+(?:DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)[\t ]+(?:[\w.-]+[\t ]+)?(?:\S+\.go:\d+[\t ]+)?(?<text>.*?)(?:[\t ]+(?<fields>\{.*\}))?$/;

/** Longer lines are cut: nothing that is looked for stands so far behind. */
const LINE_MAX = 16 * 1024;

/** Takes a line apart. A text in no form that is known is what it says. */
export function parseLogLine(line: string): LogLine {
  const { at, rest } = withoutPrefixes(line.slice(0, LINE_MAX).replace(/\r$/, ''));
  return parseJsonLine(rest, at) ?? parseConsole(rest) ?? parseCapnslog(rest) ?? { at, text: rest };
}

function withoutPrefixes(line: string): { at: string; rest: string } {
  let at = '';
  let rest = line;
  for (let turn = 0; turn < PREFIXES_MAX; turn++) {
    const match = PREFIXES.map((prefix) => prefix.exec(rest)).find((found) => found !== null);
    if (match == null) break;
    const { groups: { at: before } = {} } = match;
    at = before ?? at;
    rest = rest.slice(match[0].length);
  }
  return { at, rest };
}

function parseJsonLine(text: string, before: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  const fields = parseObject(text);
  if (fields === undefined) return undefined;
  const { ts, time, msg, message, level: _, caller: __, stacktrace: ___, logger: ____, ...rest } = fields;
  const said = msg ?? message;
  if (typeof said !== 'string') return undefined;
  return { at: String(ts ?? time ?? before), text: withFields(said, rest) };
}

function parseConsole(text: string): LogLine | undefined {
  const { at, text: said, fields = '' } = CONSOLE.exec(text)?.groups ?? {};
  if (at === undefined || said === undefined) return undefined;
  const { stacktrace: _, ...rest } = parseObject(fields) ?? {};
  return { at, text: withFields(said, rest) };
}

function parseCapnslog(text: string): LogLine | undefined {
  const { at, source = '', text: said } = CAPNSLOG.exec(text)?.groups ?? {};
  if (at === undefined || said === undefined) return undefined;
  // What etcd 2 wrote with the package in front of it is the same line as what 3 wrote.
  return {
    at,
    text: source === '' || source === 'etcd' || PACKAGES.test(source) ? said : `${source}: ${said}`,
  };
}

const PACKAGES =
  /^(?:etcdmain|etcdserver|discovery|embed|rafthttp|raft|pkg|proxy|auth|mvcc|wal|snap|etcdhttp|flags)\b/;

function withFields(text: string, fields: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [text, ...told].join(' ').replaceAll(/\s+/g, ' ').trim();
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
