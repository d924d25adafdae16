import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { transpile } from '../src/transpile/public.ts';
import { peerDir } from '../test/support/peers.ts';
import { repositoryRoot } from '../test/support/repository.ts';
import { median } from './alternate.ts';
import type { Bench } from './bench.ts';
import type { Row } from './row.ts';

const SIZE = 1_000_000;

function repeated(head: string, item: string): string {
  return head + item.repeat(Math.ceil(SIZE / item.length));
}

/** Configurations of 1 MB: many small things, written in both ways, and a few large ones. */
const CONFIGS: Readonly<Record<string, string>> = {
  units: repeated(
    'systemd:\n  units:\n',
    '    - name: a.service\n      enable: true\n      contents: |\n        [Service]\n        ExecStart=/bin/true\n        [Install]\n        WantedBy=multi-user.target\n',
  ),
  files: repeated(
    'storage:\n  files:\n',
    '    - {path: /etc/a, mode: 0644, contents: {inline: "text of a file"}}\n',
  ),
  scripts: repeated(
    'storage:\n  files:\n',
    `    - path: /opt/bin/a\n      mode: 0755\n      contents:\n        inline: |\n${'          echo one line of a script\n'.repeat(1000)}`,
  ),
};

function seconds(work: () => void): number {
  const startedAt = performance.now();
  work();
  return (performance.now() - startedAt) / 1000;
}

/** A program from its start to its end. */
function runProgram(file: string, args: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(file, args, { input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr.toString().slice(0, 500)}`);
}

/** 1 MB of Container Linux Config: the library by itself, and the command beside Flatcar's `ct`. */
export const benchTranspile: Bench = ({ rounds }) => {
  const ct = `${peerDir('boot-formats')}/ct`;
  const rows: Row[] = [];
  for (const [name, config] of Object.entries(CONFIGS)) {
    const times = { library: [] as number[], command: [] as number[], ct: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      times.library.push(seconds(() => void transpile(config)));
      times.command.push(
        seconds(() => runProgram(process.execPath, [`${repositoryRoot}bin/muster`, 'transpile'], config)),
      );
      if (existsSync(ct)) times.ct.push(seconds(() => runProgram(ct, [''], config)));
    }
    // The first round warms up.
    const of = (all: readonly number[]): number => median(all.slice(1));
    const what = (how: string): string => `1 MB of ${name}: ${how}`;
    rows.push({
      bench: 'transpile',
      what: what('the library'),
      unit: 's',
      muster: of(times.library),
      other: undefined,
      target: { of: 'value', max: 0.5 },
    });
    rows.push({
      bench: 'transpile',
      what: what('the command'),
      unit: 's',
      muster: of(times.command),
      other: times.ct.length === 0 ? undefined : { name: "Flatcar's ct", value: of(times.ct) },
      target: { of: 'value', max: 1 },
    });
  }
  return Promise.resolve(rows);
};
