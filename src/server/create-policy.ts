import { MusterError } from '../errors.ts';
import type { Requester } from '../http/requester.ts';
import { isLoopbackAddress } from '../registry/host.ts';
import type { CreateMode } from './setting-options.ts';

/**
 * Who may make tokens: anybody (`open`), programs on this machine (`loopback`), or who has the admin token
 * (`admin`), who may in any case. A request that a proxy passed on comes from elsewhere, whatever its last hop.
 *
 * @throws MusterError `not-permitted`
 */
export function createPolicy(mode: CreateMode, hasAdminToken: boolean): (requester: Requester) => void {
  const ask = hasAdminToken
    ? 'send the operator\'s token as the header "Authorization: Bearer TOKEN"'
    : 'the operator of this service can allow it with --admin-token-file or --create open';
  return ({ isAdmin, address, isForwarded }) => {
    if (mode === 'open' || isAdmin) return;
    if (mode === 'loopback' && isLoopbackAddress(address) && !isForwarded) return;
    const who = mode === 'loopback' ? 'only programs on the machine of this service' : 'only its operator';
    throw new MusterError('not-permitted', `${who} may make tokens here`, { remedy: ask });
  };
}

/**
 * Tells the operator at start who may make tokens, and what to change where that is nobody.
 *
 * @param url of the service, without a slash at the end
 */
export function describeCreation(mode: CreateMode, hasAdminToken: boolean, url: string): string {
  switch (mode) {
    case 'open':
      return `tokens: whoever reaches this service makes them, with a browser at ${url}/ or with curl '${url}/new?size=3'`;
    case 'loopback':
      return `tokens: programs on this machine make them${hasAdminToken ? ', and whoever has the admin token' : ''}`;
    case 'admin':
      return hasAdminToken
        ? 'tokens: whoever has the admin token makes them'
        : 'tokens: nobody can make them; start with --admin-token-file FILE, or with --create open';
  }
}
