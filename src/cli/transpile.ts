import { readFileSync, writeFileSync } from 'node:fs';
import {
  type EtcdDialect,
  type LocalFiles,
  PLATFORM_NAMES,
  PROFILES,
  type Profile,
  type TranspileOptions,
  transpile,
} from '../transpile/public.ts';
import { formatReport, hasError } from '../transpile/report.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { formatGoUsage, parseGoFlags } from './go-flags.ts';
import { openLocalFiles, systemProblem } from './local-files.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { SERVICE_EXIT_CODES, SERVICE_FLAGS } from './service-flags.ts';
import type { TranspileAs } from './transpile-checks.ts';
import { TranspileFailure } from './transpile-failure.ts';

/** The flags of `ct`, and those of Muster behind them. */
const FLAGS: Flags = {
  'files-dir': { value: 'DIR', help: 'The folder that holds the files which "contents.local" names.' },
  'in-file': { value: 'FILE', help: 'The Container Linux Config. Default: the standard input.' },
  'out-file': { value: 'FILE', help: 'Where the Ignition config goes. Default: the standard output.' },
  platform: {
    value: 'NAME',
    help: `Where the machines run: ${PLATFORM_NAMES.join(', ')}. Needed where the configuration asks the machine for something.`,
  },
  pretty: { help: 'Indent the Ignition config.' },
  strict: { help: 'Take every entry of the report for an error.' },
  version: { help: 'Print the version and end.' },
  profile: {
    choices: PROFILES,
    help: "The version of Ignition's specification to write. Default: 2.3.0.",
  },
  flatcar: {
    help: "Take what Flatcar's transpiler takes as well: etcd 3.4 and 3.5, and more settings for updates.",
  },
  to: {
    choices: ['ignition', 'butane'],
    help: 'What to write: "ignition", or "butane" of the variant for Flatcar, with a profile of 3. Default: ignition.',
  },
  mount: {
    value: 'NAME=PATH[,...]',
    help: 'For the profiles of 3, where filesystems are mounted, as far as the configuration does not say it.',
  },
  'etcd-dialect': {
    choices: ['v2', 'v3'],
    help: 'With Ignition 3, how members of etcd find each other. Default: v3 from etcd 3.6 on, and v2 before.',
  },
  'token-from': {
    value: 'URL',
    help: 'Where Muster is: a new token goes into "discovery", or Muster is asked about the one that is there.',
  },
  size: { value: 'N', help: 'With --token-from, the cluster size. Default for a new token: 3.' },
  'admin-token-file': {
    value: 'FILE',
    help: 'With --token-from, the admin token, for a service that lets only its operator make tokens.',
  },
  ...SERVICE_FLAGS,
  lint: { help: 'Say what keeps the machines from finding each other as well; goes with --token-from.' },
  positions: {
    choices: ['ct', 'exact'],
    help: 'Where the report points: "ct" as ct did, or "exact" also where ct missed the value. Default: ct for the profiles of 2.',
  },
  'confine-files': { help: 'Refuse local files that are outside of the folder of --files-dir.' },
};

const USAGE = formatGoUsage('ct', { ...FLAGS, help: { help: 'Print this and end.' } });

const MANUAL: Manual = {
  usage: ['[flags] < cluster.yaml > cluster.ign'],
  about: [
    'Makes the Ignition config that a machine boots from of a Container Linux Config, to the byte as the config transpiler ct did. Called as "ct", Muster does the same. Flags take one or two dashes.',
  ],
  flags: FLAGS,
  exitCodes: [
    ['0', 'it worked'],
    ['1', 'it did not, and the report says why'],
    ['2', 'a flag is wrong'],
    // What is wrong with a token is told in the report.
    ...SERVICE_EXIT_CODES.filter(([code]) => code === '8' || code === '9'),
  ],
  examples: [
    'muster transpile -platform ec2 < cluster.yaml > cluster.ign',
    'muster transpile --to butane --token-from http://10.0.0.5:8087 --size 3 < cluster.yaml > cluster.bu',
    'muster transpile -strict -pretty -in-file cluster.yaml -out-file cluster.ign',
  ],
};

