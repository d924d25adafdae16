import { type Command, EXIT_CODES } from './command.ts';
import { counted, folderOf, parseMoveArguments, settingsOf, usageError } from './move-arguments.ts';

const HELP = `Usage: muster restore [--store lmdb:DIR] BACKUP

Makes a data folder of what "muster backup" wrote, for "muster serve" to go on
with. A folder that holds a store is refused. What was answered after the backup
is not in it: members that registered since are unknown.

Options:
  --store lmdb:DIR  as for "muster serve", also by MUSTER_STORE and the settings
                    file. Default: lmdb:./muster-data

Example:
  muster restore --store lmdb:/var/lib/muster /backup/muster-2026-11-28
`;

/** `muster restore`. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Make a data folder of a backup.',
  help: () => HELP,
  async run(args, context) {
    const { values, words, isHelp } = parseMoveArguments('restore', args, ['store'], 1);
    if (isHelp) {
      context.stdout.write(HELP);
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
