import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootConfig, createBootConfig } from '../boot-config/boot-config.ts';
import { MusterError } from '../errors.ts';
import { BOOT_CONFIG_MANUAL, parseBootConfigArguments } from './boot-config-arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { formatManual } from './manual.ts';
import { emphasisFor, formatIndented, textWidth } from './terminal.ts';

/** `muster boot-config`. */
export const bootConfigCommand: Command = {
  name: 'boot-config',
  summary: 'Write what machines have to be told of a token.',
  manual: BOOT_CONFIG_MANUAL,
  help: (context) => formatManual('boot-config', BOOT_CONFIG_MANUAL, context),
  async run(args, context) {
    const wanted = parseBootConfigArguments(args);
    if (wanted === undefined) {
      context.stdout.write(formatManual('boot-config', BOOT_CONFIG_MANUAL, context));
      return EXIT_CODES.ok;
    }
    const { request, out, isJson } = wanted;
    const config = createBootConfig(request);
    const written = out === undefined ? [] : await writeFiles(config, out);
    if (isJson) context.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
    else if (out === undefined) context.stdout.write(formatFiles(config));
    if (!isJson) context.stderr.write(formatNotes(config, written, context));
    return EXIT_CODES.ok;
  },
};

/** @throws MusterError `bad-file` */
async function writeFiles({ files }: BootConfig, folder: string): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = join(folder, name);
    try {
      await mkdir(folder, { recursive: true });
      // Scripts say by their first line that they are to be run.
      await writeFile(path, text, { flag: 'wx', mode: text.startsWith('#!') ? 0o755 : 0o644 });
    } catch (error) {
      throw notWritten(path, error);
    }
    written.push(path);
  }
  return written;
}

function notWritten(path: string, cause: unknown): MusterError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isThere = code === 'EEXIST';
  return new MusterError(
    'bad-file',
    isThere ? `${path} exists already` : `cannot write ${path}: ${message}`,
    {
      remedy: isThere
        ? 'Remove it, or give another folder; nothing is written over.'
        : 'Give another folder.',
      cause,
    },
  );
}

/** One file as it is, to be piped on; several ones under their names. */
function formatFiles({ files }: BootConfig): string {
  if (files.length === 1) return files[0]?.text ?? '';
  return files.map(({ name, text }) => `==> ${name} <==\n${text}`).join('\n');
}

function formatNotes(
  { etcdVersion, dialect, notes }: BootConfig,
  written: readonly string[],
  { stderr, env }: CliContext,
): string {
  const strong = emphasisFor(stderr, env);
  const width = textWidth(stderr);
  return [
    ...written.map((path) => `muster: wrote ${path}\n`),
    `${strong(`For etcd ${etcdVersion}, by ${dialect} discovery:`)}\n`,
    ...notes.map((note) => `- ${formatIndented(note, 2, width).slice(2)}`),
  ].join('');
}
