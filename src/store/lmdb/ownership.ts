import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, linkSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { MusterError } from '../../errors.ts';

/** The socket that the owner of a data folder listens on. */
export const OWNER_SOCKET = 'owner.sock';

/** The right of this process to use a data folder, until it is released. */
export interface Ownership {
  /** Others reach the owner by its socket: from now on by `serve`, while until then it hangs up. */
  receive(serve: (visitor: Socket) => void): void;
  release(): Promise<void>;
}

/**
 * Makes this process the owner of a data folder, by a unix socket in it. A process that ends, however it
 * ends, stops answering on its socket; and unlike a pid file this also holds between containers that share
 * the folder. (LMDB itself lets any number of processes in.) Throws `data-folder` when the folder has an
 * owner that is alive.
 */
export async function ownFolder(
  folder: string,
  inUseRemedy: string = 'Stop the other Muster that runs on it, or give this one a folder of its own.',
): Promise<Ownership> {
  const directory = openSync(folder, 'r');
  const place = shortPathOf(folder, directory);
  const owner = join(place, OWNER_SOCKET);
  const candidate = join(place, `${OWNER_SOCKET}.${randomBytes(6).toString('hex')}`);
  const visitors = new Set<Socket>();
  let serve = (visitor: Socket): void => void visitor.destroy();
  const server = createServer((visitor) => {
    visitors.add(visitor);
    visitor.once('close', () => visitors.delete(visitor));
    // One that goes away in the midst is its own affair.
    visitor.on('error', () => {});
    serve(visitor);
  });
  try {
    server.listen(candidate);
    await once(server, 'listening');
    server.unref();
    const mine = identityOf(candidate);
    const isMine = await claim(candidate, owner);
    // Somebody who started at the same moment may have taken this socket for a dead one.
    if (!isMine || identityOf(owner) !== mine) throw inUse(folder, inUseRemedy);
    return {
      receive: (next) => {
        serve = next;
      },
      release: async () => {
        if (identityOf(owner) === mine) unlinkSync(owner);
        for (const visitor of visitors) visitor.destroy();
        await closeServer(server);
        closeSync(directory);
      },
    };
  } catch (error) {
    await closeServer(server);
    closeSync(directory);
    throw error;
  }
}

/** The path of a socket may have 107 bytes only, so on Linux the folder is named by its open file. */
function shortPathOf(folder: string, directory: number): string {
  return process.platform === 'linux' ? `/proc/self/fd/${directory}` : folder;
}

/** A connection to the living owner of a data folder; undefined where it has none. Rejects where it may not be had. */
export async function visitOwner(folder: string): Promise<Socket | undefined> {
  const directory = openSync(folder, 'r');
  const visit = createConnection(join(shortPathOf(folder, directory), OWNER_SOCKET));
  try {
    await once(visit, 'connect');
    return visit;
  } catch (error) {
    visit.destroy();
    if (isNobody(error)) return undefined;
    throw error;
  } finally {
    closeSync(directory);
  }
}

/**
 * Gives the socket `candidate` the name `owner`. A link is refused where the name is taken, so that of two
 * processes only one gets it. The socket of a dead owner is moved away first; when it turns out that a faster
 * process had replaced it by then, the live one is put back. Answers whether it has the name.
 */
async function claim(candidate: string, owner: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (tryLink(candidate, owner)) {
      unlinkSync(candidate);
      return true;
    }
    const found = identityOf(owner);
    if (found === undefined) continue;
    if (await answers(owner)) return false;
    const grave = `${candidate}.old`;
    try {
      renameSync(owner, grave);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      throw error;
    }
    if (identityOf(grave) !== found) tryLink(grave, owner);
    unlinkSync(grave);
  }
  return false;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** What tells a file from another one of the same name; undefined when there is none. */
function identityOf(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

/** Whether a process listens on a socket. */
async function answers(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    // Whatever else goes wrong (no permission, too many waiting): there may be an owner.
    return !isNobody(error);
  } finally {
    socket.destroy();
  }
}

/** Whether a connection failed because nobody listens. */
function isNobody(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED' || codeOf(error) === 'ENOENT';
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function inUse(folder: string, remedy: string): MusterError {
  return new MusterError('data-folder', `the data folder ${folder} is in use by another process`, { remedy });
}
