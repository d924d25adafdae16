import type { Dialect } from '../boot-config/boot-config.ts';

/** A trial needs no more members than that, and its ports end with their numbers. */
const MEMBERS_MAX = 9;

/**
 * How a member is told where to register. Over v3 too, the token is given as its whole URL: then members of both dialects
 * compute the same ids, and can form one cluster.
 */
export function discoveryFlags(dialect: Dialect, url: string): string[] {
  if (dialect === 'v2') return [`--discovery ${url}`];
  return [`--discovery-token ${url}`, `--discovery-endpoints ${new URL(url).origin}`];
}

/** A folder for each token: what another trial has left would win over any discovery. */
export function trialFolder(url: string): string {
  return `/tmp/muster-trial-${new URL(url).pathname.slice(1, 1 + TOKEN_SHOWN)}`;
}

/** As much of a token as tells it from another one. */
const TOKEN_SHOWN = 8;

/** Lines of a shell that start all members on the machine itself, each at ports of its own. */
export function formatTrialLines(dialect: Dialect, url: string, size: number): string {
  const numbers = Array.from({ length: Math.min(size, MEMBERS_MAX) }, (_, index) => index + 1);
  const flags = [
    '--listen-peer-urls "http://127.0.0.1:2238$n"',
    '--initial-advertise-peer-urls "http://127.0.0.1:2238$n"',
    '--listen-client-urls "http://127.0.0.1:2237$n"',
    '--advertise-client-urls "http://127.0.0.1:2237$n"',
    ...discoveryFlags(dialect, url),
  ];
  const member = [`etcd --name "n$n" --data-dir "${trialFolder(url)}/n$n"`, ...flags].join(' \\\n    ');
  return `for n in ${numbers.join(' ')}; do\n  ${member} &\ndone\n`;
}
