import {
  type EtcdMember,
  type MemberGroup,
  type MemberOptions,
  startMember,
  startMembers,
} from '../support/etcd.ts';
import type { EtcdVersion } from '../support/peers.ts';
import { poll } from '../support/poll.ts';

/** Asks Muster for a token, as a person does, and answers its discovery URL. */
export async function newDiscoveryUrl(musterUrl: string, size: number): Promise<string> {
  const response = await fetch(`${musterUrl}/new?size=${size}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`/new?size=${size}: ${response.status} ${text}`);
  return text;
}

/** A member as Muster lists it. */
export interface ListedMember {
  readonly id: string;
  /** `name=url[,name=url]` */
  readonly value: string;
  readonly createdIndex: number;
}

/** The members of a token in the order of their registration. */
export async function listMembers(discoveryUrl: string): Promise<ListedMember[]> {
  const response = await fetch(discoveryUrl);
  const { node } = (await response.json()) as {
    node: { nodes?: { key: string; value: string; createdIndex: number }[] };
  };
  return (node.nodes ?? [])
    .map(({ key, value, createdIndex }) => ({ id: key.slice(key.lastIndexOf('/') + 1), value, createdIndex }))
    .sort((a, b) => a.createdIndex - b.createdIndex);
}

/** The options of members `m1`, `m2`, ... that find each other by one discovery URL, with folders below `dir`. */
export function memberOptions(
  version: EtcdVersion,
  discoveryUrl: string,
  dir: string,
  count: number,
): MemberOptions[] {
  return Array.from({ length: count }, (_, index) => ({
    version,
    discoveryUrl,
    name: `m${index + 1}`,
    dataDir: `${dir}/m${index + 1}`,
    address: `127.0.0.${11 + index}`,
  }));
}

/** The same for members that come over v3, by the bare token unless told otherwise. */
export function v3MemberOptions(
  version: EtcdVersion,
  discoveryUrl: string,
  dir: string,
  count: number,
  token: string = tokenOf(discoveryUrl),
): MemberOptions[] {
  const endpoints = [new URL(discoveryUrl).origin];
  return memberOptions(version, discoveryUrl, dir, count).map(({ discoveryUrl: _, ...options }) => ({
    ...options,
    discoveryToken: { token, endpoints },
  }));
}

/** The bare token at the end of a discovery URL. */
export function tokenOf(discoveryUrl: string): string {
  return discoveryUrl.slice(discoveryUrl.lastIndexOf('/') + 1);
}

/** Starts the members of a cluster at the same time and waits until all are healthy. */
export async function bootCluster(options: MemberOptions[]): Promise<MemberGroup> {
  const members = await startMembers(options);
  try {
    await members.waitHealthy(60_000);
    return members;
  } catch (error) {
    await members[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits until so many members are registered. */
export async function untilRegistered(discoveryUrl: string, count: number): Promise<void> {
  await poll(`${count} members registered`, 30_000, async () => {
    const members = await listMembers(discoveryUrl);
    return members.length >= count || undefined;
  });
}

/** Starts members one by one; `before` is awaited before each but the first. They end together. */
export async function startOneByOne(
  options: readonly MemberOptions[],
  before: (startedCount: number) => Promise<void>,
): Promise<MemberGroup> {
  const all: EtcdMember[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(all.map((member) => member[Symbol.asyncDispose]()));
  };
  try {
    for (const option of options) {
      if (all.length > 0) await before(all.length);
      all.push(await startMember(option));
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    all,
    async waitHealthy(timeoutMs) {
      await Promise.all(all.map((member) => member.waitHealthy(timeoutMs)));
    },
    [Symbol.asyncDispose]: dispose,
  };
}
