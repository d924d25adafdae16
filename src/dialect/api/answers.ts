import { type Exchange, send } from '../../http/exchange.ts';
import { formatProblem } from './errors.ts';

/** Reports change, and who may see one must not find it in a cache that others use. */
const NOT_STORED: readonly string[] = ['Cache-Control', 'no-store'];

/** Answers a value as JSON. */
export function sendJson(
  exchange: Exchange,
  status: number,
  value: unknown,
  headers: readonly string[] = [],
): void {
  send(exchange, status, 'application/json', `${JSON.stringify(value)}\n`, [...NOT_STORED, ...headers]);
}

/** Answers without a body. */
export function sendNothing(exchange: Exchange, headers: readonly string[] = []): void {
  const { res } = exchange;
  if (res.headersSent || res.destroyed) return;
  res.writeHead(204, [...exchange.baseHeaders, ...NOT_STORED, ...headers]);
  res.end();
  exchange.answered(204);
}

/**
 * Answers with what was wrong (RFC 9457). Whoever sent no credentials where some are wanted gets a 401.
 *
 * @param ownStatus in the place of that of the error's code
 */
export function sendProblem(
  exchange: Exchange,
  error: unknown,
  headers: readonly string[] = [],
  ownStatus?: number,
): void {
  const problem = formatProblem(error);
  const { authorization } = exchange.req.headers;
  const isAnonymous = problem.code === 'not-permitted' && authorization === undefined;
  const status = isAnonymous ? 401 : (ownStatus ?? problem.status);
  const body = `${JSON.stringify({ ...problem, status })}\n`;
  const more = [...NOT_STORED, ...headers];
  if (isAnonymous) more.push('WWW-Authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined) more.push('Retry-After', String(problem.retryAfterSeconds));
  send(exchange, status, 'application/problem+json', body, more);
}
