import http from 'node:http';
import { EventParser, type ServerSentEvent } from '../../src/api-client/event-parser.ts';

/** An open stream of events. */
export interface EventStream extends AsyncDisposable {
  /** The next event. Rejects where the stream ended. */
  next(): Promise<ServerSentEvent>;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
}

/** Opens the events of a token; resolves when the answer begins. */
export function openEvents(service: string, token: string, lastId?: string): Promise<EventStream> {
  const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
  return new Promise((resolve, reject) => {
    const req = http.get(`${service}/v1/tokens/${token}/events`, { headers, agent: false }, (res) => {
      const parser = new EventParser();
      const events: ServerSentEvent[] = [];
      let wake: (() => void) | undefined;
      let isEnded = false;
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        events.push(...parser.push(chunk));
        wake?.();
      });
      const ended = new Promise<void>((resolveEnd) => {
        res.once('close', () => {
          isEnded = true;
          wake?.();
          resolveEnd();
        });
      });
      resolve({
        ended,
        async next() {
          for (;;) {
            const event = events.shift();
            if (event !== undefined) return event;
            if (isEnded) throw new Error('the stream has ended');
            await new Promise<void>((go) => {
              wake = go;
            });
          }
        },
        async [Symbol.asyncDispose]() {
          req.destroy();
          await ended;
        },
      });
    });
    req.on('error', reject);
  });
}
