import { memberId } from '../src/registry/member-id.ts';

/** A member as etcd would register it. */
export interface BenchMember {
  readonly id: string;
  /** `name=url` */
  readonly value: string;
  /** The form of its PUT. */
  readonly form: string;
}

/**
 * The `number`th member of a token: `n<number>` at an address of its own.
 *
 * @param salt in v2 the discovery URL, in v3 the token
 */
export function createMember(salt: string, number: number): BenchMember {
  const peerUrl = `http://10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}:2380`;
  const value = `n${number}=${peerUrl}`;
  return { id: memberId([peerUrl], salt), value, form: `value=${encodeURIComponent(value)}` };
}
