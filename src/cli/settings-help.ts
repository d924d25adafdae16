import { FILE_OPTION, OPTION_GROUPS, OPTIONS } from '../server/setting-options.ts';
import type { Flag, Flags } from './manual.ts';
import { type Emphasis, formatIndented } from './terminal.ts';

const OPTION_INDENT = 2;
const TEXT_INDENT = 6;

/** What the help says about one option, whatever its value is. */
interface Described {
  readonly flag: string;
  readonly variable: string;
  readonly placeholder: string;
  readonly help: string;
  readonly example: string;
  readonly defaultText: string;
}

function formatOption(option: Described, width: number, strong: Emphasis): string {
  // Non-breaking spaces keep each word beside what it introduces while the line is wrapped.
  const names = `Variable:\u00a0${option.variable}. Example:\u00a0${option.example}`;
  const facts = `Default: ${option.defaultText}. ${names}`;
  return [
    `${' '.repeat(OPTION_INDENT)}${strong(`--${option.flag}`)} ${option.placeholder}\n`,
    formatIndented(option.help, TEXT_INDENT, width),
    formatIndented(facts, TEXT_INDENT, width).replaceAll('\u00a0', ' '),
  ].join('');
}

/** Every option of the server under its heading, for a terminal of `width` characters. */
export function formatSettingsHelp(width: number, strong: Emphasis): string {
  const options = Object.values(OPTIONS);
  const groups = OPTION_GROUPS.map((group) => {
    const texts = options.filter((option) => option.group === group);
    return `${strong(`${group}:`)}\n${texts.map((option) => formatOption(option, width, strong)).join('')}`;
  });
  return [`${strong('Settings file:')}\n${formatOption(FILE_OPTION, width, strong)}`, ...groups].join('\n');
}

/** The same options as those of any command. */
export function settingFlags(): Flags {
  const flags = [FILE_OPTION, ...Object.values(OPTIONS)].map((option: Described): [string, Flag] => {
    const { flag, placeholder, help, defaultText, variable } = option;
    const isChoice = /^[a-z]+(?:\|[a-z]+)+$/.test(placeholder);
    const choices = isChoice ? { choices: placeholder.split('|') } : {};
    return [
      flag,
      { value: placeholder, ...choices, help: `${help} Default: ${defaultText}. Variable: ${variable}.` },
    ];
  });
  return Object.fromEntries(flags);
}

/** Text as the cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The same options as a Markdown table, for docs/settings.md, its columns aligned as the formatter wants them. */
export function formatSettingsTable(): string {
  const rows = [FILE_OPTION, ...Object.values(OPTIONS)].map((option: Described) => [
    `\`--${option.flag} ${cell(option.placeholder)}\``,
    `\`${option.variable}\``,
    cell(option.defaultText),
    cell(option.help),
    `\`${cell(option.example)}\``,
  ]);
  const head = ['Flag', 'Variable', 'Default', 'What it does', 'Example'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows]
    .map((row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}
