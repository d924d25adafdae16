import { createManagedToken } from '../api-client/api-client.ts';
import type { ManagedToken } from '../api-client/managed-token.ts';
import { parseClusterSize } from '../registry/cluster-size.ts';
import { formatTime } from '../registry/findings/wording.ts';
import { readAdminToken } from '../server/load-settings.ts';
import { parseGiven, parseTokenTtl } from '../server/setting-values.ts';
import { parseArguments, usageError } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { callOptionsOf, SERVICE_FLAGS } from './service-arguments.ts';
import { askService, SERVICE_EXIT_CODES } from './service-command.ts';
import { emphasisFor } from './terminal.ts';
import { formatRows } from './token-table.ts';

const FLAGS = {
  size: { value: 'N', help: 'how many members the cluster will have. Default: 3' },
  ttl: { value: 'DURATION', help: 'how long the token lives, such as 30d. Default: as the service is set' },
  'admin-token-file': {
    value: 'FILE',
    help: 'the admin token, for a service that lets only its operator make tokens',
  },
  format: {
    choices: ['text', 'url', 'json'],
    help: 'text is for a person, url for a script. Default: text',
  },
  ...SERVICE_FLAGS,
} as const satisfies Flags;

const DEFAULT_SERVICE = 'http://127.0.0.1:8087';

const MANUAL: Manual = {
  usage: ['[SERVICE] [--size N] [options]'],
  about: [
    'Makes a token for a new cluster, and prints the lines that its members are started with. The management secret, by which the token can be extended and revoked, is told here and never again.',
  ],
  flags: FLAGS,
  words: { SERVICE: `where Muster is. Default: ${DEFAULT_SERVICE}` },
  examples: [
    'muster new --size 5',
    'muster new http://10.0.0.5:8087 --ttl 30d --admin-token-file admin-token',
    'url=$(muster new --format url)',
  ],
  exitCodes: [['0', 'the token is made'], ...SERVICE_EXIT_CODES.slice(2)],
};

/** `muster new`. */
export const newCommand: Command = {
  name: 'new',
  summary: 'Make a token for a new cluster.',
  manual: MANUAL,
  help: (context) => formatManual('new', MANUAL, context),
  run(args, context) {
    const { values, words, isHelp } = parseArguments('new', args, FLAGS, 1);
    if (isHelp) {
      context.stdout.write(formatManual('new', MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    const [service = DEFAULT_SERVICE] = words;
    if (!/^https?:\/\//i.test(service) || !URL.canParse(service))
      throw usageError('new', `${JSON.stringify(service.slice(0, 100))} is no address of a service`);
    const { ttl, format = 'text' } = values;
    const wanted = {
      size: parseClusterSize(values.size),
      ttlSeconds: ttl === undefined ? undefined : parseGiven('--ttl', ttl, parseTokenTtl),
      adminToken:
        values['admin-token-file'] === undefined ? undefined : readAdminToken(values['admin-token-file']),
    };
    return askService('new', context, async (signal) => {
      const made = await createManagedToken(service, wanted, callOptionsOf(values, signal));
      const strong = emphasisFor(context.stdout, context.env);
      const texts = {
        text: () => formatCreated(made, strong),
        url: () => `${made.url}\n`,
        json: () => `${JSON.stringify(made)}\n`,
      };
      context.stdout.write(texts[format]());
      return EXIT_CODES.ok;
    });
  },
};

function formatCreated(made: ManagedToken, strong: (text: string) => string): string {
  const { url, token, size, expiresAt, managementSecret } = made;
  const service = url.slice(0, -token.length - 1);
  const facts = formatRows([
    ['Discovery URL', url],
    ['Management secret', `${managementSecret}  (told only here: it extends and revokes the token)`],
    ['Cluster', `${size} ${size === 1 ? 'member' : 'members'}, until ${formatTime(Date.parse(expiresAt))}`],
  ]);
  const identity = '--name NAME --initial-advertise-peer-urls http://ADDRESS:2380';
  return [
    facts,
    '',
    strong('Start each member with a name and an address of its own:'),
    `  etcd 3.5 and older:  etcd ${identity} \\`,
    `                         --listen-peer-urls http://ADDRESS:2380 --discovery ${url}`,
    `  etcd 3.6 and newer:  etcd ${identity} \\`,
    `                         --listen-peer-urls http://ADDRESS:2380 --discovery-token ${url} \\`,
    `                         --discovery-endpoints ${service}`,
    '',
    strong('Whole files for systemd, containers, Flatcar and so on:'),
    `  muster boot-config ${url} --platform systemd`,
    '',
    strong('See who has come, live:'),
    `  muster status ${url} --watch`,
    `  or open ${url} in a browser`,
    '',
  ].join('\n');
}
