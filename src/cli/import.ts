import { createReadStream } from 'node:fs';
import { systemClock } from '../clock/clock.ts';
import { isMusterError, MusterError } from '../errors.ts';
import { openEtcdSource } from '../move/etcd/etcd-source.ts';
import { isSkipped, type SkipReason } from '../move/etcd/found-registry.ts';
import { parseExport } from '../move/export-format.ts';
import { assertEmpty, type ImportCounts, importTokens } from '../move/import-tokens.ts';
import { readLines } from '../move/read-lines.ts';
import type { TokenEntries } from '../store/store.ts';
import { parseArguments, usageError } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { counted, nameOfStore, STORE_FLAGS, settingsOf } from './move-arguments.ts';
import { type MoveProgress, openMoveProgress } from './move-progress.ts';

const FLAGS = {
  ...STORE_FLAGS,
  'from-etcd': {
    value: 'URL',
    help: 'a client URL of an etcd, http://HOST:PORT. What the Go discovery server wrote is there over the v2 API only: etcd 3.4 and older, from 3.4 on with --enable-v2=true',
  },
  'token-ttl': {
    value: 'DURATION',
    help: 'how long a token lives whose end etcd does not know. Default: as for "muster serve", 7d',
  },
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['[--store STORE] [FILE|-]', '[--store STORE] [--token-ttl DURATION] --from-etcd URL'],
  about: [
    'Fills an empty store: with what "muster export" wrote, or with the registries that the Go discovery server, or etcd 3.6 and newer, keep in an etcd. Members keep their order, keys their values and ends; what has expired is left out. A store that has anything is refused. A file is read to its end before anything is written.',
    'Revisions are those of the new store. Members that wait for their cluster find back by themselves over v2; over v3, start them again before the last one comes.',
  ],
  flags: FLAGS,
  words: { FILE: 'what to read; - or nothing is the standard input' },
  examples: [
    'muster import --store lmdb:/var/lib/muster tokens.ndjson',
    'gunzip < tokens.ndjson.gz | muster import --store lmdb:/var/lib/muster',
    'muster import --store lmdb:/var/lib/muster --from-etcd http://127.0.0.1:2379',
  ],
};

/** What a source comes to beside what is written. */
interface Source {
  readonly tokens: AsyncIterable<TokenEntries>;
  /** How many there are; undefined where that is not known before the end. */
  readonly total: number | undefined;
  /** A sentence more for the end, or nothing. */
  summary(): string;
}

/** `muster import`. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Fill an empty store from a file or from an etcd.',
  manual: MANUAL,
  help: (context) => formatManual('import', MANUAL, context),
  async run(args, context) {
    const { values, words, isHelp } = parseArguments('import', args, FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('import', MANUAL, context));
      return EXIT_CODES.ok;
    }
    const settings = settingsOf(values, [...Object.keys(STORE_FLAGS), 'token-ttl'], context.env);
    const { store: choice, tokenTtlSeconds } = settings;
    const etcd = values['from-etcd'];
    const file = words[0] ?? '-';
    if (etcd === undefined && values['token-ttl'] !== undefined) {
      throw usageError(
        'import',
        '--token-ttl needs --from-etcd',
        'Tokens of a file keep the ends that they have.',
      );
    }
    if (etcd !== undefined && words.length > 0)
      throw usageError('import', '--from-etcd and a file exclude each other');
    const progress = openMoveProgress(context);
    try {
      const origin = etcd === undefined ? undefined : parseEtcdUrl(etcd);
      // What cannot be read makes no folder.
      const source =
        origin === undefined
          ? await openFileSource(file, context, progress)
          : await openEtcd(origin, tokenTtlSeconds, progress);
      await using store = await context.stores.open(settings, 'import');
      await assertEmpty(store, nameOfStore(choice));
      const counts = await importInto(
        source,
        (onToken) => importTokens(store, source.tokens, () => systemClock.now(), onToken),
        progress,
      );
      const what = `${counted(counts.tokens, 'token')} with ${counted(counts.keys, 'key')}`;
      const expired =
        counts.expiredKeys === 0 ? '' : `; ${counted(counts.expiredKeys, 'expired key')} left out`;
      progress.end(`imported ${what} into ${nameOfStore(choice)}${expired}${source.summary()}`);
      return EXIT_CODES.ok;
    } finally {
      progress.stop();
    }
  },
};

async function importInto(
  { total }: Source,
  run: (onToken: (counts: ImportCounts) => void) => Promise<ImportCounts>,
  progress: MoveProgress,
): Promise<ImportCounts> {
  const of = total === undefined ? '' : ` of ${total}`;
  let written = 0;
  try {
    return await run(({ tokens }) => {
      written = tokens;
      progress.now(() => `${tokens}${of} tokens so far`);
    });
  } catch (error) {
    if (!isMusterError(error) || written === 0) throw error;
    throw new MusterError(error.code, `${error.message}; ${counted(written, 'token')} had been written`, {
      remedy: [error.remedy ?? '', 'Then remove the store that was begun, and import anew.'].join(' ').trim(),
      cause: error,
    });
  }
}

/** A file is checked as a whole before anything of it is written; what comes through a pipe cannot be. */
async function openFileSource(file: string, context: CliContext, progress: MoveProgress): Promise<Source> {
  const summary = (): string => '';
  if (file === '-') return { tokens: parseExport(readLines(context.stdin)), total: undefined, summary };
  let total = 0;
  for await (const _ of parseExport(readLines(readFile(file)))) {
    total++;
    progress.now(() => `${total} tokens checked`);
  }
  return { tokens: parseExport(readLines(readFile(file))), total, summary };
}

async function* readFile(name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(name) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new MusterError('bad-file', `cannot read ${name}: ${reason}`, {
      remedy: 'Check that the file exists and may be read.',
      cause: error,
    });
  }
}

function parseEtcdUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.pathname === '/' && url.search === '' && url.username === '')
    return url.origin;
  throw usageError(
    'import',
    `--from-etcd ${JSON.stringify(text.slice(0, 100))} is not http://HOST:PORT`,
    'Give a client URL of etcd without TLS and without a path, such as http://127.0.0.1:2379.',
  );
}

/** Tokens that are named where they are skipped; a thousand lines would say no more. */
const NAMED_MAX = 20;

async function openEtcd(etcd: string, ttlSeconds: number, progress: MoveProgress): Promise<Source> {
  const { hasV2, tokens } = await openEtcdSource({ etcd, now: () => systemClock.now(), ttlSeconds });
  if (!hasV2) {
    progress.note(
      `${etcd} does not serve the v2 API, so registries of the Go discovery server are not read from it`,
    );
  }
  const skipped = new Map<SkipReason, number>();
  let named = 0;
  async function* usable(): AsyncGenerator<TokenEntries> {
    for await (const found of tokens()) {
      if (!isSkipped(found)) {
        yield found;
        continue;
      }
      const { token, reason } = found;
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      const name = token.length > 11 ? `${token.slice(0, 8)}...` : token;
      if (++named <= NAMED_MAX) progress.note(`skipped ${JSON.stringify(name)}: it has ${reason}`);
    }
  }
  return {
    tokens: usable(),
    total: undefined,
    summary: () => [...skipped].map(([reason, count]) => `; skipped ${count}: ${reason}`).join(''),
  };
}
