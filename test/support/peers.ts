import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { repositoryRoot } from './repository.ts';

/** The versions of etcd that tests start. Each is a folder of the cache that scripts/peers.mjs fills. */
export const ETCD_VERSIONS = ['3.4', '3.5', '3.6', '3.7'] as const;
export type EtcdVersion = (typeof ETCD_VERSIONS)[number];

/** The Ignitions that judge documents: Debian's command, and programs of our own around the library. */
export type IgnitionPeer = 'ignition-2.14' | 'ignition-2.24' | 'ignition-0.35';

/** A folder of the cache: one real program, or a few that belong together. */
export type PeerName =
  | `etcd-${EtcdVersion}`
  | IgnitionPeer
  | 'boot-formats'
  | 'go-texts'
  | 'etcd-discovery'
  | 'wrk'
  | 'chromium';

const { CI, MUSTER_PEERS_DIR, MUSTER_REQUIRE_PEERS } = process.env;
const peersDir = resolve(MUSTER_PEERS_DIR ?? `${repositoryRoot}.cache/peers`);

/** The folder of a peer, whether it is there or not. */
export function peerDir(name: PeerName): string {
  return `${peersDir}/${name}`;
}

/** The path of an etcd program. */
export function etcdProgram(version: EtcdVersion, program: 'etcd' | 'etcdctl'): string {
  return `${peerDir(`etcd-${version}`)}/${program}`;
}

/** The exact version that was fetched, such as `3.4.23`. Throws when the peer is missing. */
export function peerVersion(name: PeerName): string {
  const stamp: { version: string } = JSON.parse(readFileSync(`${peerDir(name)}/stamp.json`, 'utf8'));
  return stamp.version;
}

/**
 * Why a test that needs these peers cannot run here, for node:test's `skip`; false when all are there. Where every
 * peer is demanded (CI=true or MUSTER_REQUIRE_PEERS=1) it is always false, so that the test runs, and fails.
 */
export function missingPeers(...names: PeerName[]): string | false {
  if (CI === 'true' || MUSTER_REQUIRE_PEERS === '1') return false;
  const missing = names.filter((name) => !existsSync(`${peerDir(name)}/stamp.json`));
  if (missing.length === 0) return false;
  return `NOT EXERCISED HERE: ${missing.map((name) => `${name} is missing: ${missingReason(name)}`).join('; ')}`;
}

function missingReason(name: PeerName): string {
  try {
    return readFileSync(`${peersDir}/${name}.missing`, 'utf8').trim();
  } catch {
    return 'it was never fetched; run node scripts/peers.mjs';
  }
}
