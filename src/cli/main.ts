import { isMusterError, MusterError } from '../errors.ts';
import { closestWord } from '../server/closest-word.ts';
import { backupCommand } from './backup.ts';
import { bootConfigCommand } from './boot-config.ts';
import { type CliContext, COMMON_EXIT_CODES, type Command, EXIT_CODES } from './command.ts';
import { createCompletionCommand } from './completion.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { extendCommand } from './extend.ts';
import { importCommand } from './import.ts';
import { joinCommand } from './join.ts';
import { lintCommand } from './lint.ts';
import { createManCommand } from './man.ts';
import { newCommand } from './new.ts';
import { replaceCommand } from './replace.ts';
import { restoreCommand } from './restore.ts';
import { revokeCommand } from './revoke.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { emphasisFor, formatProblem } from './terminal.ts';
import { versionCommand } from './version.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly Command[] = [
  serveCommand,
  newCommand,
  statusCommand,
  doctorCommand,
  extendCommand,
  revokeCommand,
  bootConfigCommand,
  lintCommand,
  joinCommand,
  replaceCommand,
  demoCommand,
  exportCommand,
  importCommand,
  backupCommand,
  restoreCommand,
  createCompletionCommand(() => COMMANDS),
  createManCommand(() => COMMANDS),
  versionCommand,
];

function formatOverview({ stdout, env }: CliContext): string {
  const strong = emphasisFor(stdout, env);
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const commands = COMMANDS.map(({ name, summary }) => `  ${strong(name.padEnd(width))}  ${summary}\n`);
  return [
    'Muster: cluster discovery for etcd.\n\nUsage: muster <command> [options]\n\n',
    `${strong('Commands:')}\n`,
    ...commands,
    `  ${strong('help'.padEnd(width))}  Print this, or the help of one command.\n\n`,
    'muster <command> --help says more about each.\n\n',
    `${strong('Exit codes:')}\n`,
    ...COMMON_EXIT_CODES.map(([code, meaning]) => `  ${code.padEnd(3)} ${meaning}\n`),
  ].join('');
}

function findCommand(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const near = closestWord(name, [...COMMANDS.map((command) => command.name), 'help']);
  const list = 'Run "muster help" for the commands.';
  // The Go discovery server has flags only, so this is what its users type first.
  const serve = name.startsWith('-')
    ? 'To run the service with this option, write "muster serve" before it.'
    : undefined;
  throw new MusterError('bad-setting', `unknown command ${JSON.stringify(name.slice(0, 100))}`, {
    remedy: serve ?? (near === undefined ? list : `Did you mean "muster ${near}"? ${list}`),
  });
}

function dispatch(context: CliContext): Promise<number> {
  const [name, ...args] = context.argv;
  const printed = (text: string): Promise<number> => {
    context.stdout.write(text);
    return Promise.resolve(EXIT_CODES.ok);
  };
  switch (name) {
    case undefined:
      context.stderr.write(formatOverview(context));
      return Promise.resolve(EXIT_CODES.usageError);
    case 'help':
    case '-h':
    case '--help':
      return printed(args[0] === undefined ? formatOverview(context) : findCommand(args[0]).help(context));
    case '-v':
    case '--version':
      return versionCommand.run(args, context);
    default: {
      const command = findCommand(name);
      return args.length === 1 && args[0] === '--help'
        ? printed(command.help(context))
        : command.run(args, context);
    }
  }
}

/**
 * Runs one command and answers the exit code; never rejects. An operating error becomes one line on stderr.
 * Anything else is a defect: its stack goes to stderr too, since there may be no log yet.
 */
export async function runCli(context: CliContext): Promise<number> {
  try {
    return await dispatch(context);
  } catch (error) {
    if (isMusterError(error)) {
      context.stderr.write(formatProblem(error.message, error.remedy));
      return error.code === 'bad-setting' ? EXIT_CODES.usageError : EXIT_CODES.operatingError;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.stderr.write(`muster: internal error, please report it: ${stack}\n`);
    return EXIT_CODES.internalError;
  }
}
