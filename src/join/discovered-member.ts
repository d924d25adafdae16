import { parseMemberValue } from '../registry/member-value.ts';

/** A member of a cluster, as it registered. */
export interface DiscoveredMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Hex without leading zeros, as etcd prints it. */
  readonly memberId: string;
}

/** A member as a registry holds it. */
export interface RegisteredMember {
  readonly memberId: string;
  /** `name=url[,name=url...]`, or the bare URL of etcd 0.4, whose id is its name. */
  readonly value: string;
  /** Its place in the order of arrival: the create index or revision. */
  readonly createRevision: number;
}

/** Reads what a member registered. A value in no form that etcd knows has no peer URLs. */
export function toDiscoveredMember({ memberId, value }: RegisteredMember): DiscoveredMember {
  const parsed = parseMemberValue(value);
  switch (parsed?.form) {
    case 'named':
      return { name: parsed.name, peerUrls: parsed.peerUrls, memberId };
    case 'bare':
      return { name: memberId, peerUrls: [parsed.url], memberId };
    case undefined:
      return { name: memberId, peerUrls: [], memberId };
  }
}
