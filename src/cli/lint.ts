import { open } from 'node:fs/promises';
import { readReport } from '../api-client/api-client.ts';
import { type LintOptions, type LintReport, lintConfiguration } from '../boot-config/lint/lint.ts';
import { MusterError } from '../errors.ts';
import { isDiscoveryError } from '../join/discovery-error.ts';
import type { CallOptions } from '../join/options.ts';
import { LIMITS } from '../limits.ts';
import { parseClusterSize } from '../registry/cluster-size.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { parseArguments, usageError, type Values } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { formatLint } from './lint-output.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { callOptionsOf, SERVICE_FLAGS } from './service-arguments.ts';
import { askService, SERVICE_EXIT_CODES } from './service-command.ts';
import { emphasisFor, textWidth } from './terminal.ts';

const FLAGS = {
  etcd: {
    value: 'VERSION',
    help: 'the version of etcd, such as 3.7. Default: that of the image in the text, where it has one',
  },
  size: { value: 'N', help: 'the cluster size that is meant; with 1, loopback addresses are in order' },
  'token-check': { help: 'ask the service whether the token in the text is still good' },
  url: {
    value: 'URL',
    help: 'the discovery URL as it was made, where the text has none, or another scheme',
  },
  strict: { help: 'end with 3 for warnings too' },
  json: { help: 'print what was found as JSON' },
  ...SERVICE_FLAGS,
} as const satisfies Flags;

type Given = Values<typeof FLAGS>;

const FOUND_EXIT_CODE = 3;

const MANUAL: Manual = {
  usage: ['[FILE|-] [--etcd VERSION] [--token-check] [options]'],
  about: [
    'Reads what etcd is told, and says what keeps its machines from finding each other: a command line, a file of variables, its YAML, a unit, or a file of containers, cloud-init, Butane or Terraform that holds such. docs/boot-config.md explains each finding.',
  ],
  flags: FLAGS,
  words: { FILE: 'what to read; - or nothing is the standard input' },
  examples: [
    'muster lint /etc/etcd/etcd.yaml --etcd 3.7',
    'systemctl cat etcd | muster lint --etcd 3.5 --size 3 --token-check',
    'muster lint compose.yaml --json',
  ],
  exitCodes: [
    ['0', 'there is no problem; with --strict, no warning either'],
    ['1', 'the file cannot be read'],
    ['2', 'the command line is wrong'],
    [`${FOUND_EXIT_CODE}`, 'there is a problem'],
    // A token that is unknown or over is a problem that was found.
    ...SERVICE_EXIT_CODES.filter(([code]) => code === '8' || code === '9'),
  ],
};

/** `muster lint`. */
export const lintCommand: Command = {
  name: 'lint',
  summary: 'Say what is wrong with a configuration of etcd.',
  manual: MANUAL,
  help: (context) => formatManual('lint', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('lint', args, FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('lint', MANUAL, context));
      return EXIT_CODES.ok;
    }
    const options = optionsOf(values);
    const [file = '-'] = words;
    const text = file === '-' ? await readAll(context.stdin, 'the standard input') : await readFile(file);
    const report = lintConfiguration(text, options);
    const show = (shown: LintReport): number => showReport(file, shown, values, context);
    if (values['token-check'] !== true) return show(report);
    const url = values.url ?? report.discoveryUrl;
    if (url === null) {
      show(report);
      throw usageError('lint', 'there is no discovery URL in the text to ask about', 'Give it by --url URL.');
    }
    return askService('lint', context, async (signal) => {
      const token = await askToken(url, callOptionsOf(values, signal)).catch((error: unknown) => {
        show(report);
        throw error;
      });
      return show(lintConfiguration(text, { ...options, report: token }));
    });
  },
};

/** @throws MusterError `bad-setting` */
function optionsOf({ etcd, size, url }: Given): LintOptions {
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url))) {
    throw usageError('lint', `--url ${JSON.stringify(url.slice(0, 100))} is not a discovery URL`);
  }
  return {
    etcdVersion: etcd,
    size: size === undefined ? undefined : parseClusterSize(size),
    serviceOrigin: url === undefined ? undefined : new URL(url).origin,
  };
}

/** Null where the service does not know the token. */
async function askToken(url: string, options: CallOptions): Promise<TokenReport | null> {
  try {
    return await readReport(url, options);
  } catch (error) {
    if (isDiscoveryError(error, 'unknown')) return null;
    throw error;
  }
}

/** Prints what was found, and answers the exit code for it. */
function showReport(file: string, report: LintReport, { json, strict }: Given, context: CliContext): number {
  const { stdout, env } = context;
  const reader = { width: textWidth(stdout), strong: emphasisFor(stdout, env) };
  const name = file === '-' ? 'stdin' : file;
  stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : formatLint(name, report, reader));
  const isBad = report.entries.some(
    ({ severity }) => severity === 'problem' || (strict === true && severity === 'warning'),
  );
  return isBad ? FOUND_EXIT_CODE : EXIT_CODES.ok;
}

/** @throws MusterError `bad-file` */
async function readFile(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    return await readAll(handle.createReadStream({ autoClose: false }), file);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw new MusterError('bad-file', `cannot read ${file}: ${(error as Error).message}`, {
      remedy: 'Give a file that can be read, or - for the standard input.',
      cause: error,
    });
  }
}

async function readAll(input: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= LIMITS.lintTextMaxBytes) continue;
    throw new MusterError('limit-exceeded', `${what} is longer than ${LIMITS.lintTextMaxBytes} bytes`, {
      remedy: 'Give the configuration of etcd alone.',
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}
