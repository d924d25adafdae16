export type Side = 'etcd' | 'muster';
export const SIDES: readonly Side[] = ['etcd', 'muster'];

/**
 * The writes that both sides made, by number, with the revision that each side gave to them. Write 0 is that of the
 * size. Between two writes Muster may count further revisions, for what it notes for itself.
 */
export class Timeline {
  readonly #revisions: Readonly<Record<Side, bigint[]>>;

  constructor(base: Readonly<Record<Side, bigint>>) {
    this.#revisions = { etcd: [base.etcd], muster: [base.muster] };
  }

  /** The number of the last write. */
  get last(): number {
    return this.#revisions.etcd.length - 1;
  }

  /** @throws Error where a revision is not above the one before */
  add(revisions: Readonly<Record<Side, bigint>>): void {
    for (const side of SIDES) {
      if (revisions[side] <= this.at(side, this.last))
        throw new Error(`the revision of ${side} did not rise`);
    }
    for (const side of SIDES) this.#revisions[side].push(revisions[side]);
  }

  /** The revision of a write; of the first one for those before it. */
  at(side: Side, write: number): bigint {
    return this.#revisions[side][Math.max(0, write)] ?? 0n;
  }

  /** The last write that a revision includes. */
  since(side: Side, revision: bigint): number {
    return this.#revisions[side].findLastIndex((known) => known <= revision);
  }

  /** The write that has a revision, which a key must have; 0 is that of a key that is not there. */
  exact(side: Side, revision: bigint): string {
    if (revision === 0n) return 'none';
    const write = this.#revisions[side].indexOf(revision);
    return write >= 0 ? `write ${write}` : `${revision - this.at(side, this.last)} after the last write`;
  }
}
