import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const HALVES = ['herd', 'tokens'] as const;
const STORES = ['lmdb', 'etcd'] as const;

/** The halves of the simulation. */
export type Half = (typeof HALVES)[number];
export type StoreKind = (typeof STORES)[number];

/** What the command line asks for. */
export interface SimulateOptions {
  readonly halves: readonly Half[];
  readonly clusters: number;
  readonly size: number;
  readonly seconds: number;
  readonly patienceSeconds: number;
  readonly store: StoreKind;
  readonly replicas: number;
  /** Tokens of seven days that are kept. */
  readonly tokens: number;
  readonly seed: number;
  readonly jsonFile: string | undefined;
  readonly help: boolean;
}

export const HELP = `npm run simulate -- [OPTION ...] [herd] [tokens]

  herd             machines that boot at once; default: both halves
  tokens           the keeping of many tokens, in the embedded store whatever --store says
  --clusters N     how many clusters the herd forms; default 1000
  --size N         machines of each; default 3
  --seconds N      the time over which they arrive; default 10
  --patience N     seconds after the last arrival until what has not formed is given up; default 60
  --store KIND     of the herd: lmdb (default), or etcd, a real cluster of three
  --replicas N     Musters on that etcd, 1 to 3; default 3
  --tokens N       how many tokens are kept; default 700000, a week of 100,000 a day
  --quick          100 clusters in 2 seconds and 20,000 tokens, unless said otherwise
  --seed N         of the moments at which machines arrive; default: another one each time
  --json FILE      the figures also as JSON
`;

/** Reads the command line. Throws a `TypeError` that says what is wrong with it. */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      clusters: { type: 'string' },
      size: { type: 'string', default: '3' },
      seconds: { type: 'string' },
      patience: { type: 'string', default: '60' },
      store: { type: 'string', default: 'lmdb' },
      replicas: { type: 'string' },
      tokens: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const { quick } = values;
  const store = oneOf(STORES, 'store', values.store);
  const replicas = wholeNumber('replicas', values.replicas ?? (store === 'etcd' ? '3' : '1'), 1, 3);
  if (store === 'lmdb' && replicas > 1)
    throw new TypeError('--replicas needs --store etcd: LMDB has one process');
  const halves = positionals.map((name) => oneOf(HALVES, 'half', name));
  return {
    halves: halves.length === 0 ? HALVES : halves,
    clusters: wholeNumber('clusters', values.clusters ?? (quick ? '100' : '1000'), 1, 100_000),
    size: wholeNumber('size', values.size, 1, 1000),
    seconds: wholeNumber('seconds', values.seconds ?? (quick ? '2' : '10'), 1, 86_400),
    patienceSeconds: wholeNumber('patience', values.patience, 0, 86_400),
    store,
    replicas,
    // A seventh of them is a day's worth.
    tokens: wholeNumber('tokens', values.tokens ?? (quick ? '20000' : '700000'), 7, 100_000_000),
    seed: values.seed === undefined ? randomInt(2 ** 32) : wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
    jsonFile: values.json,
    help: values.help,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new TypeError(`--${name} is a whole number from ${min} to ${max}, not "${text}"`);
}

function oneOf<T extends string>(all: readonly T[], name: string, text: string): T {
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new TypeError(`there is no ${name} "${text}"; there are ${all.join(', ')}`);
}
