import type { KeptTokensFigures } from './kept-tokens.ts';
import type { ProcessFigures, SimulatedHerd } from './simulate-herd.ts';
import type { Spread } from './spread.ts';

const MIB = 1024 * 1024;

/** The figures of a herd, for people. */
export function formatHerd(herd: SimulatedHerd): string {
  const { perCluster, simulator, muster, etcd } = herd;
  const errors = Object.entries(herd.errors).map(([reason, count]) => `${reason}: ${count}`);
  const where =
    herd.store === 'lmdb'
      ? 'the embedded store'
      : `${muster.processes} ${muster.processes === 1 ? 'Muster' : 'Musters'} on an etcd of 3`;
  return formatLines([
    ['herd', `${herd.clusters} clusters, ${herd.machines} machines, ${where}`],
    ['formed', `${herd.formed} clusters in ${herd.elapsedSeconds.toFixed(1)} s`],
    ['last PUT to last knows', formatSpread(herd.knowing)],
    ['registration', formatSpread(herd.registration)],
    ['arrival to registered', formatSpread(herd.arrival)],
    ['connection', formatSpread(herd.connecting)],
    ['new token', formatSpread(herd.newToken)],
    ['peak', `${herd.peakConnections} connections, ${herd.peakWaiting} machines waiting`],
    [
      'each cluster',
      `${perCluster.requests.toFixed(1)} requests, ${herd.revisionsPerCluster.toFixed(1)} revisions, ` +
        `${Math.round(perCluster.sentBytes)} bytes in, ${Math.round(perCluster.receivedBytes)} bytes out`,
    ],
    ['Muster', formatProcesses(muster)],
    ...(etcd === undefined ? [] : [['etcd', formatProcesses(etcd)] as const]),
    [
      'the store',
      `grew by ${formatMib(herd.storeGrowthBytes)}, ${Math.round(herd.storeGrowthBytes / herd.clusters)} bytes for each cluster`,
    ],
    ['errors', errors.length === 0 ? 'none' : `${errors.join(', ')}; ${herd.retries} retries`],
    [
      'the simulation itself',
      `${simulator.cpuSeconds.toFixed(1)} CPU s, its timers late by ${simulator.lateP99Ms.toFixed(1)} ms (p99)`,
    ],
  ]);
}

/** The figures of kept tokens, for people. */
export function formatKeptTokens(kept: KeptTokensFigures): string {
  const { tokens, diskBytes, memory, memoryAfterReads, expiry, ended } = kept;
  return formatLines([
    ['tokens', `${tokens.toLocaleString('en-US')} live, filled in ${kept.fillSeconds.toFixed(0)} s`],
    ['on disk', `${formatMib(diskBytes)}, ${Math.round(diskBytes / tokens)} bytes each`],
    ['start to ready', `${kept.openSeconds.toFixed(2)} s`],
    ['memory when ready', `RSS ${formatMib(memory.rss)}, of it anonymous ${formatMib(memory.anonymous)}`],
    [
      'memory after the reads',
      `RSS ${formatMib(memoryAfterReads.rss)}, of it anonymous ${formatMib(memoryAfterReads.anonymous)}`,
    ],
    ['read', formatSpread(kept.read)],
    [
      'a day expires at once',
      `${expiry.tokens.toLocaleString('en-US')} tokens in ${expiry.seconds.toFixed(1)} s`,
    ],
    ['read meanwhile', formatSpread(expiry.read)],
    [
      'of a token that is over',
      `${Math.round(ended.diskBytes / ended.tokens)} bytes on disk (a store of ${ended.tokens.toLocaleString('en-US')})`,
    ],
  ]);
}

function formatLines(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function formatSpread({ count, median, p99, max }: Spread): string {
  return `median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, max ${max.toFixed(2)} ms (of ${count})`;
}

function formatProcesses({ processes, cpuSeconds, rssBefore, rssPeak }: ProcessFigures): string {
  const count = processes === 1 ? '' : ` over ${processes} processes`;
  return `${cpuSeconds.toFixed(1)} CPU s, RSS ${formatMib(rssBefore)} before, ${formatMib(rssPeak)} at the peak${count}`;
}

function formatMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
