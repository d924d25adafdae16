import { type Exchange, send } from '../http/exchange.ts';
import { LIMITS } from '../limits.ts';
import type { Asset } from './asset.ts';
import type { Html } from './html.ts';

/** Nothing but our own files, no frame, no other place for a form: what a member registers can do nothing here. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** What of a page is asked for: the whole, or what stands in `<main>`, for the page itself to replace its own. */
export const FRAGMENT_HEADER = 'x-muster-fragment';

/** How an answer differs from that of a token's page. */
export interface PageAnswer {
  readonly headers?: readonly string[];
  /**
   * Which pages are told this one's URL. None, by default, since the URL of a token is all that it takes to use it;
   * those of this service where a form is to say where it comes from: with `no-referrer`, its Origin is `null`.
   */
  readonly referrerPolicy?: 'no-referrer' | 'same-origin';
}

/** Answers with a page. */
export function sendPage(
  exchange: Exchange,
  status: number,
  page: Html,
  { headers = [], referrerPolicy = 'no-referrer' }: PageAnswer = {},
): void {
  restBriefly(exchange);
  send(exchange, status, 'text/html; charset=utf-8', page.text, [
    ...['Content-Security-Policy', POLICY],
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Referrer-Policy', referrerPolicy],
    ...['Cross-Origin-Resource-Policy', 'same-origin'],
    ...['Cache-Control', 'no-store'],
    ...['Vary', `Accept, ${FRAGMENT_HEADER}`],
    ...headers,
  ]);
}

/** Answers with a file. Its name changes with its content. */
export function sendAsset(exchange: Exchange, { contentType, body }: Asset): void {
  restBriefly(exchange);
  send(exchange, 200, contentType, body, [
    ...['X-Content-Type-Options', 'nosniff'],
    ...['Cross-Origin-Resource-Policy', 'same-origin'],
    ...['Cache-Control', 'public, max-age=31536000, immutable'],
  ]);
}

/** Sends the browser to another page of this service, by GET. */
export function sendToPage(exchange: Exchange, path: string): void {
  send(exchange, 303, 'text/plain; charset=utf-8', `see ${path}\n`, [
    ...['Location', path],
    ...['Referrer-Policy', 'no-referrer'],
    ...['Cache-Control', 'no-store'],
  ]);
}

/**
 * A browser that has its page keeps the connection for minutes. Thousands may look at one token, and a new connection costs
 * less than an idle one; members, for whom connections are kept long, are never answered here.
 */
function restBriefly({ req, res }: Exchange): void {
  // Behind Node's own, which sets the time that is meant for members.
  res.once('finish', () => req.socket.setTimeout(LIMITS.pageConnectionMs));
}
