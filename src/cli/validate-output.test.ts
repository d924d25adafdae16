import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateIgnition } from '../ignition/validate.ts';
import { formatReport } from './validate-output.ts';

const terminal = (columns: number): { write(): void; isTTY: boolean; columns: number } => ({
  write() {},
  isTTY: true,
  columns,
});

function show(text: string, columns = 60, env: Readonly<Record<string, string>> = { NO_COLOR: '1' }): string {
  return formatReport('a.ign', text, validateIgnition(text), terminal(columns), env);
}

test('formatReport() shows the line of the document on a terminal, and a mark below the place', () => {
  const text = '{"ignition": {"version": "3.3.0"},\n "storage": {"files": [{"path": "a"}]}}\n';
  assert.equal(
    show(text, 100),
    `a.ign:2:33: error: the path "a" is not absolute; it has to begin with "/" (at $.storage.files.0.path)
     "storage": {"files": [{"path": "a"}]}}
                                    ^
a.ign: not valid, 1 entry, spec 3.3.0, which Ignition has since 2.11
`,
  );
});

test('formatReport() marks words on a terminal, and none where NO_COLOR is set', () => {
  const text = '{"ignition": {"version": "3.3.0"}, "x": 1}';
  assert(show(text, 60, {}).includes(': \u001b[1mwarning\u001b[22m: '));
  assert(!show(text).includes('\u001b'));
});

test('formatReport() cuts a long line around the place, however long it is', () => {
  const files = Array.from({ length: 50_000 }, (_, index) => `{"path": "/${index}"}`).join(',');
  const text = `{"ignition": {"version": "3.3.0"}, "storage": {"files": [${files}, {"path": "a"}, ${files}]}, "x": 1}`;
  for (const line of show(text.replace(`, ${files}]`, ']'))
    .split('\n')
    .filter((one) => one.startsWith('    '))) {
    assert(line.length <= 60);
  }
  const [, excerpt = '', mark = ''] = show(text.replace(`, ${files}]`, ']')).split('\n');
  assert.equal(excerpt.charAt(mark.indexOf('^')), '"');
  assert.match(excerpt.slice(mark.indexOf('^')), /^"a"\}/);
});

test('formatReport() counts characters, as the columns do', () => {
  const text = '{"ignition": {"version": "3.3.0"}, "\u{1f600}ü": 1, "storage": {"files": [{"path": "a"}]}}';
  const lines = show(text)
    .split('\n')
    .filter((one) => one.startsWith('    '));
  const [, , excerpt = '', mark = ''] = lines;
  assert.equal([...excerpt][[...mark].indexOf('^')], '"');
});

test('formatReport() lets no document move the cursor', () => {
  const text =
    '{"ignition": {"version": "3.3.0"}, "\\u001b[2J\u009b2J\u202e": 1, "storage": {"files": [{"path": "\u202ea"}]}}';
  assert.doesNotMatch(show(text).replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u);
});

test('formatReport() says how much it does not show', () => {
  const keys = Array.from({ length: 1002 }, (_, index) => `"x${index}": 1`).join(', ');
  const text = `{"ignition": {"version": "3.3.0"}, ${keys}}`;
  assert.match(show(text), /^a\.ign: 2 further entries are not shown$/m);
  assert.match(show(text), /^a\.ign: valid, 1002 entries, spec 3\.3\.0/m);
});
