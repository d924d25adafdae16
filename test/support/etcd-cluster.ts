import { type EtcdMember, type MemberGroup, startMembers } from './etcd.ts';
import type { EtcdVersion } from './peers.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';

/** A real etcd cluster that serves as a store. */
export interface EtcdCluster extends MemberGroup {
  /** The client URLs of its members. */
  readonly endpoints: readonly string[];
  /** Waits until the members agree on a leader, and answers it. */
  leader(): Promise<EtcdMember>;
}

/** Starts a cluster with a folder for each member below `dir`, and waits until it takes writes. */
export async function startEtcdCluster(
  version: EtcdVersion,
  dir: string,
  { size = 3, extraArgs = [] }: { readonly size?: number; readonly extraArgs?: readonly string[] } = {},
): Promise<EtcdCluster> {
  const places = await Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const address = `127.0.0.${31 + index}`;
      return { name: `s${index + 1}`, address, peerPort: await freePort(address) };
    }),
  );
  const initialCluster = places
    .map(({ name, address, peerPort }) => `${name}=http://${address}:${peerPort}`)
    .join(',');
  const members = await startMembers(
    places.map((place) => ({
      ...place,
      version,
      dataDir: `${dir}/${place.name}`,
      initialCluster,
      extraArgs,
    })),
  );
  try {
    await members.waitHealthy();
  } catch (error) {
    await members[Symbol.asyncDispose]();
    throw error;
  }
  return {
    ...members,
    endpoints: members.all.map(({ clientUrl }) => clientUrl),
    leader: () =>
      poll('a leader', 30_000, async (signal) => {
        for (const member of members.all) {
          const status = await statusOf(member, signal);
          if (status !== undefined && status.leader !== '0' && status.leader === status.id) return member;
        }
        return undefined;
      }),
    [Symbol.asyncDispose]: () => members[Symbol.asyncDispose](),
  };
}

async function statusOf(
  member: EtcdMember,
  signal: AbortSignal,
): Promise<{ id: string; leader: string } | undefined> {
  if (!member.program.isRunning) return undefined;
  try {
    const response = await fetch(`${member.clientUrl}/v3/maintenance/status`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.any([signal, AbortSignal.timeout(1000)]),
    });
    const body = (await response.json()) as { header?: { member_id?: string }; leader?: string };
    return { id: body.header?.member_id ?? '', leader: body.leader ?? '0' };
  } catch {
    return undefined;
  }
}
