import type { AddressInfo } from 'node:net';
import { type SecureContextOptions, Server as TlsServer } from 'node:tls';
import { MusterError } from '../errors.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import { formatHostPort } from './setting-values.ts';

/** What a listener needs. */
export interface ListenerOptions extends HttpServerOptions {
  /** An empty host is every address of the machine; port 0 is any free port. */
  readonly host: string;
  readonly port: number;
}

/** A listening socket with its connections. */
export interface Listener {
  /** `http://host:port` or `https://host:port`, with the address that was really taken. */
  readonly url: string;
  /** Takes no new connection, lets requests in progress end until the deadline, then cuts what is left. */
  close(deadlineMs: number): Promise<void>;
  /** New connections get this certificate; without TLS, nothing happens. */
  useTls(context: SecureContextOptions): void;
}

/** Opens one HTTP port. @throws MusterError `cannot-listen` when the address cannot be listened on */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { host, port } = options;
  const httpServer = createHttpServer(options);
  const { server } = httpServer;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', fail);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
  const { address, port: taken } = server.address() as AddressInfo;
  const url = `${options.tls === undefined ? 'http' : 'https'}://${formatHostPort({ host: address, port: taken })}`;
  return {
    url,
    close: (ms) => closeServer(httpServer, ms),
    useTls: (context) => {
      if (server instanceof TlsServer) server.setSecureContext(context);
    },
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MusterError {
  const place = formatHostPort({ host, port });
  const reasons: Record<string, [problem: string, remedy: string]> = {
    EADDRINUSE: ['another program has the port', 'Stop it, or choose another port with --listen HOST:PORT.'],
    EACCES: ['this user may not take that port', 'Choose a port from 1024 on with --listen HOST:PORT.'],
    EADDRNOTAVAIL: ['the address is not one of this machine', 'Choose another one with --listen HOST:PORT.'],
    ENOTFOUND: ['the host name is unknown', 'Choose an address of this machine with --listen HOST:PORT.'],
  };
  const [problem, remedy] = reasons[error.code ?? ''] ?? [
    error.message,
    'Choose another --listen HOST:PORT.',
  ];
  return new MusterError('cannot-listen', `cannot listen on ${place}: ${problem}`, { remedy, cause: error });
}

/** Connections become idle one by one, as their requests end: look for them until none is left. */
function closeServer(
  { server, sessions, closeSilentConnections, cutConnections }: HttpServer,
  deadlineMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    let cut: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      sessions.destroy();
      // What these do not know is cut a little later, so that the last words of sessions get out.
      cut = setTimeout(cutConnections, LAST_WORD_MS);
    }, deadlineMs);
    const silence = setTimeout(closeSilentConnections, FIRST_WORD_MS);
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    sessions.close();
    server.close(() => {
      clearTimeout(deadline);
      clearTimeout(cut);
      clearTimeout(silence);
      clearInterval(sweep);
      resolve();
    });
  });
}

/** How often a closing listener looks for connections that have become idle. */
const IDLE_SWEEP_MS = 20;

/** How long a client that connected just before the stop has to say something. */
const FIRST_WORD_MS = 250;

/** How long the end of an HTTP/2 session may take to be sent. */
const LAST_WORD_MS = 100;
