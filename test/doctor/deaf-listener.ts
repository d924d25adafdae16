import { connect, type Socket } from 'node:net';
import { startProgram } from '../support/program.ts';

/** A port of which nothing comes back, as behind a firewall that drops what is sent. */
export interface DeafListener extends AsyncDisposable {
  readonly port: number;
}

const LISTEN =
  "require('node:net').createServer().listen({ host: process.argv[1], port: 0, backlog: 1 }, function () { console.log('port', this.address().port); });";
/** On a loopback address the system takes a connection at once, or not at all. */
const TAKEN_MS = 500;
const QUEUE_MAX = 64;

/**
 * A program that listens and is stopped before it takes a connection. The system does that for it, until its queue is
 * full; it drops what comes after that.
 */
export async function startDeafListener(address: string = '127.0.0.1'): Promise<DeafListener> {
  const program = await startProgram({ name: 'deaf', file: process.execPath, args: ['-e', LISTEN, address] });
  const queued: Socket[] = [];
  const dispose = async (): Promise<void> => {
    for (const socket of queued) socket.destroy();
    await program[Symbol.asyncDispose]();
  };
  try {
    const [, text] = await program.waitForLine(/^port (\d+)$/);
    const port = Number(text);
    program.kill('SIGSTOP');
    while (await isTaken(address, port, queued)) {
      if (queued.length > QUEUE_MAX) throw new Error('the queue of a listener does not fill');
    }
    return { port, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function isTaken(host: string, port: number, queued: Socket[]): Promise<boolean> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  queued.push(socket);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TAKEN_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
