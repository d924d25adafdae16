import { MusterError } from '../errors.ts';
import { closestWord } from './closest-word.ts';

/** One flag as it was given. */
export interface GivenFlag {
  /** The flag without its dashes, such as `listen` or `a`. */
  readonly flag: string;
  readonly text: string;
  /** The flag as the person wrote it, such as `--listen` or `-addr`. */
  readonly written: string;
}

/** A command line taken apart. */
export interface CommandLine {
  readonly flags: readonly GivenFlag[];
  readonly help: boolean;
}

const HELP_REMEDY = 'Run "muster serve --help" for every option.';

function unknownFlag(written: string, known: ReadonlySet<string>): MusterError {
  const name = written.replace(/^-+/, '');
  const longNames = [...known].filter((flag) => flag.length > 1);
  const near = closestWord(name, longNames);
  return new MusterError('bad-setting', `unknown option ${JSON.stringify(written.slice(0, 100))}`, {
    remedy: near === undefined ? HELP_REMEDY : `Did you mean --${near}? ${HELP_REMEDY}`,
  });
}

/** Whether the argument is a flag rather than the value of the flag before it. No setting begins with a dash. */
function isFlag(argument: string): boolean {
  return argument.startsWith('-') && argument !== '-';
}

/**
 * Takes a command line apart. `--flag VALUE` and `--flag=VALUE` are the usual forms; as in Go's flag packages,
 * long flags may have one dash, and flags of one letter take `-a VALUE`, `-a=VALUE` and `-aVALUE`. Every flag
 * has a value, apart from the help; `-h` with a URL is the `--host` of the Go discovery server. Throws
 * `bad-setting` for an unknown flag, a flag without a value, and anything that is no flag.
 */
export function parseCommandLine(argv: readonly string[], known: ReadonlySet<string>): CommandLine {
  const flags: GivenFlag[] = [];
  let help = false;
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (!isFlag(argument)) {
      throw new MusterError('bad-setting', `unexpected argument ${JSON.stringify(argument.slice(0, 100))}`, {
        remedy: `Settings are flags, such as --listen 127.0.0.1:8087. ${HELP_REMEDY}`,
      });
    }
    const [, written = '', , inline] = /^(--?[^=]*)(=(.*))?$/s.exec(argument) ?? [];
    const next = argv[index + 1];
    const isHost = written === '-h' && (inline ?? next ?? '').includes('://');
    if (/^--?help$/.test(written) || (written === '-h' && !isHost)) {
      help = true;
      continue;
    }
    const flag = written.replace(/^--?/, '');
    const letter = flag.slice(0, 1);
    if (known.has(flag) && (flag.length > 1 || !written.startsWith('--'))) {
      if (inline === undefined && (next === undefined || isFlag(next))) {
        throw new MusterError('bad-setting', `${written} needs a value`, { remedy: HELP_REMEDY });
      }
      flags.push({ flag, text: inline ?? next ?? '', written });
      if (inline === undefined) index++;
    } else if (known.has(letter) && /^-[a-z]([^a-z-]|https?:\/\/)/.test(argument)) {
      flags.push({ flag: letter, text: argument.slice(2), written: `-${letter}` });
    } else {
      throw unknownFlag(written, known);
    }
  }
  return { flags, help };
}
