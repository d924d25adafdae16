import http from 'node:http';
import { askOver, hostOf, portOf } from './ask.ts';
import { ProbeFailure, toFailure } from './failure.ts';
import { openSocket } from './open-socket.ts';
import { resolve } from './resolve.ts';

/**
 * Whether a proxy lets one through to a URL. Plain HTTP is asked for by its whole URL; a way to TLS is opened by
 * CONNECT.
 *
 * @throws ProbeFailure, also where the proxy does not let one through
 * @throws the reason of the signal
 */
export async function askByProxy(proxy: string, url: URL, signal: AbortSignal): Promise<void> {
  const via = new URL(proxy);
  const [address = ''] = await resolve(hostOf(via), signal);
  const socket = await openSocket({ address, port: portOf(via) }, signal);
  if (url.protocol === 'https:') return connectThrough(socket, url, signal);
  const { status } = await askOver(socket, url, signal, `${url.origin}${url.pathname}`);
  // 404 is an answer of the service; what a proxy says of its own accord is one of these.
  if (status === 407 || status === 403 || status >= 500) throw refusal(status);
}

function refusal(status: number): ProbeFailure {
  return new ProbeFailure('failed', `the proxy answers ${status}`);
}

function connectThrough(
  socket: Awaited<ReturnType<typeof openSocket>>,
  url: URL,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((done, reject) => {
    const target = `${url.hostname}:${portOf(url)}`;
    const end = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const onAbort = (): void => end(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort);
    const req = http.request({ createConnection: () => socket, method: 'CONNECT', path: target });
    req.on('error', (error) => end(() => reject(toFailure(error))));
    req.on('connect', ({ statusCode = 0 }) =>
      end(() => (statusCode === 200 ? done() : reject(refusal(statusCode)))),
    );
    req.end();
  });
}
