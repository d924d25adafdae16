import { memberId } from '../src/registry/member-id.ts';

/** A member as etcd would register it. */
export interface BenchMember {
  readonly id: string;
  /** The form of its PUT. */
  readonly form: string;
}

/** The `number`th member of a token: `n<number>` at an address of its own. */
export function createMember(discoveryUrl: string, number: number): BenchMember {
  const peerUrl = `http://10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}:2380`;
  return { id: memberId([peerUrl], discoveryUrl), form: `value=n${number}%3D${encodeURIComponent(peerUrl)}` };
}
