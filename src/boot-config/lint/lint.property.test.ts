import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lintConfiguration } from './lint.ts';

/** What configurations are made of, and what breaks those who read them. */
const PIECES = [
  ...[
    'etcd',
    ' ',
    ' \\\n',
    '\n',
    '"',
    "'",
    '--',
    '-',
    '=',
    ':',
    ': ',
    '[',
    ']',
    ',',
    '{',
    '}',
    '#',
    '\\',
    '\u001b',
  ],
  ...['--name', '--discovery', '--discovery-token', '--discovery-endpoints', 'ETCD_DISCOVERY', 'ETCD_NAME'],
  ...[
    'discovery-config',
    'token',
    'client',
    'endpoints',
    'n1',
    'default',
    'http://',
    'https://',
    '127.0.0.1:2380',
  ],
  ...[
    '6a28e078895c5ec737174db2419bb2f3',
    '/',
    '$',
    '<token>',
    'docker run',
    'ExecStart=',
    'Environment=',
    '&a',
    '*a',
  ],
];

const texts = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string()), { maxLength: 60 })
  .map((pieces) => pieces.join(''));

test('whatever a text holds, the lint answers, with lines of the text, no whole token, and each time the same', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(undefined, '2.3', '3.5', '3.6', '3.7'), (text, etcdVersion) => {
      const report = lintConfiguration(text, { etcdVersion });
      const lineCount = text.split('\n').length;
      for (const { line, sentence, remedy } of report.entries) {
        assert(line === null || (line >= 1 && line <= lineCount), `${line} of ${lineCount}`);
        assert.doesNotMatch(`${sentence}${remedy}`, /[0-9a-f]{32}/);
      }
      assert.deepEqual(lintConfiguration(text, { etcdVersion }), report);
    }),
    { numRuns: 500 },
  );
});
