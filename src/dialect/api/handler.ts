import { isMusterError, MusterError } from '../../errors.ts';
import { BodyError } from '../../http/body.ts';
import type { Exchange } from '../../http/exchange.ts';
import { sendJson, sendNothing, sendProblem } from './answers.ts';
import { readBootConfig } from './boot-config.ts';
import { type EventsOptions, serveEvents } from './events.ts';
import { describeApi } from './openapi.ts';
import type { ApiRoute } from './route.ts';
import {
  createToken,
  extendToken,
  readInitialCluster,
  readToken,
  revokeToken,
  type TokensOptions,
} from './tokens.ts';

/** What the API needs of its surroundings. */
export interface ApiOptions extends TokensOptions, EventsOptions {
  /** The version of Muster. */
  readonly version: string;
}

type Serve = (exchange: Exchange, options: ApiOptions) => void | Promise<void>;

/** Serves one request of Muster's own JSON API. Never rejects. */
export async function serveApi(exchange: Exchange, route: ApiRoute, options: ApiOptions): Promise<void> {
  try {
    if (route.kind === 'none') throw new MusterError('unknown-key', route.reason, { remedy: route.remedy });
    const methods = methodsOf(route);
    const allow = ['Allow', [...Object.keys(methods), 'OPTIONS'].join(', ')];
    if (exchange.method === 'OPTIONS') return sendNothing(exchange, allow);
    const serve = methods[exchange.method];
    if (serve === undefined) {
      const remedy = `use ${Object.keys(methods).join(', ')}`;
      const error = new MusterError('bad-request', `${exchange.method} does not belong here`, { remedy });
      return sendProblem(exchange, error, allow, 405);
    }
    await serve(exchange, options);
  } catch (error) {
    if (!isMusterError(error) && !(error instanceof BodyError)) options.onFault(error);
    if (exchange.res.headersSent) exchange.res.destroy();
    else sendProblem(exchange, error);
  }
}

function methodsOf(route: Exclude<ApiRoute, { kind: 'none' }>): Readonly<Record<string, Serve>> {
  switch (route.kind) {
    case 'openapi':
      return readOnly((exchange, { version }) => sendJson(exchange, 200, describeApi(version)));
    case 'tokens':
      return { POST: createToken };
    case 'token':
      return {
        ...reading((exchange, options) => readToken(exchange, route.token, options)),
        PATCH: (exchange, options) => extendToken(exchange, route.token, options),
        DELETE: (exchange, options) => revokeToken(exchange, route.token, options),
      };
    case 'events':
      return reading((exchange, options) => serveEvents(exchange, route.token, options));
    case 'initial-cluster':
      return reading((exchange, options) => readInitialCluster(exchange, route.token, options));
    case 'boot-config':
      return reading((exchange, options) => readBootConfig(exchange, route.token, options));
  }
}

/** What reads a token is counted. */
function reading(serve: Serve): Readonly<Record<string, Serve>> {
  return readOnly((exchange, options) => {
    assertMayRead(exchange, options);
    return serve(exchange, options);
  });
}

function readOnly(serve: Serve): Readonly<Record<string, Serve>> {
  return { GET: serve, HEAD: serve };
}

/** @throws MusterError `rate-limited` */
function assertMayRead({ requester }: Exchange, { floodGate }: ApiOptions): void {
  const retryAfterSeconds = floodGate.takeRead(requester.address);
  if (retryAfterSeconds === undefined) return;
  throw new MusterError('rate-limited', 'too many requests from this address', {
    remedy: `try again in ${retryAfterSeconds} s`,
    retryAfterSeconds,
  });
}
