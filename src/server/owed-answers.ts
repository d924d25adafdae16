import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answers that each connection owes, in the order of their requests. */
export class OwedAnswers {
  readonly #bySocket = new WeakMap<Socket, ServerResponse[]>();

  /**
   * Notes that an answer is owed. Nothing listens for its end: what is sent by now is found when the next one comes,
   * so that a connection without requests sent ahead costs nothing.
   *
   * @returns how many are owed with it, and the one that has to be sent before it
   */
  add(socket: Socket, answer: ServerResponse): { count: number; previous: ServerResponse | undefined } {
    const owed = this.open(socket);
    const previous = owed.at(-1);
    owed.push(answer);
    return { count: owed.length, previous };
  }

  /** The answers that are not sent yet. */
  open(socket: Socket): ServerResponse[] {
    const known = this.#bySocket.get(socket);
    if (known?.length === 1 && known[0]?.writableFinished === true) known.pop();
    const open = known === undefined || known.length === 0 ? known : known.filter(isOpen);
    if (open !== undefined && open === known) return open;
    const owed = open ?? [];
    this.#bySocket.set(socket, owed);
    return owed;
  }
}

function isOpen(answer: ServerResponse): boolean {
  return !answer.writableFinished;
}
