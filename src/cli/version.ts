import { MusterError } from '../errors.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { formatManual, type Manual } from './manual.ts';

const MANUAL: Manual = {
  usage: [''],
  about: ['Prints the version of this Muster.'],
  flags: {},
  examples: ['muster version'],
};

/** `muster version`. */
export const versionCommand: Command = {
  name: 'version',
  summary: 'Print the version of this Muster.',
  manual: MANUAL,
  help: (context) => formatManual('version', MANUAL, context),
  run(args, { stdout, version }) {
    if (args.length > 0) throw new MusterError('bad-setting', 'muster version takes no arguments');
    stdout.write(`muster ${version}\n`);
    return Promise.resolve(EXIT_CODES.ok);
  },
};
