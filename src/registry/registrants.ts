/**
 * Remembers on which living connection each member registered, to tell a machine that came back from a second
 * machine with the same identity (rule 4). A connection is any object that stands for one; what is not known
 * here counts as gone.
 */
export class Registrants {
  readonly #holders = new Map<string, object>();
  readonly #keysByHolder = new Map<object, Set<string>>();
  /** Members whose clients use several connections, so that the end of the holder says nothing. */
  readonly #indirect = new Set<string>();
  readonly #hasHungUp: (connection: object) => boolean;

  /**
   * @param hasHungUp whether the other side of a connection has ended it, which a connection that still waits for
   *   its answer outlives: a client that gave up on a slow answer and asks again is no second machine
   */
  constructor(hasHungUp: (connection: object) => boolean = () => false) {
    this.#hasHungUp = hasHungUp;
  }

  /**
   * Claims a member for a connection, before it is registered, so that two machines that come at the same
   * instant are told apart as well.
   *
   * @returns `held`: the connection holds the member from before. `claimed`: it does from now on.
   *   `twin`: another living connection holds it.
   */
  claim(token: string, memberId: string, connection: object): 'held' | 'claimed' | 'twin' {
    const key = `${token}/${memberId}`;
    const holder = this.#holders.get(key);
    if (holder === connection) return 'held';
    if (holder !== undefined) {
      if (!this.#hasHungUp(holder)) return 'twin';
      this.release(token, memberId, holder);
    }
    // A connection that ended already will not end once more: nothing would ever take its claim back.
    if (this.#hasHungUp(connection)) return 'claimed';
    this.#holders.set(key, connection);
    const keys = this.#keysByHolder.get(connection) ?? new Set();
    this.#keysByHolder.set(connection, keys.add(key));
    return 'claimed';
  }

  /** Takes a claim back, since the member was not registered after all. */
  release(token: string, memberId: string, connection: object): void {
    const key = `${token}/${memberId}`;
    if (this.#holders.get(key) !== connection) return;
    this.#holders.delete(key);
    this.#indirect.delete(key);
    const keys = this.#keysByHolder.get(connection);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysByHolder.delete(connection);
  }

  /** The member is no longer registered, whoever holds it. */
  drop(token: string, memberId: string): void {
    const holder = this.#holders.get(`${token}/${memberId}`);
    if (holder !== undefined) this.release(token, memberId, holder);
  }

  /**
   * A member used a connection. Where that is not the one that it registered on, its client, or a proxy before it,
   * uses several: `forget` will not tell of this member then.
   */
  noteUse(token: string, memberId: string, connection: object | undefined): void {
    const key = `${token}/${memberId}`;
    const holder = this.#holders.get(key);
    if (holder !== undefined && holder !== connection) this.#indirect.add(key);
  }

  /** Whether the connection holds the member. */
  holds(token: string, memberId: string, connection: object): boolean {
    return this.#holders.get(`${token}/${memberId}`) === connection;
  }

  /** Whether the connection holds any member of a token. */
  holdsAny(token: string, connection: object): boolean {
    return [...(this.#keysByHolder.get(connection) ?? [])].some((key) => key.startsWith(`${token}/`));
  }

  /** The connection is gone, and with it everything that it held. Answers the members that used no other one. */
  forget(connection: object): { token: string; memberId: string }[] {
    const keys = [...(this.#keysByHolder.get(connection) ?? [])];
    for (const key of keys) this.#holders.delete(key);
    this.#keysByHolder.delete(connection);
    const direct = keys.filter((key) => !this.#indirect.delete(key));
    return direct.map((key) => {
      const slash = key.indexOf('/');
      return { token: key.slice(0, slash), memberId: key.slice(slash + 1) };
    });
  }
}
