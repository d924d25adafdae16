import { isMusterError, MusterError } from '../errors.ts';
import { closestWord } from '../server/closest-word.ts';
import { type CliContext, COMMON_EXIT_CODES, type Command, EXIT_CODES } from './command.ts';
import { COMMAND_NAMES, loadCommand, loadCommands } from './commands.ts';
import { emphasisFor, formatProblem } from './terminal.ts';

async function formatOverview({ stdout, env }: CliContext): Promise<string> {
  const all = await loadCommands();
  const strong = emphasisFor(stdout, env);
  const width = Math.max(...all.map(({ name }) => name.length));
  const commands = all.map(({ name, summary }) => `  ${strong(name.padEnd(width))}  ${summary}\n`);
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

function findCommand(name: string): Promise<Command> {
  const found = loadCommand(name);
  if (found !== undefined) return found;
  const near = closestWord(name, [...COMMAND_NAMES, 'help']);
  const list = 'Run "muster help" for the commands.';
  // The Go discovery server has flags only, so this is what its users type first.
  const serve = name.startsWith('-')
    ? 'To run the service with this option, write "muster serve" before it.'
    : undefined;
  throw new MusterError('bad-setting', `unknown command ${JSON.stringify(name.slice(0, 100))}`, {
    remedy: serve ?? (near === undefined ? list : `Did you mean "muster ${near}"? ${list}`),
  });
}

async function dispatch(context: CliContext): Promise<number> {
  const [name, ...args] = context.argv;
  switch (name) {
    case undefined:
      context.stderr.write(await formatOverview(context));
      return EXIT_CODES.usageError;
    case 'help':
    case '-h':
    case '--help': {
      const [about] = args;
      const text =
        about === undefined ? await formatOverview(context) : (await findCommand(about)).help(context);
      context.stdout.write(text);
      return EXIT_CODES.ok;
    }
    case '-v':
    case '--version':
      return (await findCommand('version')).run(args, context);
    default: {
      const command = await findCommand(name);
      const isHelp = args.length === 1 && args[0] === '--help' && command.hasOwnHelp !== true;
      if (!isHelp) return command.run(args, context);
      context.stdout.write(command.help(context));
      return EXIT_CODES.ok;
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
