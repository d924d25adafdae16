import type { Conversion } from '../conversion.ts';
import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import { error, errorUnless, type Findings, hasError, NO_FINDINGS, warning } from '../report.ts';
import { checkKeys } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { isBefore, type Version } from '../text/version.ts';
import {
  type OptionValues,
  optionsType,
  type ServiceOption,
  type Versioned,
  versionedType,
} from './service-options.ts';
import { convertService, isGiven, type Service } from './service-unit.ts';

/** `flannel`: the network between containers. */
export interface Flannel {
  version: Version | undefined;
  options: OptionValues;
}

type Row = readonly [key: string, since?: number, flag?: string];

/** With this one, the network is configured in Kubernetes. */
const MANAGER = 'kube_subnet_mgr';

/** The options in the order in which they are written, with the first minor version that has them. */
const OPTIONS: readonly Row[] = [
  ['etcd_username', 6],
  ['etcd_password', 6],
  ['etcd_endpoints'],
  ['etcd_cafile'],
  ['etcd_certfile'],
  ['etcd_keyfile'],
  ['etcd_prefix'],
  ['ip_masq'],
  ['subnet_file'],
  ['interface', 5, 'iface'],
  ['public_ip'],
  [MANAGER, 7],
];

/** This one is no option of the daemon: it is put into etcd before that starts. */
const NETWORK_CONFIG: ServiceOption = { key: 'network_config', type: 'text', flag: '' };

/** The options of a version, and what is to be said about it. */
interface Edition {
  readonly options: readonly ServiceOption[];
  readonly type: Type<OptionValues>;
  readonly findings: Findings;
}

function edition(minor: number | undefined, findings: Findings = NO_FINDINGS): Edition {
  const known = minor === undefined ? [] : OPTIONS.filter(([, since = 5]) => since <= minor);
  const options = known.map(([key, , flag = key.replaceAll('_', '-')]): ServiceOption => {
    return { key, type: key === MANAGER ? 'bool' : 'text', flag };
  });
  const all = minor === undefined ? [] : [...options, NETWORK_CONFIG];
  return { options, type: optionsType('Flannel', all), findings };
}

const TOO_OLD: Edition = edition(undefined, error('invalid flannel version (too old)'));
const UNKNOWN: Edition = edition(undefined);
const FLANNEL_05: Edition = edition(5);
const FLANNEL_06: Edition = edition(6);
const FLANNEL_07: Edition = edition(7);
const NEWER: Edition = edition(
  7,
  warning(
    'flannel minor version too new. Only options available in the previous minor version will be supported',
  ),
);

function editionOf(version: Version | undefined): Edition {
  if (version === undefined) return FLANNEL_06;
  if (isBefore(version, 0n, 5n)) return TOO_OLD;
  if (version.major !== 0n) return UNKNOWN;
  switch (version.minor) {
    case 5n:
      return FLANNEL_05;
    case 6n:
      return FLANNEL_06;
    case 7n:
      return FLANNEL_07;
    default:
      return NEWER;
  }
}

function networkConfigOf({ options: { [NETWORK_CONFIG.key]: config = '' } }: Flannel): string {
  return String(config);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text, (_key, part: unknown) => {
      // Go has no number for it.
      if (part === Number.POSITIVE_INFINITY || part === Number.NEGATIVE_INFINITY)
        throw new Error('too large');
      return part;
    });
    return typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

const common: Type<Versioned> = versionedType('flannel');

export const flannel: Type<Flannel> = {
  name: 'types.Flannel',
  isUnchecked: false,
  zero: () => ({ version: undefined, options: {} }),
  read(node, current, reader) {
    const before = reader.problemCount;
    const { version } = common.read(node, common.zero(), reader);
    if (reader.problemCount > before) return current;
    const { type } = editionOf(version);
    return { version, options: type.read(node, type.zero(), reader) };
  },
  check(value, place, context) {
    const { report } = context;
    const { options, findings } = editionOf(value.version);
    report.add(findings, place.key('version').start);
    const config = networkConfigOf(value);
    const both = errorUnless(
      value.options[MANAGER] !== true || config === '',
      'flannel network config cannot be provided if kube_subnet_mgr is set',
    );
    report.add(both, place.start);
    if (!hasError(both) && config !== '') {
      const invalid = "flannel network config doesn't appear to be valid JSON";
      report.add(errorUnless(isJsonObject(config), invalid), place.key(NETWORK_CONFIG.key).start);
    }
    const known = options.length === 0 ? [] : [...options.map(({ key }) => key), NETWORK_CONFIG.key];
    checkKeys(place, new Set(['version', ...known]), context);
  },
};

const SERVICE: Service = {
  unit: 'flanneld.service',
  dropIn: '20-clct-flannel.conf',
  command: '/usr/lib/coreos/flannel-wrapper $FLANNEL_OPTS',
  tagVariable: 'FLANNEL_IMAGE_TAG',
};

/** How etcdctl is told what the daemon is told by these options. */
const ETCDCTL_FLAGS: readonly (readonly [key: string, flag: string])[] = [
  ['etcd_endpoints', '--endpoints'],
  ['etcd_cafile', '--ca-file'],
  ['etcd_certfile', '--cert-file'],
  ['etcd_keyfile', '--key-file'],
];

/** The line that puts the configuration of the network into etcd. Names in braces stay as they are in it. */
function setNetworkConfig(value: Flannel, { profile }: Conversion): string[] {
  const config = networkConfigOf(value);
  if (config === '') return [];
  const access = ETCDCTL_FLAGS.flatMap(([key, flag]) => {
    const option = value.options[key];
    return isGiven(option, profile) ? [`${flag}=${quote(String(option))}`] : [];
  });
  const words = ['/usr/bin/etcdctl', ...access, 'set', '/coreos.com/network/config', quote(config)];
  return [`ExecStartPre=${words.join(' ')}`];
}

export function convertFlannel(value: Flannel, conversion: Conversion): IgnitionSystemdUnit | undefined {
  const { options } = editionOf(value.version);
  const given = options.map(({ key, flag }) => ({ flag, value: value.options[key] }));
  return convertService(SERVICE, value.version, given, conversion, setNetworkConfig(value, conversion));
}
