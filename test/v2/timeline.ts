export type Side = 'etcd' | 'muster';

/**
 * The writes that both sides made to one registry, oldest first; the first is that of the size key. The two count
 * differently, so an index is compared as the rank of the write that it belongs to.
 */
export class Timeline {
  readonly #indices: Readonly<Record<Side, number[]>>;

  constructor(sizeIndices: Readonly<Record<Side, number>>) {
    this.#indices = { etcd: [sizeIndices.etcd], muster: [sizeIndices.muster] };
  }

  /** How many writes there were. */
  get length(): number {
    return this.#indices.etcd.length;
  }

  /** Notes a write that both sides made. Answers its rank. */
  record(indices: Readonly<Record<Side, number>>): number {
    this.#indices.etcd.push(indices.etcd);
    this.#indices.muster.push(indices.muster);
    return this.length - 1;
  }

  /** The index of a write on one side. */
  indexOf(side: Side, rank: number): number {
    const index = this.#indices[side][rank];
    if (index === undefined) throw new Error(`there is no write of rank ${rank}`);
    return index;
  }

  /** The rank of the write that has exactly this index; a text that is equal to nothing when there is none. */
  rankOf(side: Side, index: number): number | string {
    const rank = this.#indices[side].indexOf(index);
    return rank === -1 ? `${side} made no write at ${index}` : rank;
  }

  /** The rank of the last write up to this index: what an X-Etcd-Index stands for. */
  floorOf(side: Side, index: number): number | string {
    const rank = this.#indices[side].findLastIndex((known) => known <= index);
    return rank === -1 ? `${side} made no write before ${index}` : rank;
  }
}
