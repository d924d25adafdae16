import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transpile } from '../../src/transpile/public.ts';

/** How many times longer the long text is than the short one. */
const FACTOR = 32;
const SHORT = 800;
/** A time that grows with the square would be at 1024 times as long; linear ones are at about 32. */
const BOUND = 250;
/** Other work on the machine makes times swing; one that grows with the square is beyond the bound every time. */
const ROUNDS = 6;

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join('');
const files = (items: string): string => `storage: {files: [${items}]}`;
const inFile = (inline: string): string =>
  files(`{path: /a, mode: 1, contents: {inline: ${JSON.stringify(inline)}}}`);

/** Configurations of any length, each of which would be slow with a careless way of carrying them over. */
const SHAPES: Readonly<Record<string, (count: number) => string>> = {
  'files of one path': (count) => files('{path: /a, mode: 1},'.repeat(count)),
  'pieces of one file': (count) => files('{path: /a, append: true, contents: {inline: x}},'.repeat(count)),
  'files below each other': (count) => files(list(count, (index) => `{path: /a/${index}/b/c/d, mode: 1},`)),
  'a long path': (count) => files(`{path: "${'/a'.repeat(count)}", mode: 1}`),
  'units of one name': (count) =>
    `systemd: {units: [${list(count, (index) => `{name: a.service, dropins: [{name: ${index}.conf}]},`)}]}`,
  'filesystems and units that mount them': (count) =>
    `storage: {filesystems: [${list(count, (index) => `{name: f${index}, mount: {device: /d${index}, format: ext4}},`)}]}
systemd: {units: [${list(count, (index) => `{name: u${index}.mount, contents: "[Mount]\\nWhat=/d${index}\\nWhere=/m${index}"},`)}]}`,
  'a mount unit with gaps': (count) =>
    `storage: {filesystems: [{name: a, mount: {device: /d, format: ext4}}]}
systemd: {units: [{name: a.mount, contents: "[Mount]\\nWhat=/d${' '.repeat(count * 4)}x"}]}`,
  partitions: (count) =>
    `storage: {disks: [{device: /d, partitions: [${list(count, (index) => `{label: p${index}},`)}]}]}`,
  'keys of SSH': (count) =>
    `passwd: {users: [{name: a, ssh_authorized_keys: [${list(count, (index) => `k${index},`)}]}]}`,
  'a text of empty lines': (count) => inFile(`a${'\n'.repeat(count * 8)}b`),
  'a text of spaces': (count) => inFile(`${' '.repeat(count * 8)}\n`),
  'a text of many lines': (count) => inFile('line\n'.repeat(count)),
  'a text that needs quotes': (count) => inFile('\r'.repeat(count)),
  'a discovery URL of slashes': (count) =>
    `etcd: {version: 3.7.0, discovery: "http://h${'/'.repeat(count)}"}`,
};

/** The time of the processor, in milliseconds. */
function timed(text: string): number {
  const before = process.cpuUsage();
  transpile(text, { to: 'butane' });
  return process.cpuUsage(before).user / 1000;
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`the time for ${name} grows with the length of the text`, () => {
    const [short, long] = [shape(SHORT), shape(SHORT * FACTOR)];
    let shortTime = timed(short);
    let longTime = Number.POSITIVE_INFINITY;
    let ratio = longTime;
    for (let round = 0; round < ROUNDS && ratio >= BOUND; round++) {
      shortTime = Math.min(shortTime, timed(short));
      longTime = Math.min(longTime, timed(long));
      // Less than a millisecond says more of the clock than of the text.
      ratio = longTime / Math.max(shortTime, 1);
    }
    assert(ratio < BOUND, `${FACTOR} times the text takes ${ratio.toFixed(0)} times as long`);
  });
}
