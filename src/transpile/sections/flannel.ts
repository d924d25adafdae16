import type { Conversion } from '../conversion.ts';
import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import { error, errorUnless, type Findings, hasError, NO_FINDINGS, warning } from '../report.ts';
import { textNamed } from '../schema/scalars.ts';
import { checkKeys, struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { isBefore, type Version } from '../text/version.ts';
import { type OptionValues, optionsType, type ServiceOption, versionType } from './service-options.ts';
import { convertService, isGiven, type Service } from './service-unit.ts';

/** `flannel`: the network between containers. */
export interface Flannel {
  version: Version | undefined;
  /** No option of the daemon: it is put into etcd before that starts. */
  network_config: string;
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
  return { options, type: optionsType('Flannel', options), findings };
}

const TOO_OLD: Edition = edition(undefined, error('invalid flannel version (too old)'));
/** It has the options of the release that it came before. */
const PRE_RELEASE_OF_05: Edition = edition(5, TOO_OLD.findings);
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
  const { major, minor } = version;
  if (isBefore(version, 0n, 5n)) return major === 0n && minor === 5n ? PRE_RELEASE_OF_05 : TOO_OLD;
  if (major !== 0n) return UNKNOWN;
  switch (minor) {
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

type Common = Pick<Flannel, 'version' | 'network_config'>;

const common: Type<Common> = struct<Common>('flannelCommon', {
  version: versionType('FlannelVersion'),
  network_config: textNamed('types.NetworkConfig'),
});

function checkManager({ options, network_config: config }: Flannel): Findings {
  return errorUnless(
    options[MANAGER] !== true || config === '',
    'flannel network config cannot be provided if kube_subnet_mgr is set',
  );
}

function checkNetworkConfig(config: string): Findings {
  return errorUnless(
    config === '' || isJsonObject(config),
    "flannel network config doesn't appear to be valid JSON",
  );
}

/** The fields of `flannel`, and what is checked of them. */
export const flannel: Type<Flannel> = {
  name: 'types.Flannel',
  isUnchecked: false,
  zero: () => ({ ...common.zero(), options: {} }),
  read(node, current, reader) {
    const before = reader.problemCount;
    const read = common.read(node, common.zero(), reader);
    if (reader.problemCount > before) return current;
    const { type } = editionOf(read.version);
    return { ...read, options: type.read(node, type.zero(), reader) };
  },
  check(value, place, context) {
    const { report } = context;
    const own = checkManager(value);
    report.add(own, place.start);
    if (hasError(own)) return;
    const { options, findings } = editionOf(value.version);
    report.add(findings, place.key('version').start);
    report.add(checkNetworkConfig(value.network_config), place.key('network_config').start);
    checkKeys(place, new Set(['version', 'network_config', ...options.map(({ key }) => key)]), context);
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
  const { network_config: config } = value;
  if (config === '') return [];
  const access = ETCDCTL_FLAGS.flatMap(([key, flag]) => {
    const option = value.options[key];
    return isGiven(option, profile) ? [`${flag}=${quote(String(option))}`] : [];
  });
  const words = ['/usr/bin/etcdctl', ...access, 'set', '/coreos.com/network/config', quote(config)];
  return [`ExecStartPre=${words.join(' ')}`];
}

/** The unit that runs it; undefined if its options ask for something that the platform does not have. */
export function convertFlannel(value: Flannel, conversion: Conversion): IgnitionSystemdUnit | undefined {
  const { options } = editionOf(value.version);
  const given = options.map(({ key, flag }) => ({ flag, value: value.options[key] }));
  return convertService(SERVICE, value.version, given, conversion, setNetworkConfig(value, conversion));
}
