import { extendToken } from '../api-client/api-client.ts';
import { formatTime } from '../registry/findings/wording.ts';
import { parseGiven, parseTokenTtl } from '../server/setting-values.ts';
import { parseArguments, usageError } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { CREDENTIAL_FLAGS, callOptionsOf, readCredential, SERVICE_FLAGS } from './service-arguments.ts';
import { askService, SERVICE_EXIT_CODES } from './service-command.ts';

const FLAGS = {
  ttl: { value: 'DURATION', help: 'how long the token is to live from now on, such as 7d' },
  ...CREDENTIAL_FLAGS,
  ...SERVICE_FLAGS,
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['URL --ttl DURATION [--secret-file FILE]'],
  about: [
    'Gives a token a later end, and with it all that is registered under it. Members that wait are not disturbed.',
  ],
  flags: FLAGS,
  examples: ['MUSTER_MANAGEMENT_SECRET=... muster extend http://10.0.0.5:8087/TOKEN --ttl 7d'],
  exitCodes: [['0', 'the token lives that long'], ...SERVICE_EXIT_CODES],
};

/** `muster extend`. */
export const extendCommand: Command = {
  name: 'extend',
  summary: 'Give a token a later end.',
  manual: MANUAL,
  help: (context) => formatManual('extend', MANUAL, context),
  run(args, context) {
    const { values, words, isHelp } = parseArguments('extend', args, FLAGS, 2);
    if (isHelp) {
      context.stdout.write(formatManual('extend', MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    const url = parseDiscoveryUrl('extend', words);
    if (values.ttl === undefined) throw usageError('extend', 'muster extend needs --ttl');
    const ttlSeconds = parseGiven('--ttl', values.ttl, parseTokenTtl);
    const credential = readCredential('extend', values, context.env);
    return askService('extend', context, async (signal) => {
      const { expiresAt } = await extendToken(url, ttlSeconds, credential, callOptionsOf(values, signal));
      context.stdout.write(`The token lives until ${formatTime(Date.parse(expiresAt))}.\n`);
      return EXIT_CODES.ok;
    });
  },
};
