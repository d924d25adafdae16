import { toDiscoveredMember } from './discovered-member.ts';
import { followMembers } from './follow.ts';
import type { JoinProgress } from './join.ts';
import type { RegistryClient } from './registry-client.ts';

/** How far the cluster of a token is. */
export interface TokenState extends JoinProgress {
  /** Whether all members have come. It is the last state then: the first members stay, whoever comes later. */
  readonly isComplete: boolean;
}

/** The state of a token now, and again with each member that comes, until its cluster is complete. */
export async function* watchRegistry(
  registry: RegistryClient,
  signal: AbortSignal,
): AsyncGenerator<TokenState> {
  const size = await registry.readSize(signal);
  for await (const registered of followMembers(registry, signal)) {
    const members = registered.slice(0, size).map(toDiscoveredMember);
    const isComplete = members.length === size;
    yield { size, members, isComplete };
    if (isComplete) return;
  }
}