async function readInput(path: string, { stdin }: CliContext): Promise<Uint8Array> {
  if (path !== '') {
    try {
      return readFileSync(path);
    } catch (error) {
      const { call, text } = systemProblem(error, path);
      throw new TranspileFailure(`Failed to ${call}: ${text}`);
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function writeOutput(output: string, path: string, { stdout }: CliContext): void {
  if (path === '') {
    stdout.write(output);
    return;
  }
  try {
    writeFileSync(path, output);
  } catch (error) {
    const { call, text } = systemProblem(error, path);
    throw new TranspileFailure(`Failed to ${call === 'open' ? 'create' : 'write'}: ${text}`);
  }
}

function localFilesOf(values: ReadonlyMap<string, string>): LocalFiles | undefined {
  const folder = values.get('files-dir') ?? '';
  return folder === '' ? undefined : openLocalFiles(folder, values.get('confine-files') === 'true');
}

/** Takes `NAME=PATH,...` apart. */
function mountsOf(values: ReadonlyMap<string, string>): Record<string, string> {
  const given = (values.get('mount') ?? '').split(',').filter((one) => one !== '');
  const mounts = given.map((one): [string, string] => {
    const at = one.indexOf('=');
    const [name, path] = [one.slice(0, at), one.slice(at + 1)];
    if (at < 1 || !path.startsWith('/'))
      throw new TranspileFailure(
        `-mount takes NAME=PATH with an absolute path, and not ${JSON.stringify(one)}`,
      );
    return [name, path];
  });
  return Object.fromEntries(mounts);
}

function optionsOf(values: ReadonlyMap<string, string>): TranspileOptions {
  const files = localFilesOf(values);
  const profile = values.get('profile') as Profile | undefined;
  const dialect = values.get('etcd-dialect') as EtcdDialect | undefined;
  const to = values.get('to') === 'butane' ? 'butane' : 'ignition';
  const isOurs = to === 'butane' || profile?.startsWith('3.') === true;
  return {
    platform: values.get('platform') ?? '',
    pretty: values.get('pretty') === 'true',
    strict: values.get('strict') === 'true',
    flatcar: values.get('flatcar') === 'true',
    positions: (values.get('positions') ?? (isOurs ? 'exact' : 'ct')) === 'ct' ? 'ct' : 'exact',
    mounts: mountsOf(values),
    to,
    ...(dialect === undefined ? {} : { etcdDialect: dialect }),
    ...(profile === undefined ? {} : { profile }),
    ...(files === undefined ? {} : { files }),
  };
}

const transpileAlone: TranspileAs = (input, options) => {
  return { transpiled: transpile(input, options), findings: [], notices: [] };
};

async function runWith(
  values: ReadonlyMap<string, string>,
  context: CliContext,
  transpileAs: TranspileAs,
): Promise<number> {
  const { stderr } = context;
  try {
    const input = await readInput(values.get('in-file') ?? '', context);
    const options = optionsOf(values);
    const { findings, notices, transpiled } = await transpileAs(input, options);
    const { isUnreadable, output, report } = transpiled;
    stderr.write(formatReport([...report, ...findings, ...notices]));
    if (isUnreadable) stderr.write('Failed to parse config\n');
    const isFatal = options.strict === true ? findings.length > 0 : hasError(findings);
    if (output === undefined || isFatal) return EXIT_CODES.operatingError;
    writeOutput(output, values.get('out-file') ?? '', context);
    return EXIT_CODES.ok;
  } catch (error) {
    if (!(error instanceof TranspileFailure)) throw error;
    stderr.write(`${error.message}\n`);
    return EXIT_CODES.operatingError;
  }
}

async function run(values: ReadonlyMap<string, string>, context: CliContext): Promise<number> {
  if (!values.has('token-from') && values.get('lint') !== 'true')
    return runWith(values, context, transpileAlone);
  // Few ask for it, and it would take as long to load as the rest does to run.
  const { withChecks } = await import('./transpile-checks.ts');
  return withChecks(values, context, (transpileAs) => runWith(values, context, transpileAs));
}

/** `muster transpile`, with the command line, the words and the exit codes of `ct`. */
export const transpileCommand: Command = {
  name: 'transpile',
  summary: 'Make an Ignition config of a Container Linux Config.',
  manual: MANUAL,
  hasOwnHelp: true,
  help: (context) => formatManual('transpile', MANUAL, context),
  async run(args, context) {
    const flags = parseGoFlags(args, { ...FLAGS, help: { help: '' } });
    if (flags.kind === 'problem') {
      context.stderr.write(`${flags.problem}\n${USAGE}`);
      return EXIT_CODES.usageError;
    }
    if (flags.kind === 'usage' || flags.values.get('help') === 'true') {
      context.stderr.write(USAGE);
      return EXIT_CODES.ok;
    }
    if (flags.values.get('version') === 'true') {
      context.stdout.write(`ct ${context.version}\n`);
      return EXIT_CODES.ok;
    }
    return run(flags.values, context);
  },
};
