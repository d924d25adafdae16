import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readEtcdSettings, type TranspileOptions, transpile } from '../../src/transpile/public.ts';
import { missingPeers, peerDir } from '../support/peers.ts';
import { readGoldenCases } from './golden-case.ts';
import { askButane, askIgnition } from './judges.ts';
import { mistypedConfig, randomConfig } from './random-config.ts';

const needsNewest = { skip: missingPeers('ignition-2.24') };
const needsIgnition = { skip: missingPeers('ignition-2.14') };
const needsBoth = { skip: missingPeers('ignition-2.14', 'boot-formats') };

/** What follows a flag in the arguments of a case. */
function argumentOf(args: readonly string[], flag: string): string | undefined {
  const at = args.findIndex((arg) => arg.replace(/^--?/, '') === flag);
  return at < 0 ? undefined : args[at + 1];
}

/** Every configuration of the golden cases, for the profiles of Ignition 2 as they are. */
const inputs = readGoldenCases().map(({ name, args, files, input }) => {
  const encoder = new TextEncoder();
  const options: TranspileOptions = {
    platform: argumentOf(args, 'platform') ?? 'ec2',
    flatcar: args.some((arg) => /^--?flatcar$/.test(arg)),
    files: {
      read: (path) => {
        const content = files.get(path);
        return content === undefined ? `open ${path}: no such file` : encoder.encode(content);
      },
    },
  };
  return { name, input, options };
});

for (const { profile, label } of [
  { profile: '3.3.0', label: '3.3.0' },
  // The release that Debian has knows it as an experiment.
  { profile: '3.4.0', label: '3.4.0-experimental' },
] as const) {
  test(
    `of every configuration, ${profile} is as Ignition wants it, or the report says why there is none`,
    needsIgnition,
    () => {
      let count = 0;
      for (const { name, input, options } of inputs) {
        const { output, report } = transpile(input, { ...options, profile });
        if (output === undefined) {
          assert(
            report.some(({ severity }) => severity === 'error'),
            name,
          );
          continue;
        }
        count += 1;
        assert.equal(askIgnition(output.replace(`"version":"${profile}"`, `"version":"${label}"`)), '', name);
      }
      assert(count > 100, `${count} of ${inputs.length} can be had`);
    },
  );
}

test('of every configuration, Butane makes what the profile writes', needsBoth, () => {
  for (const { name, input, options } of inputs) {
    for (const profile of ['3.3.0', '3.4.0'] as const) {
      const { output: config } = transpile(input, { ...options, profile, to: 'butane' });
      const { output: document } = transpile(input, { ...options, profile });
      assert.equal(config === undefined, document === undefined, name);
      if (config === undefined || document === undefined) continue;
      const made = askButane(config);
      assert('ignition' in made, `${name}: ${JSON.stringify(made)}\n${config}`);
      assert.deepEqual(normalize(JSON.parse(made.ignition)), normalize(JSON.parse(document)), name);
    }
  }
});

/** What a URL of data holds, however it is written. */
function contentOf({ source = '', compression = '' }: { source?: string; compression?: string }): string {
  const [, base64, data = ''] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(source) ?? [];
  const plain =
    base64 === undefined ? Buffer.from(unescapeBytes(data), 'latin1') : Buffer.from(data, 'base64');
  return (compression === 'gzip' ? gunzipSync(plain) : plain).toString('latin1');
}

function unescapeBytes(data: string): string {
  return data.replaceAll(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Butane writes contents in the shortest way that it finds; what they are is the same. */
function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value !== 'object' || value === null) return value;
  const { source } = value as { source?: unknown };
  if (typeof source === 'string' && source.startsWith('data:')) return { content: contentOf(value) };
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, normalize(one)]));
}

/** What the newest Ignition says of documents, entry by entry. */
function askNewest(documents: readonly string[]): string[] {
  const output = execFileSync(`${peerDir('ignition-2.24')}/ignition-validate`, {
    input: documents.map((document) => `${JSON.stringify(document)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const verdicts = output
    .trimEnd()
    .split('\n')
    .map((line): { entries: { message: string }[] } => JSON.parse(line));
  return verdicts.map(({ entries }) => entries.map(({ message }) => message).join('; '));
}

test('whatever a configuration holds, there is a document or an error, and what etcd is told stands in it', () => {
  fc.assert(
    fc.property(fc.oneof(randomConfig, mistypedConfig), (input) => {
      const options: TranspileOptions = { to: 'butane', platform: 'custom' };
      const { output, report } = transpile(input, options);
      assert.equal(
        output === undefined,
        report.some(({ severity }) => severity === 'error'),
      );
      const lines = input.split('\n');
      for (const { column = 1, line = 1 } of readEtcdSettings(input, options)?.settings ?? [])
        assert(column >= 1 && column <= (lines[line - 1] ?? '').length + 1, `line ${line}, column ${column}`);
    }),
    { numRuns: 500 },
  );
});

test('of random configurations, what is written is as the newest Ignition wants it', needsNewest, () => {
  const inputs = fc.sample(randomConfig, 2000);
  const made = inputs.flatMap((input, index) => {
    const profile = index % 2 === 0 ? '3.3.0' : '3.4.0';
    const mounts = { a: '/ma', b: '/mb', '': '/mc' };
    const { output } = transpile(input, { profile, mounts, flatcar: true, platform: 'custom' });
    return output === undefined ? [] : [{ input, output }];
  });
  assert(made.length > 200, `${made.length} of ${inputs.length} can be had`);
  for (const [index, said] of askNewest(made.map(({ output }) => output)).entries()) {
    if (said === '' || said.startsWith('setuid/setgid/sticky bits are not supported')) continue;
    assert.fail(`${said}\n${made[index]?.input}\n${made[index]?.output}`);
  }
});
