import type { BootPlan } from './plan.ts';

/** One of etcd's flags, by its name without dashes, with its value. */
export type Setting = readonly [flag: string, value: string];

/** What stands for the name and the address of a member where the platform has nothing for them. */
export const NAME_HOLDER = 'MEMBER-NAME';
export const ADDRESS_HOLDER = 'MEMBER-ADDRESS';

/** How a platform writes what differs from member to member. */
export interface Place {
  /** Undefined: the platform gives it to etcd by itself. */
  readonly name: string | undefined;
  readonly address: string;
}

/** The place of a plan: what was asked for goes before what the platform has. */
export function placeOf({ name, address }: BootPlan, platform: Place): Place {
  return { name: name ?? platform.name, address: address ?? platform.address };
}

/** The name of a variable of the environment that etcd reads in place of a flag. */
export function variableOf(flag: string): string {
  return `ETCD_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** All flags of a member, in the order of etcd's own help. */
export function memberSettings(plan: BootPlan, place: Place): readonly Setting[] {
  return [
    ...(place.name === undefined ? [] : ([['name', place.name]] as const)),
    ['data-dir', plan.dataDir],
    ...urlSettings(plan, place.address),
    ...discoverySettings(plan),
    ...memberTlsSettings(plan),
  ];
}

/** The URLs that a member listens on and tells others. */
export function urlSettings(plan: BootPlan, address: string): readonly Setting[] {
  const { peerPort, clientPort, memberTls } = plan;
  const scheme = memberTls === undefined ? 'http' : 'https';
  const host = isIpv6(address) ? `[${address}]` : address;
  const url = (to: string, port: number): string => `${scheme}://${to}:${port}`;
  // etcd listens on addresses only, and resolves no name for it.
  const listenHost = plan.address === undefined || isIp(address) ? host : '0.0.0.0';
  const clients = [url(listenHost, clientPort)];
  if (listenHost !== '0.0.0.0' && !isLoopback(address)) clients.push(url('127.0.0.1', clientPort));
  return [
    ['listen-peer-urls', url(listenHost, peerPort)],
    ['listen-client-urls', clients.join(',')],
    ['initial-advertise-peer-urls', url(host, peerPort)],
    ['advertise-client-urls', url(host, clientPort)],
  ];
}

/** How a member finds the others. A CA for v2 is no flag of etcd: see `systemRoots`. */
export function discoverySettings({
  dialect,
  url,
  origin,
  serviceTls,
  ...plan
}: BootPlan): readonly Setting[] {
  if (dialect === 'v2') return [['discovery', url]];
  const settings: Setting[] = [
    ['discovery-token', plan.tokenForm === 'url' ? url : plan.token],
    ['discovery-endpoints', origin],
  ];
  if (serviceTls.caFile !== undefined) settings.push(['discovery-cacert', serviceTls.caFile]);
  if (serviceTls.certFile !== undefined) settings.push(['discovery-cert', serviceTls.certFile]);
  if (serviceTls.keyFile !== undefined) settings.push(['discovery-key', serviceTls.keyFile]);
  return settings;
}

/** TLS between members, and between members and clients. */
export function memberTlsSettings({ memberTls }: BootPlan): readonly Setting[] {
  if (memberTls === undefined) return [];
  const { caFile, certFile, keyFile } = memberTls;
  const sides = ['', 'peer-'].map((side): Setting[] => [
    [`${side}cert-file`, certFile],
    [`${side}key-file`, keyFile],
    [`${side}client-cert-auth`, 'true'],
    [`${side}trusted-ca-file`, caFile],
  ]);
  return sides.flat();
}

/**
 * The variable by which members of v2 discovery trust a CA of one's own. They have no flag for it, and check the
 * service with the roots that every program of Go takes.
 */
export function systemRoots({ dialect, serviceTls }: BootPlan): string | undefined {
  return dialect === 'v2' ? serviceTls.caFile : undefined;
}

/** Every file of TLS that etcd reads. */
export function tlsFiles({ serviceTls, memberTls }: BootPlan): readonly string[] {
  const files = [serviceTls, memberTls].flatMap((paths) => [paths?.caFile, paths?.certFile, paths?.keyFile]);
  return [...new Set(files.filter((file) => file !== undefined))];
}

function isIpv6(address: string): boolean {
  return /^(?=.*:.*:)[0-9A-Fa-f:.]+$/.test(address);
}

function isIp(address: string): boolean {
  return isIpv6(address) || /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(address);
}

function isLoopback(address: string): boolean {
  return /^127\.|^::1$|^localhost$/i.test(address);
}
