import { MusterError } from '../errors.ts';
import { CLOUDS, type Cloud } from './clouds.ts';
import { DEFAULT_ETCD_VERSION, type Dialect, type EtcdVersion, parseEtcdVersion } from './etcd-version.ts';
import type { BootConfigRequest, MemberTls, TlsPaths } from './request.ts';

/** A request that was checked, with every default in place. All its texts are free of what shells and files obey. */
export interface BootPlan {
  /** The discovery URL, as it was given: member ids are hashed with it. */
  readonly url: string;
  readonly origin: string;
  readonly isHttps: boolean;
  readonly token: string;
  readonly tokenForm: 'url' | 'bare';
  readonly version: EtcdVersion;
  readonly dialect: Dialect;
  readonly size: number | undefined;
  readonly name: string | undefined;
  readonly address: string | undefined;
  readonly cloud: Cloud;
  readonly peerPort: number;
  readonly clientPort: number;
  readonly dataDir: string;
  readonly serviceTls: TlsPaths;
  readonly memberTls: MemberTls | undefined;
}

const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)`;
const URL_FORM = new RegExp(`^((https?)://${HOST}(?::[0-9]{1,5})?)(?:/[A-Za-z0-9._~-]+)*/([0-9a-f]{32})$`);
const NAME_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const ADDRESS_FORM = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*|(?=.*:.*:)[0-9A-Fa-f:.]+)$/;
const PATH_FORM = /^(?:\/[A-Za-z0-9._@+-]+)+$/;

function refuse(problem: string, remedy: string): never {
  throw new MusterError('bad-setting', problem, { remedy });
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

/**
 * Checks a request, and fills in what it leaves open. What it takes goes into shells, units and YAML without any
 * further thought, so each text has a narrow form.
 *
 * @throws MusterError `bad-setting`
 */
export function planBoot(request: BootConfigRequest): BootPlan {
  const { discoveryUrl, tokenForm = 'url', etcdVersion = DEFAULT_ETCD_VERSION } = request;
  const [, origin = '', scheme = '', token = ''] = URL_FORM.exec(discoveryUrl) ?? [];
  if (token === '') {
    refuse(
      `${shown(discoveryUrl)} is not a discovery URL`,
      'Give it as /new printed it, such as http://10.0.0.5:8087/ and 32 digits 0-9 and a-f, without a query or a password.',
    );
  }
  const version = parseEtcdVersion(etcdVersion);
  const dialect = request.dialect ?? version.dialects[0] ?? 'v2';
  if (!version.dialects.includes(dialect)) {
    const wanted = version.dialects.join(' or ');
    refuse(
      `etcd ${version.major}.${version.minor} has no ${dialect} discovery`,
      dialect === 'v2' ? `It speaks ${wanted}.` : `It speaks ${wanted}; v3 begins with etcd 3.6.`,
    );
  }
  const { name, address, dataDir = '/var/lib/etcd', size } = request;
  if (name !== undefined && (!NAME_FORM.test(name) || name === 'default')) {
    refuse(
      `${shown(name)} is not a name for a member`,
      'Give every member its own, of letters, digits, dots and dashes; "default" is what etcd takes where there is none.',
    );
  }
  if (address !== undefined && !ADDRESS_FORM.test(address)) {
    refuse(`${shown(address)} is not an address`, 'Give an IP address, without a port.');
  }
  if (!PATH_FORM.test(dataDir))
    refuse(`${shown(dataDir)} is not an absolute path`, 'Write it as /var/lib/etcd.');
  return {
    ...{ url: discoveryUrl, origin, isHttps: scheme === 'https', token, tokenForm },
    ...{ version, dialect, name, address, dataDir },
    size: size === undefined ? undefined : checkNumber('the cluster size', size, 1, 1000),
    cloud: findCloud(request.cloud),
    peerPort: checkNumber('the peer port', request.peerPort ?? 2380, 1, 65_535),
    clientPort: checkNumber('the client port', request.clientPort ?? 2379, 1, 65_535),
    serviceTls: checkServiceTls(request.serviceTls ?? {}, dialect, scheme === 'https'),
    memberTls: request.memberTls === undefined ? undefined : checkPaths(request.memberTls),
  };
}

function checkNumber(what: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    refuse(`${what} is ${value}`, `Give a whole number from ${low} to ${high}.`);
  }
  return value;
}

function findCloud(id: string | undefined): Cloud {
  const found = id === undefined ? CLOUDS[0] : CLOUDS.find((cloud) => cloud.id === id);
  return (
    found ??
    refuse(`there is no cloud ${shown(`${id}`)}`, `Give one of ${CLOUDS.map(({ id }) => id).join(', ')}.`)
  );
}

function checkPaths<Paths extends TlsPaths>(paths: Paths): Paths {
  for (const path of [paths.caFile, paths.certFile, paths.keyFile]) {
    if (path === undefined || PATH_FORM.test(path)) continue;
    refuse(`${shown(path)} is not a path of a file`, 'Write an absolute path, such as /etc/etcd/ca.crt.');
  }
  if ((paths.certFile === undefined) !== (paths.keyFile === undefined)) {
    refuse('a certificate and its key come together', 'Give both of them, or none.');
  }
  return paths;
}

function checkServiceTls(paths: TlsPaths, dialect: Dialect, isHttps: boolean): TlsPaths {
  const { caFile, certFile } = checkPaths(paths);
  if (!isHttps && (caFile !== undefined || certFile !== undefined)) {
    refuse('the discovery URL is plain http', 'Files of TLS need an https discovery URL.');
  }
  if (dialect === 'v2' && certFile !== undefined) {
    refuse(
      'members of v2 discovery show no certificate',
      'A service that wants one to register takes members from etcd 3.6 on, over v3.',
    );
  }
  return paths;
}
