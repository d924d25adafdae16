import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The memory of a process, in bytes, as Linux counts it. */
export interface Memory {
  /** All that is in memory, pages of files included. */
  readonly rss: number;
  /** What the process made itself: heaps and stacks, no files. */
  readonly anonymous: number;
}

/** The memory of some processes together. */
export function readMemory(pids: readonly number[]): Memory {
  const sum = { rss: 0, anonymous: 0 };
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytesOf = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    sum.rss += bytesOf('VmRSS');
    sum.anonymous += bytesOf('RssAnon');
  }
  return sum;
}

/** How many sockets some processes have open together. */
export function countSockets(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + socketsOf(pid), 0);
}

function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      // It was closed in between.
      return false;
    }
  }).length;
}

/** The most memory that some processes had at any time, together, in bytes: each one's own peak. */
export function readPeakRss(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }, 0);
}

const TICKS_PER_SECOND = 100;

/** The time that some processes have had on a processor, together, in seconds. */
export function readCpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuTicks(pid), 0) / TICKS_PER_SECOND;
}

/** Time on a processor, in ticks of 10 ms. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Longer than it takes until a service gives memory back. */
const IDLE_WINDOW_MS = 1000;
const IDLE_TICKS_MAX = 2;

/** Waits until the processes have next to nothing to do; gives up waiting after `timeoutMs`. */
export async function waitIdle(pids: readonly number[], timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const ticks = (): number => pids.reduce((sum, pid) => sum + cpuTicks(pid), 0);
  for (let before = ticks(); Date.now() < deadline; ) {
    await sleep(IDLE_WINDOW_MS);
    const after = ticks();
    if (after - before <= IDLE_TICKS_MAX * pids.length) return;
    before = after;
  }
}
