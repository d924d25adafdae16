import { revokeToken } from '../api-client/api-client.ts';
import { parseArguments } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { CREDENTIAL_FLAGS, callOptionsOf, readCredential, SERVICE_FLAGS } from './service-arguments.ts';
import { askService, SERVICE_EXIT_CODES } from './service-command.ts';

const FLAGS = { ...CREDENTIAL_FLAGS, ...SERVICE_FLAGS } as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['URL [--secret-file FILE]'],
  about: [
    'Ends a token before its time: nobody registers any more, and members that wait are told. Nothing brings it back. Clusters that run do not need it.',
  ],
  flags: FLAGS,
  examples: ['muster revoke http://10.0.0.5:8087/TOKEN --secret-file secret'],
  exitCodes: [['0', 'the token is revoked'], ...SERVICE_EXIT_CODES],
};

/** `muster revoke`. */
export const revokeCommand: Command = {
  name: 'revoke',
  summary: 'End a token before its time.',
  manual: MANUAL,
  help: (context) => formatManual('revoke', MANUAL, context),
  run(args, context) {
    const { values, words, isHelp } = parseArguments('revoke', args, FLAGS, 2);
    if (isHelp) {
      context.stdout.write(formatManual('revoke', MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    const url = parseDiscoveryUrl('revoke', words);
    const credential = readCredential('revoke', values, context.env);
    return askService('revoke', context, async (signal) => {
      await revokeToken(url, credential, callOptionsOf(values, signal));
      context.stdout.write('The token is revoked.\n');
      return EXIT_CODES.ok;
    });
  },
};
