import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../src/ignition/json/parse-json.ts';
import { RULES } from '../../src/ignition/rules.ts';
import { type Report, validateIgnition } from '../../src/ignition/validate.ts';
import { withSeed } from '../support/seeded-random.ts';
import { readCorpus } from './judges.ts';
import { mutateStructure, mutateText } from './mutate.ts';

/** What holds of a report on whatever text. */
function assertSound(text: string, report: Report): void {
  const lines = text.split('\n').map((line) => [...line].length);
  for (const { severity, rule, message, path, line, column } of report.entries) {
    assert.equal(severity, RULES[rule]);
    assert.match(path, /^\$/);
    assert(message.length > 0 && message.length < 1000, message);
    assert(line >= 1 && line <= lines.length);
    assert(column >= 1 && column <= (lines[line - 1] ?? 0) + 1);
  }
  assert.equal(report.isValid, !report.entries.some(({ severity }) => severity === 'error'));
}

test('any text gets a report, whose places are within it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), (text) => {
      assertSound(text, validateIgnition(text));
    }),
  );
});

test('any JSON below the keys of a document gets a report', () => {
  const keys = [
    'storage',
    'systemd',
    'passwd',
    'networkd',
    'kernelArguments',
    'files',
    'units',
    'path',
    'name',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('value')),
      fc.dictionary(fc.constantFrom(...keys), tie('value')),
    ),
  }));
  const version = fc.constantFrom('2.0.0', '2.3.0', '3.0.0', '3.5.0');
  fc.assert(
    fc.property(version, fc.dictionary(fc.constantFrom(...keys), value), (spec, body) => {
      const text = JSON.stringify({ ignition: { version: spec }, ...body });
      assertSound(text, validateIgnition(text));
    }),
  );
});

test('any change to a document gets a report', async (t) => {
  await withSeed(t, async (random) => {
    const documents = readCorpus().map(({ text }) => text);
    for (let round = 0; round < 500; round++) {
      const document = random.pick(documents);
      const text = mutateText(mutateStructure(document, documents, random), random);
      assertSound(text, validateIgnition(text));
    }
  });
});

test('parseJson() takes exactly what JSON.parse takes, and reads the same strings', () => {
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc.array(fc.constantFrom(...'{}[]",:\\u0041 \n-+.eE1null truefals')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      let expected: unknown;
      let isJson = true;
      try {
        expected = JSON.parse(candidate);
      } catch {
        isJson = false;
      }
      const { root } = parseJson(candidate);
      assert.equal(root !== undefined, isJson, candidate);
      if (root?.kind === 'string' && typeof expected === 'string') {
        // Half a pair is replaced, as Go does.
        assert.equal(root.value, Buffer.from(expected, 'utf8').toString('utf8'));
      }
    }),
    { numRuns: 2000 },
  );
});

const wrap = (body: string, version = '3.4.0'): string => `{"ignition": {"version": "${version}"}, ${body}}`;
const list = (count: number, item: (index: number) => string): string =>
  `[${Array.from({ length: count }, (_, index) => item(index)).join(', ')}]`;
const contents = (unit: string): string =>
  wrap(`"systemd": {"units": [{"name": "a.service", "enabled": true, "contents": ${JSON.stringify(unit)}}]}`);
const source = (url: string): string =>
  wrap(`"storage": {"files": [{"path": "/a", "contents": {"source": ${JSON.stringify(url)}}}]}`);

/** Texts of about `n` times some bytes, each made to cost more than its length somewhere. */
const COSTLY: Readonly<Record<string, (n: number) => string>> = {
  'open brackets': (n) => '['.repeat(n),
  'open objects': (n) => '{"a":'.repeat(n),
  'a long string': (n) => `"${'\\u0041a'.repeat(n)}`,
  'comments of another format': (n) => `${'# a #'.repeat(n)}\n`,
  'a long version': (n) => `{"ignition": {"version": "${'0'.repeat(n)}"}}`,
  'unknown keys': (n) => wrap(list(n, (i) => `"fle${i}": 1`).slice(1, -1)),
  'the same key': (n) => wrap(list(n, () => '"storage": {"files": [{"path": "/a"}]}').slice(1, -1)),
  'wrong types': (n) => wrap(`"storage": {"files": ${list(n, () => '1')}}`),
  'files that are all wrong': (n) =>
    wrap(`"storage": {"files": ${list(n, () => '{"path": "a", "mode": -1}')}}`),
  'files below links': (n) =>
    wrap(
      `"storage": {"links": ${list(n, (i) => `{"path": "/${'a/'.repeat(i % 50)}b", "target": "/x"}`)},
       "files": ${list(n, (i) => `{"path": "/${'a/'.repeat(i % 50)}c"}`)}}`,
    ),
  'a deep path': (n) =>
    wrap(`"storage": {"files": [{"path": "${'/a'.repeat(n)}"}], "links": [{"path": "/b", "target": "x"}]}`),
  'partitions side by side': (n) =>
    wrap(
      `"storage": {"disks": [{"device": "/dev/sda", "partitions": ${list(n, (i) => `{"number": ${i + 1}, "startMiB": ${2 * i + 1}, "sizeMiB": 1}`)}}]}`,
    ),
  'partitions on each other': (n) =>
    wrap(
      `"storage": {"disks": [{"device": "/dev/sda", "partitions": ${list(n, () => '{"number": 1, "startMiB": 1, "sizeMiB": 9}')}}]}`,
    ),
  'a unit of many lines': (n) => contents(`[Unit]\n${'A=b\\\n'.repeat(n)}`),
  'a unit without sections': (n) => contents(`${'a'.repeat(2000)}\n`.repeat(n / 500)),
  'a unit of comments': (n) => contents(`[Unit]\n${'# a\\\n;b\n'.repeat(n)}`),
  'a long data URL': (n) => source(`data:,${'%20a'.repeat(n)}`),
  'a long data URL in base64': (n) => source(`data:;base64,${'AAAA'.repeat(n)}`),
  'a data URL with a long parameter': (n) => source(`data:;a="${'\\\\b'.repeat(n)}",x`),
  'a data URL with many parameters': (n) => source(`data:${';a=b'.repeat(n)},x`),
  'a long host': (n) => source(`http://${'a:'.repeat(n)}`),
  'a long query': (n) => source(`s3://b/k?${'a=b&'.repeat(n)}versionId=`),
  'a Tang advertisement': (n) =>
    wrap(
      `"storage": {"luks": [{"name": "a", "device": "/dev/sda", "clevis": {"tang": [{"url": "http://t", "thumbprint": "x", "advertisement": ${JSON.stringify('['.repeat(n))}}]}}]}`,
    ),
};

/** Processor time of this process, in milliseconds: other programs on the machine do not count. */
function costOf(text: string): number {
  const before = process.cpuUsage();
  validateIgnition(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for (const [name, make] of Object.entries(COSTLY)) {
  test(`the cost of ${name} grows with the length of the text, and no faster`, () => {
    const small = make(4000);
    const large = make(64_000);
    validateIgnition(small);
    // Sixteen times the text: a quadratic cost would be 256 times as high. What is too fast to measure counts as 5 ms.
    const base = Math.max(5, Math.min(costOf(small), costOf(small), costOf(small)));
    const cost = costOf(large);
    assert(cost < 16 * 5 * base, `${cost} ms for ${large.length} characters, ${base} ms for ${small.length}`);
  });
}
