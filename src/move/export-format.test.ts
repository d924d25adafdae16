import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import type { Entry, TokenEntries } from '../store/store.ts';
import { formatEnd, formatHeader, formatToken, parseExport } from './export-format.ts';
import { readLines } from './read-lines.ts';

const HEADER = formatHeader({
  exportedAt: '2026-01-01T00:00:00.000Z',
  store: 'memory',
  clusterId: '0'.repeat(16),
  revision: 9,
});

function entry(key: string, value: Uint8Array | string, changes: Partial<Entry> = {}): Entry {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return { key, value: bytes, createRevision: 2, modRevision: 3, version: 2, ...changes };
}

async function* chunksOf(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function parse(text: string): Promise<TokenEntries[]> {
  const found: TokenEntries[] = [];
  for await (const { token, entries } of parseExport(readLines(chunksOf(text))))
    found.push({ token, entries });
  return found;
}

async function problemOf(text: string): Promise<string> {
  try {
    await parse(text);
  } catch (error) {
    assert(isMusterError(error, 'bad-file'), String(error));
    assert.match(error.remedy ?? '', /^[A-Z].*\.$/);
    return error.message;
  }
  return 'none';
}

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

test('what is written is read back: text, bytes that are no text, ends, and nothing at all', async () => {
  const tokens: TokenEntries[] = [
    {
      token: A,
      entries: [
        entry('', ''),
        entry('_config/size', '3', { expiresAt: 9e12 }),
        entry('members/1', 'n1=http://10.0.0.1:2380\n"é\u{10000}\ufeff'),
        entry('members/bom', '\ufeffn1'),
        entry('members/x', new Uint8Array([0xff, 0, 0xfe])),
      ],
    },
    { token: B, entries: [entry('a', new Uint8Array([0xed, 0xa0, 0x80]))] },
  ];
  const end = formatEnd({ tokens: 2, keys: 6 });
  const text = `${HEADER}${tokens.map(formatToken).join('')}${end}`;
  assert.equal(text.split('\n').length, 5);
  assert.deepEqual(await parse(text), tokens);
  // A last line without its end is whole.
  assert.deepEqual(await parse(text.trimEnd()), tokens);
  assert.deepEqual(await parse(`${HEADER}${formatEnd({ tokens: 0, keys: 0 })}`), []);
});

test('a value stands there as text where it is UTF-8, and in base64 otherwise', () => {
  assert.match(formatToken({ token: A, entries: [entry('k', 'n1=é')] }), /"value":"n1=é"/);
  assert.match(formatToken({ token: A, entries: [entry('k', new Uint8Array([255]))] }), /"base64":"\/w=="/);
});

test('wherever a file is cut off, that is told', async () => {
  const lines = [HEADER, ...[A, B].map((token) => formatToken({ token, entries: [entry('k', 'v')] }))];
  const whole = `${lines.join('')}${formatEnd({ tokens: 2, keys: 2 })}`;
  assert.equal(await problemOf(whole), 'none');
  for (let end = 0; end < whole.length - 1; end++) {
    assert.match(
      await problemOf(whole.slice(0, end)),
      /^(there is nothing in the file|line \d: this is not JSON, or not the whole of it|the file was cut off behind line \d: .*)$/,
      `${end}`,
    );
  }
});

test('each line that is wrong is named with what is wrong', async () => {
  const token = (keys: unknown, name: unknown = A): string => `${JSON.stringify({ token: name, keys })}\n`;
  const key = { key: 'k', value: 'v', createRevision: 2, modRevision: 2, version: 1 };
  const end = (tokens: unknown, keys: unknown): string => `${JSON.stringify({ end: { tokens, keys } })}\n`;
  const good = token([key]);
  const cases: readonly (readonly [text: string, problem: RegExp])[] = [
    ['{"format":"other"}\n', /^line 1: this is not the first line of an export/],
    [good, /^line 1: this is not the first line of an export/],
    ['{"format":"muster-export","version":2}\n', /^the file has version 2 of the format, not 1$/],
    [`${HEADER}[]\n`, /^line 2: this is not a JSON object$/],
    [`${HEADER}\n`, /^line 2: this is not JSON/],
    [`${HEADER}${token([key], 'a/b')}`, /^line 2: "token" is not a text without slashes$/],
    [`${HEADER}${token([key], '')}`, /^line 2: "token"/],
    [`${HEADER}${token([])}`, /^line 2: "keys" is not a list of keys$/],
    [`${HEADER}${token([key, { ...key, key: 5 }])}`, /^line 2: key 2 of the token has no "key"/],
    [`${HEADER}${token([key, key])}`, /^line 2: a key of the token stands twice$/],
    [
      `${HEADER}${token([{ ...key, createRevision: '2' }])}`,
      /has no "createRevision" that is a whole number$/,
    ],
    [`${HEADER}${token([{ ...key, version: 1.5 }])}`, /has no "version" that is a whole number$/],
    [`${HEADER}${token([{ ...key, expiresAt: -1 }])}`, /has an "expiresAt" that is no time$/],
    [`${HEADER}${token([{ ...key, base64: '' }])}`, /has neither a "value" that is Unicode nor a "base64"$/],
    [`${HEADER}${token([{ ...key, value: undefined, base64: '!' }])}`, /has neither/],
    [`${HEADER}${token([{ ...key, value: '\ud800' }])}`, /has neither/],
    [`${HEADER}${token([{ ...key, key: 'k'.repeat(1900) }])}`, /^line 2: a key is longer than 1900 bytes$/],
    [`${HEADER}${good}${good}`, /^line 3: the tokens are not in order, or one of them stands twice$/],
    [`${HEADER}${token([key], B)}${good}`, /^line 3: the tokens are not in order/],
    [`${HEADER}${good}${end(2, 2)}`, /^line 3: the file held 2 tokens with 2 keys, and 1 with 1 are there$/],
    [`${HEADER}${good}${end(1, 2)}`, /^line 3: the file held 1 tokens with 2 keys/],
    [`${HEADER}${good}${end('1', 1)}`, /^line 3: the counts are not whole numbers$/],
    [`${HEADER}${good}${end(1, 1)}${good}`, /^line 4: there is something behind the last line of an export$/],
  ];
  for (const [text, problem] of cases) assert.match(await problemOf(text), problem, text.slice(-200));
});

test('lines are read as they come, and one without end, or that is no text, is refused', async () => {
  const read = async (text: Uint8Array, size: number, max = 10): Promise<string[]> => {
    const lines: string[] = [];
    const chunks = (async function* () {
      for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
    })();
    for await (const line of readLines(chunks, max)) lines.push(`${line.number} ${line.text}`);
    return lines;
  };
  const text = Buffer.from('é\n\n0123456789\nend');
  for (let size = 1; size <= text.length; size++) {
    assert.deepEqual(await read(text, size), ['1 é', '2 ', '3 0123456789', '4 end']);
    await assert.rejects(read(text, size, 9), { code: 'bad-file', message: 'line 3 is longer than 9 bytes' });
  }
  await assert.rejects(read(Buffer.from([97, 10, 0x1f, 0x8b, 10]), 2), {
    code: 'bad-file',
    message: 'line 2 is not UTF-8',
  });
});
