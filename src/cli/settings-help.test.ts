import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { OPTIONS } from '../server/setting-options.ts';
import { formatSettingsHelp, formatSettingsTable } from './settings-help.ts';

/** docs/settings.md, seen from dist/src/cli. */
const PAGE = new URL('../../../docs/settings.md', import.meta.url);
const TABLE = /(<!-- settings: begin -->\n)(.*)(<!-- settings: end -->)/s;

test('docs/settings.md holds the table of the options as they are', () => {
  const page = readFileSync(PAGE, 'utf8');
  const written = page.replace(
    TABLE,
    (_, begin: string, __, end: string) => `${begin}\n${formatSettingsTable()}\n${end}`,
  );
  const { UPDATE_DOCS } = process.env;
  if (UPDATE_DOCS === '1') writeFileSync(PAGE, written);
  else assert.equal(page, written, 'run the command that the page names above its table');
});

test('the help and the table name every option with variable, default and example', () => {
  const help = formatSettingsHelp(80, (text) => text).replace(/\s+/g, ' ');
  const table = formatSettingsTable();
  for (const { flag, variable, defaultText, example } of Object.values(OPTIONS)) {
    assert.ok(help.includes(` --${flag} `), flag);
    assert.ok(help.includes(`Default: ${defaultText}. Variable: ${variable}. Example: ${example}`), flag);
    assert.equal(table.split(`| \`--${flag} `).length, 2, flag);
  }
});

test('the help fits the width of the terminal, except for words that are longer', () => {
  for (const width of [60, 80, 100]) {
    for (const line of formatSettingsHelp(width, (text) => text).split('\n')) {
      assert.ok(line.length <= width || !line.trim().includes(' '), `${width}: ${line}`);
    }
  }
});
