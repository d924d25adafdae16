import { parseArguments, usageError } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { formatManual, type Manual } from './manual.ts';
import { counted, FOLDER_FLAGS, folderOf, settingsOf } from './move-arguments.ts';

const MANUAL: Manual = {
  usage: ['[--store lmdb:DIR] BACKUP'],
  about: [
    'Makes a data folder of what "muster backup" wrote, for "muster serve" to go on with. A folder that holds a store is refused. What was answered after the backup is not in it: members that registered since are unknown.',
  ],
  flags: FOLDER_FLAGS,
  words: { BACKUP: 'a folder that "muster backup" made' },
  examples: ['muster restore --store lmdb:/var/lib/muster /backup/muster-2026-11-28'],
};

/** `muster restore`. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Make a data folder of a backup.',
  manual: MANUAL,
  help: (context) => formatManual('restore', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('restore', args, FOLDER_FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('restore', MANUAL, context));
      return EXIT_CODES.ok;
    }
    const [backup = ''] = words;
    if (backup === '') throw usageError('restore', 'no backup is named');
    const folder = folderOf('restore', settingsOf(values, ['store'], context.env).store);
    const { tokens, keys, revision } = await context.stores.restore(backup, folder);
    const what = `${counted(tokens, 'token')} that ${tokens === 1 ? 'lives' : 'live'}, ${counted(keys, 'key')}`;
    context.stderr.write(`muster: restored ${backup} to lmdb:${folder}: ${what}, revision ${revision}\n`);
    return EXIT_CODES.ok;
  },
};
