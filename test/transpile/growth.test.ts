import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { type Transpiled, transpile } from '../../src/transpile/public.ts';

/** How many times longer the long text is than the short one. */
const FACTOR = 32;
const SHORT = 800;
/**
 * The long text may take this many times as long. A time that grows with the square would be at 1024; linear ones are
 * at about 32.
 */
const BOUND = 250;
/** Other work on the machine makes times swing; one that grows with the square is beyond the bound every time. */
const ROUNDS = 6;

const inFile = (inline: string): string => `storage: {files: [{path: /a, mode: 1, contents: {${inline}}}]}`;
const inUnit = (contents: string): string =>
  `systemd: {units: [{name: a.service, enable: true, contents: ${JSON.stringify(contents)}}]}`;
const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join('');

/** Texts of any length, each of which would be slow with a careless way of reading it. */
const SHAPES: Readonly<Record<string, (count: number) => string>> = {
  'plain text': (count) => `docker: {flags: [${'word '.repeat(count)}]}`,
  'plain text over lines': (count) => `docker:\n  x: ${'word\n    '.repeat(count)}`,
  'a quoted text': (count) => inFile(`inline: "${'\\x41 \\\n '.repeat(count)}"`),
  'a block text': (count) => `x: |\n${'  line\n\n'.repeat(count)}`,
  'empty lines': (count) => `a: x\n${'\n'.repeat(count)}b: y`,
  comments: (count) => '# comment\n'.repeat(count),
  'unknown keys': (count) => list(count, (index) => `key${index}: 1\n`),
  'one key many times': (count) => 'docker: {a: 1}\n'.repeat(count),
  'one line of items': (count) => `docker: {flags: [${'a,'.repeat(count)}]}`,
  'one line of mappings': (count) => `storage: {files: [${'{path: /a},'.repeat(count)}]}`,
  'a word that may be a key': (count) => `docker: {flags: [${'"a" '.repeat(count)}]}`,
  'open brackets': (count) => '['.repeat(count),
  'closed brackets': (count) => `[${']'.repeat(count)}`,
  dashes: (count) => `${'- '.repeat(count)}`,
  'question marks': (count) => `${'? '.repeat(count)}`,
  'anchors set again': (count) => `x: [${'&a b,'.repeat(count)}]`,
  aliases: (count) => `x: &a b\ndocker: {flags: [${'*a,'.repeat(count)}]}`,
  'a chain of merges': (count) =>
    `x:\n  - &m0 {name: a}\n${list(count, (index) => `  - &m${index + 1} {<<: *m${index}}\n`)}etcd: *m${count}`,
  tags: (count) => `x: [${'!!str a,'.repeat(count)}]`,
  'a long number': (count) => `etcd: {snapshot_count: ${'9'.repeat(count * 10)}}`,
  'a long version': (count) => `etcd: {version: 3.${'9'.repeat(count * 10)}.0}`,
  'bytes that are no text': (count) => inFile(`inline: !!binary ${'////'.repeat(count)}`),
  'a long URL': (count) => inFile(`remote: {url: "http://h/${'%20 '.repeat(count)}"}`),
  'a long host': (count) => inFile(`remote: {url: "http://${'%'.repeat(count)}"}`),
  'a long data URL': (count) =>
    inFile(`remote: {url: "data:;a=%22${'%41'.repeat(count)},${'%41'.repeat(count)}"}`),
  'a quoted parameter': (count) => inFile(`remote: {url: 'data:;a="${'\\\\'.repeat(count)}",'}`),
  'fields of the machine': (count) => `etcd: {name: "${'{HOSTNAME}'.repeat(count)}"}`,
  'braces that are none': (count) => `etcd: {name: "${'}{'.repeat(count)}"}`,
  'a size of many parts': (count) => `storage: {disks: [{partitions: [{size: ${'1B'.repeat(count)}}]}]}`,
  partitions: (count) =>
    `storage: {disks: [{partitions: [${list(count, (index) => `{start: ${index}MiB},`)}]}]}`,
  filesystems: (count) =>
    `storage: {filesystems: [${list(count, (index) => `{name: f${index}, path: /},`)}]}`,
  'a unit of one line': (count) => inUnit('x'.repeat(count * 4)),
  'a unit with gaps': (count) => inUnit(`[A]${' '.repeat(count * 4)}x`),
  'a unit of sections': (count) => inUnit('[A]\n'.repeat(count)),
  'a unit of comments': (count) => inUnit('#\\\n'.repeat(count)),
  'a unit that goes on': (count) => inUnit(`[A]\nB=${'\\\n'.repeat(count)}`),
  units: (count) => `systemd: {units: [${'{name: a.service, contents: "[A]\\nB=c"},'.repeat(count)}]}`,
};

/** The time of the processor, in milliseconds. */
function timed(text: string): number {
  const before = process.cpuUsage();
  transpile(text, { platform: 'ec2', profile: '2.2.0', pretty: true });
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

function messagesOf({ report }: Transpiled): readonly string[] {
  return report.map(({ message }) => message);
}

test('aliases that multiply are refused', () => {
  const dropins = `[${'{name: a.conf},'.repeat(300)}]`;
  const text = `x: &d ${dropins}\ny: &u {name: a.service, dropins: *d}\nsystemd: {units: [${'*u,'.repeat(3000)}]}`;
  const result = transpile(text);
  assert.equal(result.output, undefined);
  assert.deepEqual(messagesOf(result), ['yaml: document contains excessive aliasing']);
});

test('aliases that are used often are fine', () => {
  const text = `x: &d [{name: a.conf}]\nsystemd: {units: [${'{name: a.service, dropins: *d},'.repeat(3000)}]}`;
  assert.notEqual(transpile(text).output, undefined);
});

test('merges that stand within each other have an end', () => {
  const { configAliasNestingMax: max } = LIMITS;
  const nested = (count: number): string =>
    `x:\n  - &m0 {name: a}\n${list(count, (index) => `  - &m${index + 1} {<<: *m${index}}\n`)}etcd: *m${count}`;
  assert.notEqual(transpile(nested(max - 1)).output, undefined);
  assert.deepEqual(messagesOf(transpile(nested(max))), ['yaml: document contains excessive aliasing']);
});

test('nesting has an end, and what is deeper is refused', () => {
  const { configNestingMax: max } = LIMITS;
  const problem = `exceeded max depth of ${max}`;
  // The mapping around it is one level.
  const inBrackets = (depth: number): string => `x: ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`;
  assert.notEqual(transpile(inBrackets(max)).output, undefined);
  assert.deepEqual(messagesOf(transpile(inBrackets(max + 1))), [`yaml: ${problem}`]);
  const indented = (depth: number): string => list(depth, (index) => `${' '.repeat(index)}a:\n`);
  assert.notEqual(transpile(indented(max)).output, undefined);
  assert.deepEqual(messagesOf(transpile(indented(max + 1))), [`yaml: line ${max}: ${problem}`]);
});
