import { createReadStream } from 'node:fs';
import type { MusterError } from '../errors.ts';
import { validateIgnition } from '../ignition/validate.ts';
import { LIMITS } from '../limits.ts';
import { parseArguments, usageError } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { formatReport, formatReportJson } from './validate-output.ts';

const FLAGS = {
  strict: { help: 'end with 1 for warnings and what is deprecated too' },
  json: { help: 'print a line of JSON for each file' },
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['FILE|- ... [--strict] [--json]'],
  about: [
    'Says whether Ignition takes a document, for the specs 2.0.0 to 2.4.0 and 3.0.0 to 3.5.0: its JSON, its structure, unknown keys, and what the values have to be. Each entry has its line and column, and docs/validate.md explains it. Nothing that a document refers to is fetched.',
  ],
  flags: FLAGS,
  words: { FILE: 'an Ignition document; - is the standard input' },
  examples: [
    'muster validate cluster.ign',
    'butane cluster.bu | muster validate --strict -',
    "muster validate --json *.ign | jq -r '.entries[].path'",
  ],
  exitCodes: [
    ['0', 'Ignition takes every document; with --strict, there is nothing to say about any'],
    ['1', 'Ignition does not take one'],
    ['2', 'the command line is wrong, or a file cannot be read'],
  ],
};

/** `muster validate`. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'Say whether Ignition takes a document.',
  manual: MANUAL,
  help: (context) => formatManual('validate', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('validate', args, FLAGS, Number.MAX_SAFE_INTEGER);
    const { stdout, env } = context;
    if (isHelp) {
      stdout.write(formatManual('validate', MANUAL, context));
      return EXIT_CODES.ok;
    }
    if (words.length === 0) throw usageError('validate', 'no file is named; - is the standard input');
    let isGood = true;
    for (const file of words) {
      const text = await readDocument(file, context);
      const report = validateIgnition(text);
      const isShort = values.json === true;
      stdout.write(isShort ? formatReportJson(file, report) : formatReport(file, text, report, stdout, env));
      if (!report.isValid || (values.strict === true && report.entries.length > 0)) isGood = false;
    }
    return isGood ? EXIT_CODES.ok : EXIT_CODES.operatingError;
  },
};

async function readDocument(file: string, { stdin }: CliContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of file === '-' ? stdin : (createReadStream(file) as AsyncIterable<Uint8Array>)) {
      bytes += chunk.length;
      if (bytes > LIMITS.ignitionMaxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreadable(file, error instanceof Error && 'code' in error ? String(error.code) : String(error));
  }
  if (bytes > LIMITS.ignitionMaxBytes)
    throw unreadable(file, `it has more than ${LIMITS.ignitionMaxBytes} bytes`);
  // A byte order mark is kept: it is no JSON, and the report says so.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks));
}

function unreadable(file: string, reason: string): MusterError {
  return usageError(
    'validate',
    `cannot read ${file === '-' ? 'the standard input' : file}: ${reason}`,
    'Name a file that may be read.',
  );
}
