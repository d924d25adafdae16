import { connect, type Socket } from 'node:net';
import { ProbeFailure, toFailure } from './failure.ts';
import { isOver } from './within.ts';

/** Where somebody listens. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Opens a connection.
 *
 * @throws ProbeFailure `refused`, `no-route`; `filtered` when the signal of `within` is over
 * @throws the reason of the signal
 */
export function openSocket({ address, port }: Endpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const end = (error: unknown): void => {
      socket.destroy();
      signal.removeEventListener('abort', onAbort);
      reject(error);
    };
    const onAbort = (): void =>
      end(isOver(signal) ? new ProbeFailure('filtered', 'no answer to the connection') : signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    socket.once('error', (error) => end(toFailure(error)));
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners('error');
      // Whoever uses it listens for its own errors; one between the two is none of theirs.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
