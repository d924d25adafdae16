import { expectedClusterOf } from '../doctor/checks/same-cluster.ts';
import { type Facts, isComplete, type MemberProbe, reportOf } from '../doctor/facts.ts';
import { formatIndented } from './terminal.ts';
import { formatRows, printable } from './token-table.ts';

const HEAD = ['SLOT', 'NAME', 'PEER URL', 'STATE', 'ETCD', 'CLUSTER'];
const FREE_SHOWN = 7;

/**
 * The peer URLs with what was found at each, and the places that are free: as a table, or one below the other where that
 * would be too wide. Empty where no member is known.
 */
export function formatPeers(facts: Facts, width: number): string {
  const report = reportOf(facts);
  if (report === undefined || (facts.peers.length === 0 && report.missing === 0)) return '';
  const { missing, size } = report;
  const free = Array.from({ length: Math.min(missing, FREE_SHOWN) }, (_, index) => [
    String(size - missing + index + 1),
    ...['-', '-', 'not registered yet'],
  ]);
  const more = missing > FREE_SHOWN ? [['...', '', '', `${missing} are free`]] : [];
  const rows = [...facts.peers.map((peer) => rowOf(peer, facts)), ...free, ...more];
  const table = formatRows([HEAD, ...rows], '  ');
  return table.split('\n').every((line) => line.length <= width) ? table : formatStack(rows, width);
}

/** A row on several lines. */
function formatStack(rows: ReadonlyArray<readonly string[]>, width: number): string {
  return rows
    .map(([slot = '', name = '', url = '', state = '', version = '', cluster = '']) => {
      const more = [state, version && `etcd ${version}`, cluster && `cluster ${cluster}`].filter(
        (part) => part,
      );
      return `  ${slot.padEnd(3)} ${name}  ${url}\n${formatIndented(more.join(', '), 6, width)}`;
    })
    .join('')
    .trimEnd();
}

function rowOf(peer: MemberProbe, facts: Facts): readonly string[] {
  const { member, url, answer, isHere } = peer;
  // Where all of them are here, it is a trial, and nothing to tell.
  const mark = isHere && facts.peers.some((other) => !other.isHere) ? ' (here)' : '';
  return [
    String(member.slot ?? ''),
    `${member.name ?? member.id}${mark}`,
    url,
    stateOf(peer, facts),
    answer?.version ?? '',
    answer?.clusterId ?? '',
  ].map(printable);
}

const STATES: Readonly<Record<MemberProbe['state'], string>> = {
  answers: 'member',
  'no-etcd': 'no etcd',
  'wants-tls': 'TLS, not http',
  'bad-url': 'cannot be asked',
  unresolved: 'no address',
  refused: 'nobody listens',
  filtered: 'no answer',
  'no-route': 'no way there',
  silent: 'silent',
  closed: 'hangs up',
  'not-tls': 'no TLS, not https',
  'wants-certificate': 'wants a certificate',
  'tls-failed': 'TLS fails',
  failed: 'fails',
};

function stateOf({ state, answer }: MemberProbe, facts: Facts): string {
  // Before its cluster is complete, etcd listens and serves nothing.
  if (state === 'silent' && !isComplete(facts)) return 'waits for others';
  if (state !== 'answers' || answer?.clusterId === expectedClusterOf(facts)) return STATES[state];
  return answer?.members.length === 1 ? 'cluster of its own' : 'another cluster';
}
