import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROFILES, type Profile, transpile } from '../../src/transpile/public.ts';
import { readGoldenCases } from './golden-case.ts';

const inputs = readGoldenCases().map(({ input }) => input);
const seeds = inputs.filter((input) => input !== '');

/** What makes a difference in YAML, beside what configurations hold anyway. */
const PIECES = [
  ...': |:|- |-|? |?|[|]|{|}|,|"|\'|#|&a|*a|!|!!int |!!binary |<<: |%|@|`|\\|~|null|yes|0x|.|\t|  |    |>|---|...|\u00e9|\u{1f600}|\u0000|\ufeff|\ud800'.split(
    '|',
  ),
  '|',
  '\n',
  '\n  ',
  '\r\n',
  '\n---\n',
];

const profile = fc.constantFrom<Profile>(...PROFILES);
const platform = fc.constantFrom('', 'ec2', 'openstack-metadata', 'custom', 'nowhere');

/** A configuration that somebody got wrong in some places. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(6), fc.constantFrom('', ...PIECES)),
      {
        maxLength: 4,
      },
    ),
  )
  .map(([seed, edits]) =>
    edits.reduce((text, [where, cut, piece]) => {
      const at = Math.floor(where * text.length);
      return text.slice(0, at) + piece + text.slice(at + cut);
    }, seed),
  );

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...PIECES, 'a', 'etcd', 'storage', 'files'), { maxLength: 30 })
    .map((all) => all.join('')),
  mutated,
  fc.tuple(mutated, mutated).map((both) => both.join('\n')),
);

test('any text gives a document, or a report with an error in it, and never fails otherwise', () => {
  fc.assert(
    fc.property(anyText, profile, platform, fc.boolean(), (input, version, where, strict) => {
      const { output, report } = transpile(input, { profile: version, platform: where, strict });
      const isFatal = report.some(({ severity }) => strict || severity === 'error');
      assert.equal(output === undefined, isFatal);
      if (output !== undefined) {
        const document = JSON.parse(output) as { ignition: { version: string } };
        assert.equal(document.ignition.version, version);
      }
      const lines = input.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length;
      for (const { message, line, column } of report) {
        assert.notEqual(message, '');
        assert.equal(line === undefined, column === undefined);
        // A document with nothing in it stands on the line behind the last.
        assert((line ?? 1) >= 1 && (line ?? 1) <= lines + 1 && (column ?? 1) >= 1);
      }
    }),
    { numRuns: 1500 },
  );
});

test('any bytes are read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
      const { output, report } = transpile(input);
      assert(output !== undefined || report.length > 0);
    }),
  );
});

test('the same text gives the same result, whatever was read before', () => {
  fc.assert(
    fc.property(mutated, anyText, profile, (input, other, version) => {
      const options = { profile: version, platform: 'ec2' };
      const before = transpile(input, options);
      transpile(other, options);
      assert.deepEqual(transpile(input, options), before);
    }),
    { numRuns: 300 },
  );
});

test('with and without indentation a document says the same', () => {
  fc.assert(
    fc.property(mutated, profile, (input, version) => {
      const options = { profile: version, platform: 'digitalocean' };
      const { output } = transpile(input, options);
      const { output: pretty } = transpile(input, { ...options, pretty: true });
      assert.equal(output === undefined, pretty === undefined);
      if (output === undefined || pretty === undefined) return;
      assert.equal(pretty.replace(/\n */g, '').replace(/": (?=["{[\d-]|true|null|false)/g, '":'), output);
    }),
    { numRuns: 300 },
  );
});

test('how positions are found changes nothing but positions', () => {
  const withoutPlace = ({ severity, message }: { severity: string; message: string }): string =>
    `${severity} ${message}`;
  fc.assert(
    fc.property(mutated, profile, (input, version) => {
      const exact = transpile(input, { profile: version });
      const ct = transpile(input, { profile: version, positions: 'ct' });
      assert.equal(exact.output, ct.output);
      assert.deepEqual(exact.report.map(withoutPlace), ct.report.map(withoutPlace));
    }),
    { numRuns: 300 },
  );
});

test('any text comes through a file and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (content) => {
      const config = `storage: {files: [{path: /a, mode: 0644, contents: {inline: ${JSON.stringify(content).replaceAll('\u007f', '\\x7f')}}}]}`;
      const { output } = transpile(config);
      if (output === undefined) return;
      const document = JSON.parse(output) as { storage: { files: { contents: { source: string } }[] } };
      const source = document.storage.files[0]?.contents.source ?? '';
      assert.equal(decodeURIComponent(source.slice('data:,'.length)), content);
    }),
  );
});
