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

  /** The answers that are not sent yet. They are sent in their order, so what is sent stands in front. */
  open(socket: Socket): ServerResponse[] {
    let owed = this.#bySocket.get(socket);
    if (owed === undefined) {
      owed = [];
      this.#bySocket.set(socket, owed);
    }
    while (owed[0]?.writableFinished === true) owed.shift();
    return owed;
  }
}
