import { isMusterError, MusterError } from '../errors.ts';
import { type Exchange, sendMethodNotAllowed } from '../http/exchange.ts';
import { assertMayWrite, type FloodGate, originOf } from '../http/requester.ts';
import { FRAGMENT_HEADER, type PageAnswer, sendAsset, sendPage, sendToPage } from './answers.ts';
import type { Asset } from './asset.ts';
import type { Assets } from './assets.ts';
import { describeHomePage, type HomeVisit } from './home-page.ts';
import { type Page, renderMain, renderPage } from './layout.ts';
import { makeToken, type NewTokenForm, type NewTokenOptions, readNewTokenForm } from './new-token.ts';
import { readTokenPage } from './page-cache.ts';
import { describeRefusalPage, type Problem } from './refusal-page.ts';
import { readRefusal } from './refusals.ts';
import { parseStartChoice } from './start-choice.ts';
import type { TokenView } from './token-page.ts';
import type { WebRoute } from './web-route.ts';

/** What the pages for people need of their surroundings. */
export interface WebOptions extends NewTokenOptions {
  readonly floodGate: Pick<FloodGate, 'takeNew' | 'takeRead'>;
  readonly assets: Assets;
  /** The files that pages name, by their paths. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly findingsPage: Page;
  readonly transpilePage: Page;
  /** All about a token, also about one that is over. Rejects with `unknown-token`. */
  readonly readToken: (token: string) => Promise<TokenView>;
  /** How long tokens live by default. */
  readonly tokenTtlSeconds: number;
  /** Whether an admin token is set, so that it makes sense to ask for it. */
  readonly hasAdminToken: boolean;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Serves one page for people. Never rejects. */
export async function serveWeb(exchange: Exchange, route: WebRoute, options: WebOptions): Promise<void> {
  try {
    await serveRoute(exchange, route, options);
  } catch (error) {
    if (exchange.res.headersSent) {
      options.onFault(error);
      exchange.res.destroy();
    } else {
      sendRefusal(exchange, error, options);
    }
  }
}

async function serveRoute(exchange: Exchange, route: WebRoute, options: WebOptions): Promise<void> {
  const { method } = exchange;
  if (route.kind === 'new-form') {
    if (method !== 'POST') return sendMethodNotAllowed(exchange, 'POST');
    return serveNewForm(exchange, options);
  }
  if (method !== 'GET' && method !== 'HEAD') return sendMethodNotAllowed(exchange, 'GET, HEAD');
  switch (route.kind) {
    case 'home':
      return sendHome(exchange, 200, undefined, undefined, options);
    case 'token':
      return await serveToken(exchange, route.token, options);
    case 'findings':
      return answer(exchange, 200, options.findingsPage, options);
    case 'transpile':
      return answer(exchange, 200, options.transpilePage, options);
    case 'asset': {
      const asset = options.files.get(route.path);
      if (asset !== undefined) return sendAsset(exchange, asset);
      throw new MusterError('unknown-key', 'this service has no such page or file');
    }
    case 'none':
      throw new MusterError('unknown-key', route.reason, { remedy: route.remedy });
  }
}

async function serveToken(exchange: Exchange, token: string, options: WebOptions): Promise<void> {
  const retryAfterSeconds = options.floodGate.takeRead(exchange.requester.address);
  if (retryAfterSeconds !== undefined) {
    throw new MusterError('rate-limited', 'too many requests from this address', { retryAfterSeconds });
  }
  const view = await options.readToken(token);
  const url = `${spellOrigin(exchange, options)}/${token}`;
  const page = readTokenPage(view, {
    url,
    choice: parseStartChoice(exchange.query, url),
    now: options.now(),
  });
  const { state } = view.report;
  answer(exchange, state === 'open' || state === 'complete' ? 200 : 410, page, options);
}

async function serveNewForm(exchange: Exchange, options: WebOptions): Promise<void> {
  let form: NewTokenForm | undefined;
  try {
    form = await readNewTokenForm(exchange);
    const token = await makeToken(exchange, form, options);
    sendToPage(exchange, `/${token}`);
  } catch (error) {
    if (readRefusal(error) === undefined) throw error;
    sendHome(exchange, undefined, form, error, options);
  }
}

/** The home page: as it is, or with what was sent and why no token was made of it. */
function sendHome(
  exchange: Exchange,
  status: number | undefined,
  form: NewTokenForm | undefined,
  error: unknown,
  options: WebOptions,
): void {
  const barrier = findBarrier(exchange, options);
  const refusal = error === undefined ? undefined : readRefusal(error);
  const ttlSeconds = Number(form?.ttl || Number.NaN);
  const visit: HomeVisit = {
    origin: spellOrigin(exchange, options),
    size: form?.size || (new URLSearchParams(exchange.query).get('size') ?? '3'),
    ttlSeconds: Number.isSafeInteger(ttlSeconds) ? ttlSeconds : options.tokenTtlSeconds,
    barrier,
    takesAdminToken: options.hasAdminToken,
    problem: refusal,
  };
  const headers = retryHeaders(refusal?.retryAfterSeconds);
  // So that the browser says where the form comes from: see same-origin.ts.
  answer(exchange, status ?? refusal?.status ?? 200, describeHomePage(visit), options, {
    referrerPolicy: 'same-origin',
    headers,
  });
}

/** Why this visitor may make no tokens, as far as it does not depend on what they ask for. */
function findBarrier(
  { requester }: Exchange,
  { assertMayCreate, hasAdminToken }: WebOptions,
): Problem | undefined {
  try {
    assertMayWrite(requester);
    assertMayCreate(requester);
    return undefined;
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const remedy = hasAdminToken ? 'enter the operator’s admin token below' : error.remedy;
    return { message: error.message, remedy };
  }
}

function spellOrigin({ requester }: Exchange, { publicUrl }: WebOptions): string {
  return publicUrl ?? originOf(requester) ?? 'http://HOST';
}

function sendRefusal(exchange: Exchange, error: unknown, options: WebOptions): void {
  const refusal = readRefusal(error);
  if (refusal !== undefined) {
    const headers = retryHeaders(refusal.retryAfterSeconds);
    const page = describeRefusalPage(refusal.title, refusal);
    answer(exchange, refusal.status, page, options, { headers });
    return;
  }
  options.onFault(error);
  const problem = { message: 'the service met a fault of its own; its log has more', remedy: undefined };
  answer(exchange, 500, describeRefusalPage('Something went wrong', problem), options);
}

function retryHeaders(seconds: number | undefined): string[] {
  return seconds === undefined ? [] : ['Retry-After', String(seconds)];
}

function answer(
  exchange: Exchange,
  status: number,
  page: Page,
  { assets }: WebOptions,
  how: PageAnswer = {},
): void {
  const isFragment = exchange.req.headers[FRAGMENT_HEADER] === 'main';
  sendPage(exchange, status, isFragment ? renderMain(page) : renderPage(page, assets), how);
}
