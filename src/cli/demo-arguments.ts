import { readAdminToken } from '../server/load-settings.ts';
import { durationBetween, parseGiven, wholeNumberBetween } from '../server/setting-values.ts';
import { parseArguments, usageError } from './arguments.ts';
import type { Flags, Manual } from './manual.ts';

/** As many as a laptop carries, and as have loopback addresses that are told apart at a glance. */
const SIZE_MAX = 9;
const SIZE_DEFAULT = 3;
const PAUSE_MAX_SECONDS = 60;
const PAUSE_DEFAULT_SECONDS = 1;

const FLAGS = {
  size: { value: 'N', help: `how many members, 1 to ${SIZE_MAX}. Default: ${SIZE_DEFAULT}` },
  etcd: {
    value: 'FILE',
    help: 'the etcd to start, 3.4 or newer, or the folder that has it. Default: the one on the PATH, else the newest that "npm test" has fetched',
  },
  dialect: {
    choices: ['v2', 'v3'],
    help: 'how etcd asks: v2 up to 3.5, v3 from 3.7 on; 3.6 knows both. Default: v3 where the etcd knows it',
  },
  server: {
    value: 'URL',
    help: 'a discovery service that runs, in place of one for the demo alone',
  },
  'admin-token-file': {
    value: 'FILE',
    help: 'the admin token of that service, where it lets only its operator make tokens',
  },
  listen: {
    value: 'HOST:PORT',
    help: 'where the Muster of the demo listens. Default: any free port of 127.0.0.1',
  },
  pause: {
    value: 'DURATION',
    help: `how long to wait before the next member starts, up to 1m. Default: ${PAUSE_DEFAULT_SECONDS}s`,
  },
} as const satisfies Flags;

export const DEMO_MANUAL: Manual = {
  usage: ['[--size N] [--etcd FILE] [options]'],
  about: [
    'Starts a Muster and real etcds on loopback addresses of this machine, gives them one discovery URL, and tells what they do until they are a cluster: who comes, who is elected, who follows. The URL may be opened in a browser meanwhile.',
    'The cluster stays up, to be tried with etcdctl. Ctrl-C ends all of it, and removes its folder.',
  ],
  flags: FLAGS,
  examples: [
    'muster demo',
    'muster demo --size 5 --pause 3s',
    'muster demo --etcd /opt/etcd-v3.5.17 --server http://127.0.0.1:8087',
  ],
  exitCodes: [
    ['0', 'the cluster had formed, and the demo was ended'],
    ['1', 'no etcd is there, or one ended; the message says why'],
    ['2', 'the command line is wrong'],
    ['8', 'unreachable: nobody answers at --server'],
    ['9', 'refused: --server makes no token for this machine'],
    ['129, 130, 131, 143', 'ended by SIGHUP, SIGINT, SIGQUIT, SIGTERM before the cluster had formed'],
  ],
};

/** What `muster demo` was asked for. */
export interface DemoArguments {
  readonly size: number;
  readonly etcd: string | undefined;
  /** Undefined: as suits the etcd. */
  readonly dialect: 'v2' | 'v3' | undefined;
  /** A service that runs; undefined: one of the demo's own. */
  readonly server: string | undefined;
  readonly adminToken: string | undefined;
  readonly listen: string;
  readonly pauseMs: number;
}

/** @returns undefined where the help is asked for. @throws MusterError `bad-setting` */
export function parseDemoArguments(args: readonly string[]): DemoArguments | undefined {
  const { values, isHelp } = parseArguments('demo', args, FLAGS, 0);
  if (isHelp) return undefined;
  const { size, etcd, dialect, server, listen, pause, 'admin-token-file': adminTokenFile } = values;
  if (server !== undefined && !/^https?:\/\/[^/?#]+\/?$/i.test(server)) {
    const given = JSON.stringify(server.slice(0, 100));
    throw usageError('demo', `--server ${given} is not the URL of a service, such as http://127.0.0.1:8087`);
  }
  if (server !== undefined && listen !== undefined)
    throw usageError('demo', '--server and --listen exclude each other');
  if (server === undefined && adminTokenFile !== undefined)
    throw usageError('demo', '--admin-token-file needs --server');
  return {
    size: size === undefined ? SIZE_DEFAULT : parseGiven('--size', size, wholeNumberBetween(1, SIZE_MAX)),
    etcd,
    dialect,
    server,
    adminToken: adminTokenFile === undefined ? undefined : readAdminToken(adminTokenFile),
    listen: listen ?? '127.0.0.1:0',
    pauseMs:
      1000 *
      (pause === undefined
        ? PAUSE_DEFAULT_SECONDS
        : parseGiven('--pause', pause, durationBetween(0, PAUSE_MAX_SECONDS))),
  };
}
