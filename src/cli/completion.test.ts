import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../test/support/temp-dir.ts';
import type { CliContext, Command } from './command.ts';
import { createCompletionCommand } from './completion.ts';
import type { Manual } from './manual.ts';

const MANUAL: Manual = {
  usage: ['FILE'],
  about: [],
  flags: {
    dialect: { choices: ['v2', 'v3'], help: "how it's told. Default: [v2]" },
    key: { value: 'FILE', help: 'a key: of TLS' },
    name: { value: 'NAME', help: 'a name' },
    json: { help: 'for programs' },
    exec: { value: 'COMMAND ...', takesRest: true, help: 'start this' },
  },
  words: { FILE: 'what is read' },
  examples: [],
};

const command = (name: string, manual: Manual): Command => ({
  ...{ name, manual, summary: `Do ${name}; that's all.` },
  help: () => '',
  run: () => Promise.resolve(0),
});

const COMMANDS: readonly Command[] = [
  command('try', MANUAL),
  command('shell', { ...MANUAL, flags: {}, words: { 'bash|zsh': 'one of them' } }),
  command('store', { ...MANUAL, flags: {}, words: { BACKUP: 'a folder' } }),
];

/** The script for a shell, in a folder that has files to complete. */
async function scriptFor(shell: string, context: TestContext): Promise<{ folder: string; script: string }> {
  let script = '';
  const stdout = {
    write(text: string): void {
      script += text;
    },
  };
  await createCompletionCommand(() => Promise.resolve(COMMANDS)).run([shell], {
    stdout,
  } as unknown as CliContext);
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'a folder'));
  writeFileSync(join(folder, 'a file'), '');
  writeFileSync(join(folder, 'script'), script);
  return { folder, script };
}

function missing(program: string): string | false {
  const { PATH = '' } = process.env;
  const isThere = PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return isThere ? false : `NOT EXERCISED HERE: there is no ${program}`;
}

/** Every place that shells complete, and what they offer there. */
const PLACES: ReadonlyArray<readonly [words: string, offered: readonly string[]]> = [
  ['', ['help', 'shell', 'store', 'try']],
  ['s', ['shell', 'store']],
  ['try --', ['--dialect', '--exec', '--help', '--json', '--key', '--name']],
  ['try --d', ['--dialect']],
  ['try --dialect ', ['v2', 'v3']],
  ['try --json --dialect v3', ['v3']],
  ['try --name ', []],
  ['try --key ', ['a file', 'a folder', 'script']],
  ['try a', ['a file', 'a folder']],
  ['shell ', ['bash', 'zsh']],
  ['store ', ['a folder']],
  ['help sh', ['shell']],
];

test('bash completes commands, options, their values and files', { skip: missing('bash') }, async (t) => {
  const { folder } = await scriptFor('bash', t);
  const complete = (words: readonly string[]): string[] => {
    const driver = [
      'source ./script && complete -p muster > /dev/null || exit 1',
      'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
      '_muster',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an array of bash
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('\n');
    const printed = execFileSync('bash', ['--norc', '-c', driver, 'bash', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    return printed
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  };
  for (const [words, offered] of PLACES) {
    assert.deepEqual(complete(['muster', ...words.split(' ')]), offered, words);
  }
  assert.deepEqual(complete(['muster', 'try', '--dialect', '=']), ['v2', 'v3']);
  assert.deepEqual(complete(['muster', 'try', '--dialect', '=', 'v3']), ['v3']);
  assert.ok(complete(['muster', 'try', '--exec', 'ba']).includes('bash'));
  assert.deepEqual(complete(['muster', 'try', '--exec', 'bash', '--dialect', 's']), ['script']);
});

test('fish completes commands, options, their values and files', { skip: missing('fish') }, async (t) => {
  const { folder } = await scriptFor('fish', t);
  for (const [words, offered] of PLACES) {
    const printed = execFileSync(
      'fish',
      ['--no-config', '-c', 'source ./script; complete -C $argv[1]', `muster ${words}`],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, HOME: folder },
      },
    );
    const got = printed
      .split('\n')
      .map((line) => line.split('\t')[0]?.replaceAll('\\', '').replace(/\/$/, '') ?? '')
      .filter((word) => word !== '' && !/^-[a-z]$/.test(word));
    assert.deepEqual(got.sort(), offered, words);
  }
});

test('the script for zsh is one', { skip: missing('zsh') }, async (t) => {
  const { folder } = await scriptFor('zsh', t);
  execFileSync('zsh', ['-f', '-n', join(folder, 'script')]);
});

test('the script for zsh has every command, option and value, in the words of _arguments', async (t) => {
  const { script } = await scriptFor('zsh', t);
  assert.match(script, /^#compdef muster\n/);
  for (const line of [
    "'try:Do try; that'\\''s all.'",
    "'--dialect=[how it'\\''s told]:value:(v2 v3)' \\",
    "'--key=[a key]:value:_files' \\",
    "'--json[for programs]' \\",
    "'--exec[start this]:*::command:_normal' \\",
    "'*:word:_files'",
    "'*:word:(bash zsh)'",
  ]) {
    assert.ok(script.includes(`  ${line}\n`), line);
  }
});

test('a shell that is not known is a usage error', async () => {
  const run = (args: readonly string[]): Promise<unknown> =>
    createCompletionCommand(() => Promise.resolve(COMMANDS)).run(args, {} as CliContext);
  await assert.rejects(run(['tcsh']), {
    code: 'bad-setting',
    message: /"tcsh" is no shell/,
    remedy: /bash, zsh, fish/,
  });
  await assert.rejects(run([]), { code: 'bad-setting', message: /no shell is named/ });
});
