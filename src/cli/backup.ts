import { type Command, EXIT_CODES } from './command.ts';
import { folderOf, parseMoveArguments, settingsOf, usageError } from './move-arguments.ts';

const HELP = `Usage: muster backup [--store lmdb:DIR] BACKUP

Copies the store of a Muster, which may be running, to the new folder BACKUP: all
that was answered before the command began is in it, with its revisions and its
history. The running service makes the copy and goes on meanwhile; for a moment
it needs as much room again in its folder. The backup is a data folder itself.

Options:
  --store lmdb:DIR  as for "muster serve", also by MUSTER_STORE and the settings
                    file. Default: lmdb:./muster-data

Examples:
  muster backup --store lmdb:/var/lib/muster /backup/muster-$(date +%F)
  muster export --store lmdb:/backup/muster-2026-11-28 tokens.ndjson
`;

/** `muster backup`. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy the store of a running Muster.',
  help: () => HELP,
  async run(args, context) {
    const { values, words, isHelp } = parseMoveArguments('backup', args, ['store'], 1);
    if (isHelp) {
      context.stdout.write(HELP);
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
