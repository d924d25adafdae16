import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentOf, type WrittenMember } from '../../test/support/registry-content.ts';
import { FINDING_IDS, listFindings } from './findings.ts';
import type { Note } from './note.ts';

const SEVERITIES = ['problem', 'warning', 'note'];

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    '',
    'unknown',
    '127.0.0.1',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '192.168.0.1',
    'fe80::1%25eth0',
    'localhost',
  ),
);
const url = fc
  .tuple(
    fc.constantFrom('http', 'https', 'unix', 'ftp', ''),
    fc.oneof(address, fc.string()),
    fc.oneof(fc.constantFrom(':2380', ':2379', ''), fc.string()),
  )
  .map(([scheme, host, rest]) => `${scheme}://${host.includes(':') ? `[${host}]` : host}${rest}`);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.constantFrom('n1', 'n2', 'default', ''), url).map(([name, peerUrl]) => `${name}=${peerUrl}`),
  url,
);
/** Any JSON may stand in a note of a store that others write to, beside what makes it a note. */
const note = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      at: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
      from: fc.oneof(address, fc.string()),
      salt: fc.oneof(fc.constantFrom('a', 'http://a/b'), fc.anything()) as fc.Arbitrary<string>,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<Note>>,
);
const members: fc.Arbitrary<WrittenMember[]> = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1 }), text: value, note }),
  { maxLength: 12, selector: ({ id }) => id },
);
const time = fc.oneof(fc.integer({ min: 0, max: 10_000_000 }), fc.double({ noNaN: true }));
const record = fc.record(
  {
    size: fc.oneof(fc.integer({ min: -2, max: 8 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    createdAt: time,
    expiresAt: time,
    revokedAt: fc.integer(),
  },
  { requiredKeys: ['size', 'createdAt', 'expiresAt'] },
);
const attempts = fc.array(
  fc.record(
    {
      memberId: fc.string(),
      from: address,
      refusal: fc.record({
        code: fc.constantFrom('duplicate-member', 'guard-refused'),
        message: fc.string(),
      }),
    },
    { requiredKeys: ['memberId', 'from'] },
  ),
  { maxLength: 3 },
);

test('whatever members hold, findings are sentences in their order, each once, and the same each time', () => {
  fc.assert(
    fc.property(record, members, time, attempts, (tokenRecord, written, now, known) => {
      // Infinity is no JSON, so no record holds it.
      fc.pre(Number.isFinite(tokenRecord.createdAt) && Number.isFinite(tokenRecord.expiresAt));
      const content = contentOf(tokenRecord, written);
      const findings = listFindings(content, now, known);
      assert.deepEqual(listFindings(content, now, known), findings);
      const ranks = findings.map(
        ({ id, severity }) => SEVERITIES.indexOf(severity) * 100 + FINDING_IDS.indexOf(id),
      );
      assert.deepEqual(
        ranks,
        [...new Set(ranks)].sort((a, b) => a - b),
      );
      for (const { sentence, evidence, remedy } of findings) {
        assert.match(sentence, /^\S.*\.$/);
        assert.match(remedy, /^[A-Z].*\.$/);
        assert(evidence.length > 0);
      }
    }),
    { numRuns: 500 },
  );
});
