/** The versions of etcd that are started in different ways. */
export const ETCD_CHOICES = [
  { value: '3.7', label: 'etcd 3.7 or newer' },
  { value: '3.6', label: 'etcd 3.6' },
  { value: '3.5', label: 'etcd 2.0 to 3.5' },
] as const;

export type EtcdChoice = (typeof ETCD_CHOICES)[number]['value'];

/** Where members are started. */
export const PLATFORM_CHOICES = [
  { value: 'shell', label: 'a shell on each machine' },
  { value: 'trial', label: 'this one machine, to try it' },
] as const;

export type PlatformChoice = (typeof PLATFORM_CHOICES)[number]['value'];

/** Which lines a person wants to see. */
export interface StartChoice {
  readonly etcd: EtcdChoice;
  readonly platform: PlatformChoice;
}

/** Reads the choice out of a page's query; what is not there, or not known, is the default. */
export function parseStartChoice(query: string): StartChoice {
  const parameters = new URLSearchParams(query);
  return {
    etcd: ETCD_CHOICES.find(({ value }) => value === parameters.get('etcd'))?.value ?? '3.6',
    platform: PLATFORM_CHOICES.find(({ value }) => value === parameters.get('platform'))?.value ?? 'shell',
  };
}

/**
 * How a member is told where to register. Over v3 too, the token is given as its whole URL: then members of 3.5 and 3.6
 * compute the same ids, and can form one cluster.
 */
export function discoveryFlags(etcd: EtcdChoice, url: string): string[] {
  if (etcd === '3.5') return [`--discovery ${url}`];
  return [`--discovery-token ${url}`, `--discovery-endpoints ${new URL(url).origin}`];
}

/** The lines that start a member, or, for a trial, all of them. */
export function formatStartLines({ etcd, platform }: StartChoice, url: string, size: number): string {
  const discovery = discoveryFlags(etcd, url);
  if (platform === 'shell') {
    return joinFlags('', [
      'etcd --name "$(hostname)"',
      '--initial-advertise-peer-urls http://ADDRESS:2380',
      '--listen-peer-urls http://ADDRESS:2380',
      '--advertise-client-urls http://ADDRESS:2379',
      '--listen-client-urls http://ADDRESS:2379,http://127.0.0.1:2379',
      ...discovery,
    ]);
  }
  const member = joinFlags('  ', [
    'etcd --name "n$n" --data-dir "/tmp/muster-trial/n$n"',
    '--initial-advertise-peer-urls "http://127.0.0.1:$((22380 + n))"',
    '--listen-peer-urls "http://127.0.0.1:$((22380 + n))"',
    '--advertise-client-urls "http://127.0.0.1:$((22480 + n))"',
    '--listen-client-urls "http://127.0.0.1:$((22480 + n))"',
    ...discovery,
  ]);
  const numbers = Array.from({ length: Math.min(size, 9) }, (_, index) => index + 1).join(' ');
  return `for n in ${numbers}; do\n${member} &\ndone\n`;
}

function joinFlags(indent: string, [program = '', ...flags]: readonly string[]): string {
  return indent + [program, ...flags.map((flag) => `${indent}  ${flag}`)].join(' \\\n');
}
