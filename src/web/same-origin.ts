import type { IncomingHttpHeaders } from 'node:http';
import { MusterError } from '../errors.ts';
import type { Requester } from '../http/requester.ts';

/**
 * Refuses a form that another site made a browser send. Browsers say where a form comes from: by Sec-Fetch-Site over TLS
 * and on the machine itself, and by Origin everywhere (https://fetch.spec.whatwg.org, "append a request Origin header").
 *
 * @param publicUrl the operator's, which a proxy may hide from the request
 * @throws MusterError `not-permitted`
 */
export function assertSameOrigin(
  headers: IncomingHttpHeaders,
  { authorities }: Requester,
  publicUrl: string | undefined,
): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined ? site === 'same-origin' : isOwn(headers.origin, authorities, publicUrl)) return;
  throw new MusterError('not-permitted', 'this form was not sent by a page of this service', {
    remedy: 'open the home page of this service and use the form there, or make a token with /new?size=N',
  });
}

/** The scheme is not compared: a proxy that ends TLS need not say so. */
function isOwn(
  origin: string | undefined,
  authorities: readonly string[],
  publicUrl: string | undefined,
): boolean {
  const own = publicUrl === undefined ? authorities : [...authorities, new URL(publicUrl).host];
  const [, host] = /^https?:\/\/([^/]+)$/i.exec(origin ?? '') ?? [];
  return host !== undefined && own.some((authority) => stripPort(authority) === stripPort(host));
}

/** A form comes from the port that it is sent to, but a browser leaves out the usual one. */
function stripPort(authority: string): string {
  return authority.toLowerCase().replace(/:(?:80|443)$/, '');
}
