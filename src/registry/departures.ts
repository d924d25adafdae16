import { LIMITS } from '../limits.ts';

/** A member whose connection ended while its cluster was not complete. */
interface Departure {
  readonly address: string;
  /** The store's revision when the connection ended. */
  readonly revision: number;
  /** The connection that ended. Nothing but its identity matters, so it is not kept alive. */
  readonly connection: WeakRef<object>;
  /** Connections without a name, from the same address, that were shown the complete cluster since. */
  readonly readers: Set<object>;
}

/**
 * Remembers which members went away before their cluster was complete, and whether they can have seen it complete
 * since: one that cannot has never started, and may come back with empty data also when its answer was received
 * (rule 4). A machine that reboots during a bootstrap takes longer than the others need to complete it.
 *
 * Clients do not say who they are when they read, so a reader that has registered nothing may be any member that is
 * away at its address. When it then registers as one, it was that one: it reads once more before it registers.
 * Nothing of this is stored: what is not known here cannot be told from a member that has started.
 */
export class Departures {
  readonly #byToken = new Map<string, Map<string, Departure>>();
  readonly #tokensByReader = new Map<object, Set<string>>();

  /** The connection that registered a member ended, at a revision at which its cluster was not complete. */
  depart(token: string, memberId: string, address: string, revision: number, ended: object): void {
    const members = this.#byToken.get(token) ?? new Map<string, Departure>();
    // The token that nobody left for longest is forgotten first.
    this.#byToken.delete(token);
    const departure = { address, revision, connection: new WeakRef(ended), readers: new Set<object>() };
    this.#byToken.set(token, members.set(memberId, departure));
    for (const oldest of this.#byToken.keys()) {
      if (this.#byToken.size <= LIMITS.departedTokensMax) break;
      this.#byToken.delete(oldest);
    }
  }

  /** Whether anybody is away from a token. */
  isAwayFrom(token: string): boolean {
    return this.#byToken.has(token);
  }

  /** A connection that has registered nothing was shown the complete cluster. */
  show(token: string, address: string, reader: object): void {
    for (const departure of this.#byToken.get(token)?.values() ?? []) {
      if (departure.address !== address) continue;
      departure.readers.add(reader);
      const tokens = this.#tokensByReader.get(reader) ?? new Set();
      this.#tokensByReader.set(reader, tokens.add(token));
    }
  }

  /** The revision since which a member is away and has seen nothing, unless on the connection that asks now. */
  awaySince(token: string, memberId: string, connection: object): number | undefined {
    const departure = this.#byToken.get(token)?.get(memberId);
    const others = [...(departure?.readers ?? [])].filter((reader) => reader !== connection);
    return others.length === 0 ? departure?.revision : undefined;
  }

  /** A member registered on a connection: it is not away, and what the connection was shown, it was shown. */
  comeBack(token: string, memberId: string, connection: object): void {
    this.#remove(token, memberId);
    for (const { readers } of this.#byToken.get(token)?.values() ?? []) readers.delete(connection);
    this.#tokensByReader.get(connection)?.delete(token);
  }

  /**
   * A member used a connection. Where that is not the one that ended, nothing can be told from its connections: it
   * counts as one that may have started.
   */
  noteUse(token: string, memberId: string, connection: object | undefined): void {
    const departure = this.#byToken.get(token)?.get(memberId);
    if (departure !== undefined && departure.connection.deref() !== connection) this.#remove(token, memberId);
  }

  #remove(token: string, memberId: string): void {
    const members = this.#byToken.get(token);
    members?.delete(memberId);
    if (members?.size === 0) this.#byToken.delete(token);
  }

  /** A connection is gone without having registered: whoever it was, may have started. */
  forget(reader: object): void {
    for (const token of this.#tokensByReader.get(reader) ?? []) {
      const members = this.#byToken.get(token);
      for (const [memberId, { readers }] of members ?? []) if (readers.has(reader)) members?.delete(memberId);
      if (members?.size === 0) this.#byToken.delete(token);
    }
    this.#tokensByReader.delete(reader);
  }
}
