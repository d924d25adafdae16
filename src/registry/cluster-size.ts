import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/** The size of a cluster whose maker named none, as the Go discovery server has it. */
const DEFAULT_CLUSTER_SIZE = 3;

/**
 * Reads the cluster size of a new token. Empty or absent means the default.
 * Refused here, when the token is made, since etcd crashes on a bad size when it boots (`0` in every version).
 */
export function parseClusterSize(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_CLUSTER_SIZE;
  const size = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (size >= 1 && size <= LIMITS.clusterSizeMax) return size;
  throw new MusterError('invalid-size', `cannot make a token for a cluster of size "${text.slice(0, 40)}"`, {
    remedy: `size must be a whole number from 1 to ${LIMITS.clusterSizeMax}, such as size=3`,
  });
}
