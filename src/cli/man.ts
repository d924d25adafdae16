import { parseArguments } from './arguments.ts';
import { COMMON_EXIT_CODES, type Command, EXIT_CODES } from './command.ts';
import { formatManPage } from './man-page.ts';
import { formatManual, type Manual } from './manual.ts';

const MANUAL: Manual = {
  usage: [''],
  about: ['Prints the manual page of muster, with every command and option, for man(1).'],
  flags: {},
  examples: ['muster man | man -l -', 'muster man > /usr/local/share/man/man1/muster.1'],
};

/** `muster man`. @param all every command of the program, this one too */
export function createManCommand(all: () => Promise<readonly Command[]>): Command {
  return {
    name: 'man',
    summary: 'Print the manual page.',
    manual: MANUAL,
    help: (context) => formatManual('man', MANUAL, context),
    async run(args, context) {
      const { isHelp } = parseArguments('man', args, {}, 0);
      const page = { version: context.version, commands: await all(), exitCodes: COMMON_EXIT_CODES };
      context.stdout.write(isHelp ? formatManual('man', MANUAL, context) : formatManPage(page));
      return EXIT_CODES.ok;
    },
  };
}
