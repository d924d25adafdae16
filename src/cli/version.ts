import { MusterError } from '../errors.ts';
import { type Command, EXIT_CODES } from './command.ts';

/** `muster version`. */
export const versionCommand: Command = {
  name: 'version',
  summary: 'Print the version of this Muster.',
  help: () => 'Usage: muster version\n\nPrints the version of this Muster.\n',
  run(args, { stdout, version }) {
    if (args.length > 0) throw new MusterError('bad-setting', 'muster version takes no arguments');
    stdout.write(`muster ${version}\n`);
    return Promise.resolve(EXIT_CODES.ok);
  },
};
