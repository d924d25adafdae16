import http from 'node:http';
import https from 'node:https';
import { isDiscoveryError } from '../join/discovery-error.ts';
import { REQUEST_TIMEOUT_MS } from '../join/http.ts';
import { readText } from '../join/node/read-text.ts';
import { type CallOptions, retryPolicyOf, signalOf } from '../join/options.ts';
import { pause } from '../join/pause.ts';
import { DELAY_FIRST_MS, jitter, retry, Unanswered } from '../join/retry.ts';
import { LIMITS } from '../limits.ts';
import { isOver, type TokenReport } from '../registry/token-report.ts';
import { readAnswer } from './answers.ts';
import { readReport } from './api-client.ts';
import { EventParser } from './event-parser.ts';
import { parseTokenAddress } from './token-address.ts';

/** Two heartbeats and a bit: whoever is silent for longer is gone. */
const SILENCE_MS = 2.5 * LIMITS.eventsHeartbeatMs;

/**
 * The report of a token now, and again after each thing that happens to it, until it is over. What happens while one is
 * being read is in the next one.
 *
 * @throws DiscoveryError `unknown`, `refused`, `unreachable`
 * @throws NoApiError
 * @throws the reason of the signal
 */
export async function* followReports(
  discoveryUrl: string,
  options: CallOptions = {},
): AsyncGenerator<TokenReport, void, undefined> {
  const events = new URL(`${parseTokenAddress(discoveryUrl).api.href}/events`);
  const signal = signalOf(options);
  let lastId: string | undefined;
  for (;;) {
    const stream = await retry(retryPolicyOf(options), signal, () => openStream(events, lastId, options));
    try {
      // Each stream begins with an event, so that there is a report at once.
      for await (const id of stream) {
        lastId = id ?? lastId;
        const report = await readReport(discoveryUrl, options);
        yield report;
        if (isOver(report)) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      // A stream that broke is opened anew; a service that answers with a reason has said it.
      if (isDiscoveryError(error)) throw error;
    }
    // Nor is one opened again and again that ends as soon as it begins.
    if (!(await pause(jitter(DELAY_FIRST_MS), signal))) signal.throwIfAborted();
  }
}

/**
 * Opens a stream of events; gives the id of the newest one each time that some have come.
 *
 * @throws Unanswered
 */
function openStream(
  url: URL,
  lastId: string | undefined,
  options: CallOptions,
): Promise<AsyncIterable<string | undefined>> {
  const signal = signalOf(options);
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (lastId !== undefined) headers['Last-Event-ID'] = lastId;
  const isTls = url.protocol === 'https:';
  const tls = isTls ? (options.tls ?? {}) : {};
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? signal.reason : failureOf(error, url));
    let isAnswered = false;
    const req = (isTls ? https : http).request(url, { ...tls, headers, signal, agent: false }, (res) => {
      isAnswered = true;
      res.setTimeout(SILENCE_MS, () => res.destroy(new Error('the stream is silent')));
      const type = res.headers['content-type'] ?? '';
      if (res.statusCode === 200 && type.startsWith('text/event-stream')) resolve(idsOf(res));
      else readRefusal(res, url).then(fail, fail);
    });
    req.setTimeout(REQUEST_TIMEOUT_MS, () => {
      if (!isAnswered) req.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`));
    });
    req.on('error', fail);
    req.end();
  });
}

/** What a service says of itself stands; anything else went wrong on the way. */
function failureOf(error: Error, url: URL): Error {
  if (error instanceof Unanswered || isDiscoveryError(error)) return error;
  return new Unanswered(`${url.host} cannot be reached: ${error.message}`);
}

async function* idsOf(res: http.IncomingMessage): AsyncGenerator<string | undefined, void, undefined> {
  const parser = new EventParser();
  res.setEncoding('utf8');
  for await (const chunk of res) {
    const events = parser.push(String(chunk));
    if (events.length > 0) yield events.findLast(({ id }) => id !== undefined)?.id;
  }
}

/** The error in an answer that is no stream. */
async function readRefusal(res: http.IncomingMessage, url: URL): Promise<Error> {
  const late = setTimeout(() => res.destroy(new Error('the answer does not end')), REQUEST_TIMEOUT_MS);
  try {
    const text = await readText(res);
    const status = res.statusCode ?? 0;
    if (status >= 500 || status === 429) return new Unanswered(`${url.host} answers ${status}`);
    const get = (name: string): string | null => res.headers[name.toLowerCase()]?.toString() ?? null;
    readAnswer({ status, headers: { get }, text }, url);
    return new Unanswered(`${url.host} answers with no events`);
  } finally {
    clearTimeout(late);
  }
}
