import { statfs } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';

const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'XFS',
  2435016766: 'Btrfs',
  16914836: 'tmpfs, where being durable costs nothing',
  2035054128: 'overlayfs',
};

/** Where the figures come from, for the head of the table. */
export async function describeMachine(): Promise<string> {
  const { type } = await statfs(tmpdir());
  const [cpu] = cpus();
  return [
    `${cpus().length} CPUs (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    `data in ${tmpdir()} (${FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`})`,
    'Servers, clients and wrk (one thread) share all CPUs, unpinned. Sides run in turn; figures are medians.',
  ].join('\n');
}
