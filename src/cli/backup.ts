import { parseArguments, usageError } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { formatManual, type Manual } from './manual.ts';
import { FOLDER_FLAGS, folderOf, settingsOf } from './move-arguments.ts';

const MANUAL: Manual = {
  usage: ['[--store lmdb:DIR] BACKUP'],
  about: [
    'Copies the store of a Muster, which may be running, to the new folder BACKUP: all that was answered before the command began is in it, with its revisions and its history. The running service makes the copy and goes on meanwhile; for a moment it needs as much room again in its folder. The backup is a data folder itself.',
  ],
  flags: FOLDER_FLAGS,
  words: { BACKUP: 'the folder to make, which is not there yet' },
  examples: [
    'muster backup --store lmdb:/var/lib/muster /backup/muster-$(date +%F)',
    'muster export --store lmdb:/backup/muster-2026-11-28 tokens.ndjson',
  ],
};

/** `muster backup`. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy the store of a running Muster.',
  manual: MANUAL,
  help: (context) => formatManual('backup', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('backup', args, FOLDER_FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('backup', MANUAL, context));
      return EXIT_CODES.ok;
    }
    const [backup = ''] = words;
    if (backup === '') throw usageError('backup', 'no folder for the backup is named');
    const folder = folderOf('backup', settingsOf(values, ['store'], context.env).store);
    await context.stores.backUp(folder, backup);
    context.stderr.write(`muster: copied the store lmdb:${folder} to ${backup}\n`);
    return EXIT_CODES.ok;
  },
};
