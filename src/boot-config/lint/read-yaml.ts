import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { GivenSetting, SettingSource } from './configuration.ts';

/** Keys that only etcd's own file has at its top. */
const FILE_KEYS = new Set([
  ...['data-dir', 'listen-peer-urls', 'listen-client-urls', 'initial-advertise-peer-urls'],
  ...['advertise-client-urls', 'initial-cluster', 'initial-cluster-state', 'discovery', 'discovery-config'],
  ...['discovery-token', 'discovery-endpoints'],
]);

/** What the keys of a group are as flags (etcd-io/etcd:client/v3/config.go, ConfigSpec). */
const GROUPED: Readonly<Record<string, string>> = {
  'discovery-config.token': 'discovery-token',
  'discovery-config.client.endpoints': 'discovery-endpoints',
  'discovery-config.client.secure.cacert': 'discovery-cacert',
  'discovery-config.client.secure.cert': 'discovery-cert',
  'discovery-config.client.secure.key': 'discovery-key',
  'discovery-config.client.secure.insecure-transport': 'discovery-insecure-transport',
  'discovery-config.client.secure.insecure-skip-tls-verify': 'discovery-insecure-skip-tls-verify',
  'discovery-config.client.auth.username': 'discovery-user',
  'discovery-config.client.auth.password': 'discovery-password',
};

/** A text that is YAML of a form with settings of its own. */
export interface ReadYaml {
  readonly form: 'etcd-yaml' | 'clc' | 'cloud-config';
  readonly settings: readonly GivenSetting[];
}

/**
 * Reads etcd's own file, the section `etcd` of a Container Linux Config, or that of the cloud-config before it; undefined
 * for any other text.
 */
export function readYaml(text: string): ReadYaml | undefined {
  const lines = new LineCounter();
  const { contents, errors } = parseDocument(text, { lineCounter: lines, version: '1.1' });
  if (errors.length > 0 || !isMap(contents)) return undefined;
  const lineOf = (node: unknown): number => lines.linePos((node as Node).range?.[0] ?? 0).line;
  const keys = contents.items.map(({ key }) => keyOf(key));
  if (keys.some((key) => FILE_KEYS.has(key))) {
    return { form: 'etcd-yaml', settings: readMap(contents, '', lineOf) };
  }
  const etcd = contents.get('etcd');
  if (isMap(etcd)) return { form: 'clc', settings: readSection(etcd, 'flag', lineOf) };
  const older = contents.getIn(['coreos', 'etcd2']) ?? contents.getIn(['coreos', 'etcd']);
  if (!isMap(older)) return undefined;
  return { form: 'cloud-config', settings: readSection(older, 'variable', lineOf) };
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

function readMap(map: YAMLMap, prefix: string, lineOf: (node: unknown) => number): GivenSetting[] {
  return map.items.flatMap(({ key, value }) => {
    const path = `${prefix}${keyOf(key)}`;
    if (isMap(value)) return readMap(value, `${path}.`, lineOf);
    // Nested keys that etcd does not know are kept under their path, for the rules that look for them.
    const flag = GROUPED[path] ?? path;
    return [{ flag, value: textOf(value), line: lineOf(key), source: 'key', spelling: path } as const];
  });
}

/** The transpiler of Container Linux Configs makes flags of these, and coreos-cloudinit variables. */
function readSection(map: YAMLMap, source: SettingSource, lineOf: (node: unknown) => number): GivenSetting[] {
  return map.items.map(({ key, value }) => {
    const spelling = keyOf(key);
    return { flag: spelling.replaceAll('_', '-'), value: textOf(value), line: lineOf(key), source, spelling };
  });
}

function textOf(value: unknown): string {
  if (isSeq(value)) return value.items.map(textOf).join(',');
  return isScalar(value) && value.value !== null ? String(value.source ?? value.value) : '';
}
