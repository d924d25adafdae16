import { isMusterError } from '../errors.ts';
import { loadSettings } from '../server/load-settings.ts';
import { createLog, redactTokens } from '../server/log.ts';
import { parseServeCommandLine, type Settings } from '../server/settings.ts';
import { type CliContext, type Command, EXIT_CODES, type RunningServer } from './command.ts';
import { formatExamples, type Manual } from './manual.ts';
import { formatSettingsHelp, settingFlags } from './settings-help.ts';
import { emphasisFor, formatIndented, textWidth } from './terminal.ts';

/** The exit codes of a process that ended by a signal, as shells count them: 128 and the signal's number. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

const INTRODUCTION =
  'Starts the discovery service and runs until SIGTERM or SIGINT; a second signal ends it at once. ' +
  'A setting comes from its flag, else from its variable, else from the settings file, else it is the default.';
const GO_SERVER =
  'The flags -a/--addr, -h/--host and -m, and the variables DISC_ADDR and DISC_HOST, of the Go discovery ' +
  'server mean --listen, --public-url and --token-ttl.';

const MANUAL: Manual = {
  usage: ['[--flag VALUE]...'],
  about: [INTRODUCTION, GO_SERVER],
  flags: settingFlags(),
  examples: [
    'muster serve',
    'muster serve --listen 0.0.0.0:8087 \\\n  --public-url http://discovery.example:8087 \\\n  --admin-token-file /etc/muster/admin-token',
  ],
};

/** A promise that resolves at the first signal; a second one ends the process at once. */
function firstSignal(context: CliContext): { readonly received: Promise<void>; release(): void } {
  let stopping = false;
  let resolveReceived: () => void = () => {};
  const received = new Promise<void>((resolve) => {
    resolveReceived = resolve;
  });
  const onSignal = (name: keyof typeof SIGNAL_EXIT_CODES) => (): void => {
    if (stopping) context.process.exit(SIGNAL_EXIT_CODES[name]);
    stopping = true;
    resolveReceived();
  };
  const listeners = { SIGINT: onSignal('SIGINT'), SIGTERM: onSignal('SIGTERM') };
  context.process.on('SIGINT', listeners.SIGINT);
  context.process.on('SIGTERM', listeners.SIGTERM);
  return {
    received,
    release() {
      context.process.off('SIGINT', listeners.SIGINT);
      context.process.off('SIGTERM', listeners.SIGTERM);
    },
  };
}

/** Says that Muster itself is at fault: a short line for people, the whole of it in the log. */
function reportDefect(error: unknown, settings: Settings, context: CliContext): number {
  const message = error instanceof Error ? error.message : String(error);
  const err = error instanceof Error ? error : new Error(message);
  createLog(settings.logLevel, settings.logFormat, context.stdout).fatal({ err }, 'internal error');
  context.stderr.write(`muster: internal error, please report it with the log: ${redactTokens(message)}\n`);
  return EXIT_CODES.internalError;
}

/** Runs a server from its start to the end of its stop. A signal during the start stops it right after. */
async function serveUntilSignal(settings: Settings, context: CliContext): Promise<number> {
  const signal = firstSignal(context);
  // After an error that nobody caught, no state can be trusted; what was acknowledged is on the disk.
  const onUncaught = (error: unknown): void => context.process.exit(reportDefect(error, settings, context));
  context.process.on('uncaughtException', onUncaught);
  try {
    const server: RunningServer = await context.startServer(settings);
    await signal.received;
    await server.stop();
    return EXIT_CODES.ok;
  } catch (error) {
    if (isMusterError(error)) throw error;
    return reportDefect(error, settings, context);
  } finally {
    context.process.off('uncaughtException', onUncaught);
    signal.release();
  }
}

/** `muster serve`: the server. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the discovery service.',
  manual: MANUAL,
  help({ stdout, env }) {
    const width = textWidth(stdout);
    const strong = emphasisFor(stdout, env);
    return [
      'Usage: muster serve [--flag VALUE]...\n',
      formatIndented(INTRODUCTION, 0, width),
      formatSettingsHelp(width, strong),
      formatIndented(GO_SERVER, 0, width),
      formatExamples(MANUAL.examples, strong),
    ].join('\n');
  },
  async run(args, context) {
    if (parseServeCommandLine(args).help) {
      context.stdout.write(serveCommand.help(context));
      return EXIT_CODES.ok;
    }
    const terminal = context.stdout.isTTY === true;
    const settings = loadSettings({ argv: args, env: context.env, terminal });
    return serveUntilSignal(settings, context);
  },
};
