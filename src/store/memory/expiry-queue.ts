import { compareKeys } from '../key-order.ts';

/** A key that is due at some time. */
export interface Due {
  readonly dueAt: number;
  readonly token: string;
  readonly key: string;
}

function isBefore(a: Due, b: Due): boolean {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt;
  return compareKeys(`${a.token}/${a.key}`, `${b.token}/${b.key}`) < 0;
}

/** A binary heap of keys, the one that is due first on top; those due at one time are in the order of keys. */
export class ExpiryQueue {
  readonly #heap: Due[] = [];

  peek(): Due | undefined {
    return this.#heap[0];
  }

  push(due: Due): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parentPlace = (place - 1) >>> 1;
      const parent = heap[parentPlace] as Due;
      if (isBefore(parent, due)) break;
      heap[place] = parent;
      place = parentPlace;
    }
    heap[place] = due;
  }

  pop(): Due | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || last === top) return top;
    let place = 0;
    for (;;) {
      let childPlace = 2 * place + 1;
      const left = heap[childPlace];
      if (left === undefined) break;
      const right = heap[childPlace + 1];
      if (right !== undefined && isBefore(right, left)) childPlace++;
      const child = heap[childPlace] as Due;
      if (isBefore(last, child)) break;
      heap[place] = child;
      place = childPlace;
    }
    heap[place] = last;
    return top;
  }
}
