import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { type Command, EXIT_CODES } from './command.ts';
import { runCli } from './main.ts';
import { formatManPage } from './man-page.ts';

const ODD: Command = {
  name: 'odd',
  summary: 'Do it.',
  manual: {
    usage: ['URL'],
    about: [".SH is no heading here, nor is a \\backslash, and 'quotes' stay as they are."],
    flags: { 'peer-urls': { value: 'URLS', help: "'first' of them" } },
    examples: ["muster odd 'a' ~/b \\\n  --peer-urls `c`"],
    exitCodes: [['3, 4', 'oddly']],
  },
  help: () => '',
  run: () => Promise.resolve(0),
};

const page = (commands: readonly Command[]): string =>
  formatManPage({ version: '1.2.3', commands, exitCodes: [['0', 'it worked']] });

/** Why a test that runs this program cannot, or false. */
function missing(program: string): string | false {
  return spawnSync(program, ['-h']).error === undefined
    ? false
    : `NOT EXERCISED HERE: there is no ${program}`;
}

test('formatManPage() makes of every text what it says, and of nothing a request of roff', () => {
  const text = page([ODD]);
  assert.match(text, /^\.TH MUSTER 1 "" "muster 1\.2\.3"/);
  assert.match(text, /\n\\&\.SH is no heading here, nor is a \\ebackslash/);
  assert.match(text, /\n\.TP\n\\fB\\-\\-peer\\-urls\\fR \\fIURLS\\fR\n\\\(aqfirst\\\(aq of them\n/);
  assert.match(text, /\nmuster odd \\\(aqa\\\(aq \\\(tib?\/b \\e\n {2}\\-\\-peer\\-urls \\\(gac\\\(ga\n/);
});

test('groff reads the page of all commands without a warning, and shows them', {
  skip: missing('groff'),
}, async () => {
  let text = '';
  const stdout = {
    write(part: string): void {
      text += part;
    },
  };
  const context = { argv: ['man'], env: {}, stdout, stderr: stdout, version: '1.2.3' };
  assert.equal(await runCli(context as unknown as Parameters<typeof runCli>[0]), EXIT_CODES.ok);
  const { stderr, stdout: shown } = spawnSync('groff', ['-man', '-Tascii', '-ww', '-P-c'], {
    input: text,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  // Bold is written as a letter over itself, with a backspace between.
  const plain = shown.split('\b').reduce((text, part) => `${text.slice(0, -1)}${part}`);
  for (const words of ['muster serve', 'muster join', '--peer-urls URLS', 'EXIT STATUS', 'MUSTER_*']) {
    assert.ok(plain.includes(words), words);
  }
});

test('mandoc finds nothing wrong in the page', {
  skip: missing('mandoc'),
}, () => {
  const printed = execFileSync('mandoc', ['-Tlint', '-Werror'], { input: page([ODD]), encoding: 'utf8' });
  assert.equal(printed, '');
});
