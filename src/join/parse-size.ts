import { DiscoveryError } from './discovery-error.ts';

/**
 * Reads a cluster size as etcd does: decimal, with nothing around it.
 *
 * @throws DiscoveryError `refused`
 */
export function parseSize(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new DiscoveryError(
    'refused',
    `the cluster size of this token is ${JSON.stringify(text)}, which is no size`,
    {
      remedy: 'Make a new token with /new?size=N.',
    },
  );
}
