import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateIgnition } from '../../src/ignition/validate.ts';
import { missingPeers } from '../support/peers.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { compareWithEnds, compareWithPaths } from './compare.ts';
import { judgeAll } from './judges.ts';

/** How many random texts a grammar is tried with; MUSTER_IGNITION_ROUNDS asks for more. */
const { MUSTER_IGNITION_ROUNDS = '1500' } = process.env;
const ROUNDS = Number(MUSTER_IGNITION_ROUNDS);

/** Random texts out of a few parts, so that what is nearly right comes often. */
function textOf(parts: readonly string[], random: Random): string {
  return Array.from({ length: random.integer(0, 9) }, () => random.pick(parts)).join('');
}

const URL_PARTS = [
  ...[
    'http:',
    'https:',
    's3:',
    'data:',
    'arn:',
    'HTTP:',
    'x',
    '1',
    '//',
    '/',
    ':',
    '@',
    '?',
    '#',
    '[',
    ']',
    '::1',
    '%25',
  ],
  ...[
    '%41',
    '%zz',
    '%e4',
    'ä',
    'a',
    '.',
    '-',
    '+',
    '&',
    ';',
    '=',
    'versionId',
    '8080',
    '127.0.0.1',
    'fe80::1',
    ' ',
    '|',
  ],
  ...[
    '"',
    '<',
    '*',
    '~',
    '!',
    '$',
    "'",
    '(',
    ',',
    '\u007f',
    '\t',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:7:8',
    '^',
    '\\',
    '`',
    '{',
  ],
];
const DATA_PARTS = [
  ...[
    'text',
    'image',
    'multipart',
    'x-',
    '/',
    'plain',
    ';',
    ',',
    '=',
    'base64',
    ';base64,',
    'charset',
    '"',
    '\\',
    '\\x41',
  ],
  ...[
    '\\u00e4',
    'AA',
    'AA==',
    'AAA=',
    '=',
    '%20',
    '%2',
    '%',
    'a',
    '0',
    ' ',
    '#',
    '\n',
    'ä',
    '-',
    '_',
    '+',
    '{',
    '|',
    "'",
  ],
  ...['(', '@', '?', '[', '\u007f', '\t', '\\n', '\\"', '\\101', '\\q', '~', '*', '!', '$'],
];
const ARN_PARTS = [
  'arn:',
  'aws',
  's3',
  'ec2',
  ':',
  '/',
  'accesspoint/',
  'bucket',
  'key',
  '?versionId=',
  '1',
  '',
  '#',
  '%41',
];
const UNIT_PARTS = [
  ...[
    '[Unit]',
    '[Install]',
    '[',
    ']',
    '=',
    'A',
    ' ',
    '\n',
    '\r\n',
    '\\\n',
    '\\',
    '#',
    ';',
    '\t',
    'ä',
    '\u{1f600}',
    '\u00a0',
  ],
  ...[
    'A=b\n',
    'A=b \\\n',
    '\n\n',
    '# c \\\n',
    '\u000b',
    '\u0085',
    'a'.repeat(700),
    `${'b'.repeat(2047)}\n`,
    'c'.repeat(2100),
  ],
  ...[`${'D=ddddddddddddddd\n'.repeat(120)}`, '\r', '\u2028', '\ufeff', '\u0000'],
];
const PATH_PARTS = ['/', '/', 'a', '.', '..', '//', 'ä', ' ', 'etc', '\u0000', '\\'];
const NAME_PARTS = [
  'a',
  '.',
  '@',
  '/',
  'service',
  '.service',
  '.socket',
  '.conf',
  '.SERVICE',
  'ä',
  '.scope',
  ' ',
];

const file = (source: string): object => ({ path: '/a', mode: 0, filesystem: 'root', contents: { source } });
const withFile = (source: string): object => ({ storage: { files: [file(source)] } });

/** Where each grammar stands in a document. */
const GRAMMARS: Readonly<Record<string, (random: Random) => object>> = {
  URLs: (random) => withFile(textOf(URL_PARTS, random)),
  'URLs with a host': (random) => withFile(`http://${textOf(URL_PARTS, random)}`),
  'data URLs': (random) => withFile(`data:${textOf(DATA_PARTS, random)}`),
  'base64 in data URLs': (random) =>
    withFile(`data:;base64,${textOf(['A', 'AA', '=', '==', '\n', '+', '/'], random)}`),
  'parameters of data URLs': (random) => withFile(`data:text/plain;a="${textOf(DATA_PARTS, random)}",x`),
  ARNs: (random) => withFile(`arn:${textOf(ARN_PARTS, random)}`),
  units: (random) => ({
    systemd: {
      units: [{ name: 'a.service', enable: true, enabled: true, contents: textOf(UNIT_PARTS, random) }],
    },
  }),
  paths: (random) => ({
    storage: { files: [{ path: textOf(PATH_PARTS, random), mode: 0, filesystem: 'root' }] },
  }),
  'names of units': (random) => ({
    systemd: {
      units: [{ name: textOf(NAME_PARTS, random), dropins: [{ name: textOf(NAME_PARTS, random) }] }],
    },
  }),
};

function documentsOf(version: string, make: (random: Random) => object, random: Random): string[] {
  return Array.from({ length: ROUNDS }, () => JSON.stringify({ ignition: { version }, ...make(random) }));
}

for (const [name, make] of Object.entries(GRAMMARS)) {
  test(`Ignition 2.24 takes the same ${name}`, { skip: missingPeers('ignition-2.24') }, async (t) => {
    await withSeed(t, async (random) => {
      const documents = documentsOf('3.5.0', make, random);
      for (const [index, verdict] of judgeAll('ignition-2.24', documents).entries()) {
        const text = documents[index] ?? '';
        assert.deepEqual(compareWithPaths(text, validateIgnition(text), verdict), [], text);
      }
    });
  });

  test(`Ignition 0.35 takes the same ${name}`, { skip: missingPeers('ignition-0.35') }, async (t) => {
    await withSeed(t, async (random) => {
      const documents = documentsOf('2.3.0', make, random);
      for (const [index, verdict] of judgeAll('ignition-0.35', documents).entries()) {
        const text = documents[index] ?? '';
        assert.deepEqual(compareWithEnds(text, validateIgnition(text), verdict), [], text);
      }
    });
  });
}
