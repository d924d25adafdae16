import { createReadStream } from 'node:fs';
import { systemClock } from '../clock/clock.ts';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../doctor/diagnose.ts';
import { causesOf, type LogReport } from '../doctor/log/explain-log.ts';
import { readLog } from '../doctor/log/read-log.ts';
import { hasPendingLookups } from '../doctor/probe/resolve.ts';
import { MusterError } from '../errors.ts';
import { durationBetween, parseGiven } from '../server/setting-values.ts';
import { parseArguments, type Values } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { DOCTOR_EXIT_CODES, DOCTOR_EXIT_LINES } from './doctor-exit.ts';
import { toDocument } from './doctor-json.ts';
import { formatDiagnosis, formatLog } from './doctor-text.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import { readTlsChoice } from './join-tls.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { askService } from './service-command.ts';
import { emphasisFor, textWidth } from './terminal.ts';

const FLAGS = {
  json: { help: 'print all that was found out as JSON; docs/doctor.md has its form' },
  timeout: {
    value: 'DURATION',
    help: 'how long the service, and then the members, may take to answer. Default: 5s',
  },
  log: {
    value: 'FILE',
    help: 'explain the log of an etcd too, as journalctl -u etcd-member prints it or etcd itself; - is the standard input. With it, the URL may be left out',
  },
  ca: {
    value: 'FILE',
    help: 'a CA for the certificates of the service and of the members, beside those of the system: --peer-trusted-ca-file of a member',
  },
  cert: {
    value: 'FILE',
    help: 'with --key, a certificate for whoever asks for one: --peer-cert-file of a member',
  },
  key: { value: 'FILE', help: 'the key of that certificate' },
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: [
    'URL [--json] [--timeout DURATION] [--ca FILE] [--cert FILE --key FILE] [--log FILE]',
    '--log FILE [--json]',
  ],
  about: [
    'Finds out why the cluster of a discovery URL does not form, or whether it runs. Run it on one of the machines that are to be members: it goes the ways that etcd goes, to the service and to every peer URL, asks whoever answers for its cluster, and compares that with the token. It changes nothing.',
    'It says how things stand, then what may be the matter, the likeliest first, with what to do about it, then what was found at each member.',
  ],
  flags: FLAGS,
  examples: [
    'muster doctor http://10.0.0.5:8087/TOKEN',
    'muster doctor http://10.0.0.5:8087/TOKEN --ca /etc/etcd/ca.crt \\\n  --cert /etc/etcd/peer.crt --key /etc/etcd/peer.key',
    'journalctl -u etcd-member | \\\n  muster doctor http://10.0.0.5:8087/TOKEN --log -',
    'muster doctor --log etcd.log',
  ],
  exitCodes: DOCTOR_EXIT_LINES,
};

const DEFAULT_TIMEOUT_SECONDS = 5;
const TIMEOUT_MAX_SECONDS = 600;
const parseTimeout: (text: string) => number = durationBetween(1, TIMEOUT_MAX_SECONDS);

/** `muster doctor`. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Find out why a cluster does not form.',
  manual: MANUAL,
  help: (context) => formatManual('doctor', MANUAL, context),
  run(args, context) {
    const { values, words, isHelp } = parseArguments('doctor', args, FLAGS, 2);
    if (isHelp) {
      context.stdout.write(formatManual('doctor', MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    const url =
      words.length === 0 && values.log !== undefined ? undefined : parseDiscoveryUrl('doctor', words);
    const options = optionsOf(values, context);
    return askService('doctor', context, async (signal) => {
      const log = values.log === undefined ? undefined : await openLog(values.log, context, signal);
      if (url === undefined) return tellLog(log, values.json === true, context);
      const causes = log === undefined ? [] : causesOf(log);
      const diagnosis = await diagnose({ ...options, url, causes }, signal);
      tell(diagnosis, log, values.json === true, context);
      const code = DOCTOR_EXIT_CODES[diagnosis.verdict.state];
      // A person whose name server does not answer has waited for it long enough.
      if (hasPendingLookups()) context.process.exit(code);
      return code;
    });
  },
};

/** @throws MusterError `bad-setting` */
function optionsOf(
  { timeout, ca, cert, key }: Values<typeof FLAGS>,
  { env }: CliContext,
): Omit<DiagnoseOptions, 'url' | 'causes'> {
  const seconds =
    timeout === undefined ? DEFAULT_TIMEOUT_SECONDS : parseGiven('--timeout', timeout, parseTimeout);
  const tls = readTlsChoice('', { ca, cert, key }).texts;
  return { tls, hasCa: ca !== undefined, timeoutMs: seconds * 1000, env, clock: systemClock };
}

/** @throws MusterError `bad-file` */
async function openLog(file: string, { stdin }: CliContext, signal: AbortSignal): Promise<LogReport> {
  const source: LogSource = file === '-' ? stdin : createReadStream(file);
  // What comes from a program, such as journalctl -f, may have no end.
  const onAbort = (): unknown => source.destroy?.();
  signal.addEventListener('abort', onAbort);
  try {
    return await readLog(source, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const { code } = cause as NodeJS.ErrnoException;
    throw new MusterError(
      'bad-file',
      `the log ${JSON.stringify(file)} cannot be read: ${code ?? String(cause)}`,
      {
        remedy: 'Give a file that this user may read, or - for the standard input.',
        cause,
      },
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A stream of Node, or what else can be read. */
type LogSource = AsyncIterable<Uint8Array> & { destroy?(): unknown };

function tell(
  diagnosis: Diagnosis,
  log: LogReport | undefined,
  isJson: boolean,
  { stdout, env }: CliContext,
): void {
  if (isJson) {
    stdout.write(`${JSON.stringify(toDocument(diagnosis, log), null, 2)}\n`);
    return;
  }
  const reader = { width: textWidth(stdout), strong: emphasisFor(stdout, env) };
  stdout.write(formatDiagnosis(diagnosis, reader));
  if (log !== undefined) stdout.write(`\n${formatLog(log, reader, true)}`);
}

/** A log alone: there is no token to judge. */
function tellLog(log: LogReport | undefined, isJson: boolean, { stdout, env }: CliContext): number {
  if (log === undefined) return EXIT_CODES.ok;
  const causes = causesOf(log);
  const reader = { width: textWidth(stdout), strong: emphasisFor(stdout, env) };
  stdout.write(isJson ? `${JSON.stringify({ causes, log }, null, 2)}\n` : formatLog(log, reader, false));
  return causes.some(({ severity }) => severity === 'problem') ? DOCTOR_EXIT_CODES.broken : EXIT_CODES.ok;
}
