import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { systemClock } from '../clock/clock.ts';
import { MusterError } from '../errors.ts';
import type { ExportCounts } from '../move/export-format.ts';
import { exportStore } from '../move/export-store.ts';
import { parseArguments } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { formatManual, type Manual } from './manual.ts';
import { counted, nameOfStore, STORE_FLAGS, settingsOf } from './move-arguments.ts';
import { openMoveProgress } from './move-progress.ts';
import type { TextOutput } from './terminal.ts';

const MANUAL: Manual = {
  usage: ['[--store STORE] [FILE|-]'],
  about: [
    'Writes everything that a store keeps as lines of JSON: one for each token, between one that says what it is and one that says how much there was. "muster import" reads it into another store. A file that exists is not overwritten.',
    'The store of a running Muster cannot be opened by another process: stop it, or copy it with "muster backup" and export the copy. An etcd cluster may be exported while Musters run on it.',
  ],
  flags: STORE_FLAGS,
  words: { FILE: 'where to write; - or nothing is the standard output' },
  examples: [
    'muster export --store lmdb:/var/lib/muster tokens.ndjson',
    'muster export --store lmdb:/var/lib/muster | gzip > tokens.ndjson.gz',
  ],
};

/** Lines are collected up to here before they are written. */
const WRITE_CHARS = 64 * 1024;

/** Where lines go. */
interface LineOutput {
  write(text: string): Promise<void>;
  /** Everything was written. */
  finish(): Promise<void>;
  /** Not everything was. */
  abandon(): Promise<void>;
}

/** `muster export`. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Write all that a store keeps to a file.',
  manual: MANUAL,
  help: (context) => formatManual('export', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('export', args, STORE_FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('export', MANUAL, context));
      return EXIT_CODES.ok;
    }
    const settings = settingsOf(values, Object.keys(STORE_FLAGS), context.env);
    const [file = '-'] = words;
    await using store = await context.stores.open(settings, 'export');
    const output = file === '-' ? toOutput(context.stdout) : await openFile(file);
    const progress = openMoveProgress(context);
    let counts: ExportCounts = { tokens: 0, keys: 0 };
    const onToken = (latest: ExportCounts): void => {
      counts = latest;
      progress.now(() => `${counted(counts.tokens, 'token')} so far`);
    };
    try {
      let text = '';
      for await (const line of exportStore(store, systemClock.now(), onToken)) {
        text += line;
        if (text.length < WRITE_CHARS) continue;
        await output.write(text);
        text = '';
      }
      await output.write(text);
      await output.finish();
    } catch (error) {
      progress.stop();
      await output.abandon();
      throw error;
    }
    const where = file === '-' ? '' : ` to ${file}`;
    const what = `${counted(counts.tokens, 'token')} with ${counted(counts.keys, 'key')}`;
    progress.end(`exported ${what} from ${nameOfStore(settings.store)}${where}`);
    return EXIT_CODES.ok;
  },
};

function toOutput(output: TextOutput): LineOutput {
  return {
    async write(text) {
      const isFull = output.write(text) === false;
      if (!(output instanceof Writable)) return;
      try {
        if (isFull) await once(output, 'drain');
      } catch (cause) {
        throw new MusterError('bad-file', 'the reader of the output went away before its end', {
          remedy: 'Let it read all of the output, whose last line begins with {"end".',
          cause,
        });
      }
    },
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

/** A new file that its owner alone may read: whoever has a token may join its cluster. */
async function openFile(name: string): Promise<LineOutput> {
  try {
    const file = await open(name, 'wx', 0o600);
    return {
      async write(text) {
        await file.writeFile(text).catch((error: unknown) => Promise.reject(fileError(name, error)));
      },
      async finish() {
        await file.sync();
        await file.close();
      },
      async abandon() {
        await file.close();
        await rm(name, { force: true });
      },
    };
  } catch (error) {
    throw fileError(name, error);
  }
}

function fileError(name: string, cause: unknown): MusterError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (code === 'EEXIST') {
    return new MusterError('not-empty', `${name} exists already, and nothing is written over`, {
      remedy: 'Name another file, or remove this one.',
    });
  }
  return new MusterError('bad-file', `cannot write ${name}: ${code}`, {
    remedy: 'Name a file in a folder that may be written and has room.',
    cause,
  });
}
