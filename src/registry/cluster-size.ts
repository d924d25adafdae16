import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/** The size of a cluster whose maker named none, as the Go discovery server has it. */
export const DEFAULT_CLUSTER_SIZE: number = 3;

/**
 * Reads the cluster size of a new token. Empty or absent means the default.
 *
 * @throws MusterError `invalid-size`: refused here, when the token is made, since etcd crashes on a bad size when it boots (`0` in every version).
 */
export function parseClusterSize(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_CLUSTER_SIZE;
  const size = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  assertClusterSize(size, text);
  return size;
}

/**
 * @param text what was asked for, in the words of who asked
 * @throws MusterError `invalid-size` unless a cluster may have that many members
 */
export function assertClusterSize(size: number, text: string = String(size)): void {
  if (Number.isInteger(size) && size >= 1 && size <= LIMITS.clusterSizeMax) return;
  throw new MusterError('invalid-size', `cannot make a token for a cluster of size "${text.slice(0, 40)}"`, {
    remedy: `size must be a whole number from 1 to ${LIMITS.clusterSizeMax}, such as size=3`,
  });
}
