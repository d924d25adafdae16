import type { Command } from './command.ts';
import { type ExitCode, type Flag, writtenFlag } from './manual.ts';
import { wrapText } from './terminal.ts';

/** What the manual page is made of, beside the commands. */
export interface ManPage {
  readonly version: string;
  readonly commands: readonly Command[];
  /** Those of every command. */
  readonly exitCodes: readonly ExitCode[];
}

/** The manual page muster(1) in roff, by the macros of man(7). */
export function formatManPage({ version, commands, exitCodes }: ManPage): string {
  return [
    `.TH MUSTER 1 "" "muster ${toRoff(version)}" "User Commands"\n`,
    '.SH NAME\nmuster \\- cluster discovery for etcd\n',
    '.SH SYNOPSIS\n.B muster\n.I command\n.RI [ options ]\n',
    '.SH DESCRIPTION\n',
    paragraph(
      'Machines that start with identical configuration and do not know each other find each other with one URL. Muster serves such URLs to etcd of any age, and has the commands around it.',
    ),
    '.SH COMMANDS\n',
    ...commands.map(formatCommand),
    '.SH EXIT STATUS\n',
    ...exitCodes.map(([code, meaning]) => entry(bold(code), meaning)),
    '.SH ENVIRONMENT\n',
    entry(
      bold('MUSTER_*'),
      'The settings of muster serve, of which each option names its own. They count where the option is not given.',
    ),
    entry(bold('NO_COLOR'), 'Where it is set and not empty, nothing is printed bold.'),
    '.SH SEE ALSO\n.BR etcd (1),\n.BR etcdctl (1)\n',
  ].join('');
}

function formatCommand({ name, summary, manual }: Command): string {
  const { usage, about, flags, words = {}, examples, exitCodes = [] } = manual;
  return [
    `.SS ${toRoff(`muster ${name}`)}\n`,
    paragraph(summary),
    ...usage.map((form) => `.PP\n${bold(`muster ${name}`)}${toRoff(form === '' ? '' : ` ${form}`)}\n`),
    ...about.map((text) => `.PP\n${paragraph(text)}`),
    ...Object.entries(flags).map(([flag, it]) => entry(flagOf(flag, it), it.help)),
    ...Object.entries(words).map(([word, text]) => entry(italic(word), text)),
    ...examples.map((example) => `.PP\n.RS 4\n.nf\n${example.split('\n').map(line).join('')}.fi\n.RE\n`),
    exitCodes.length === 0 ? '' : '.PP\nIt ends with\n',
    ...exitCodes.map(([code, meaning]) => entry(bold(code), meaning)),
  ].join('');
}

function flagOf(name: string, flag: Flag): string {
  const [written = '', ...value] = writtenFlag(name, flag).split(' ');
  return value.length === 0 ? bold(written) : `${bold(written)} ${italic(value.join(' '))}`;
}

/** What is explained, and its explanation. @param head roff already */
function entry(head: string, text: string): string {
  return `.TP\n${head}\n${paragraph(text)}`;
}

/** Lines of roff are short, so that a difference between two versions can be read. */
function paragraph(text: string): string {
  return wrapText(text, LINE_WIDTH).map(line).join('');
}

const LINE_WIDTH = 60;

/** A line that is text whatever it begins with. */
function line(text: string): string {
  return `${toRoff(text).replace(/^[.']/, '\\&$&')}\n`;
}

function bold(text: string): string {
  return `\\fB${toRoff(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${toRoff(text)}\\fR`;
}

/** Characters that roff takes for something else, or that people could not paste from a page (man-pages(7), groff_char(7)). */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

function toRoff(text: string): string {
  return text.replaceAll(/[\\\-'`^~]/g, (character) => ESCAPES[character] ?? character);
}
