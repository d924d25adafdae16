/** One call as its client saw it. Moments are numbers of one counter, so that no two are equal. */
export interface Call<Input, Output> {
  readonly invokedAt: number;
  /** Infinity for a call without an answer: it took effect at some moment after `invokedAt`, or never. */
  readonly respondedAt: number;
  readonly input: Input;
  /** Undefined for a call without an answer. */
  readonly output: Output | undefined;
}

/** An object as it would behave if only one client used it. */
export interface Model<State, Input, Output> {
  readonly initial: State;
  /**
   * The state after a call; undefined where the call cannot have had that output in that state. The same object
   * as `state` where the call changes nothing. Without an output, what the call does if it takes effect.
   */
  step(state: State, call: Call<Input, Output>): State | undefined;
  /** Equal for equal states only. */
  keyOf(state: State): string;
  /**
   * What the output tells of the order: once a call has changed the state, one with an output and a lower rank
   * never can any more. So of several that could come next only the lowest need be tried.
   */
  rank(call: Call<Input, Output>): number;
}

/** Steps after which a search gives up: a true history of a few hundred calls takes about one per call. */
const STEPS_MAX = 200_000;

/**
 * Searches an order of the calls in which each has the output that the model gives it, and in which no call
 * comes before one that had been answered when it was made (Wing & Gong, "Testing and Verifying Concurrent
 * Objects", with Lowe's memory of where the search has been). Undefined: there is none, so that what was
 * observed is not linearizable.
 *
 * @throws Error when the search took too many steps, so that nothing is known
 */
export function findLinearization<State, Input, Output>(
  history: readonly Call<Input, Output>[],
  model: Model<State, Input, Output>,
): Call<Input, Output>[] | undefined {
  const calls = [...history].sort((a, b) => model.rank(a) - model.rank(b) || a.respondedAt - b.respondedAt);
  const byResponse = calls.map((_, place) => place).sort((a, b) => respondedAt(a) - respondedAt(b));
  const order: number[] = [];
  const isDone = new Uint8Array(calls.length);
  const visited = new Set<string>();
  let steps = 0;

  function respondedAt(place: number): number {
    return (calls[place] as Call<Input, Output>).respondedAt;
  }

  function search(state: State): boolean {
    // A call may come next unless another one, which is not in the order yet, had its answer before.
    const firstResponse = byResponse.find((place) => isDone[place] === 0);
    if (firstResponse === undefined || respondedAt(firstResponse) === Number.POSITIVE_INFINITY) return true;
    const key = `${Buffer.from(isDone).toString('latin1')} ${model.keyOf(state)}`;
    if (visited.has(key)) return false;
    visited.add(key);
    const candidates: { place: number; next: State }[] = [];
    for (const [place, call] of calls.entries()) {
      if (isDone[place] !== 0 || call.invokedAt > respondedAt(firstResponse)) continue;
      if (++steps > STEPS_MAX) throw new Error(`no order found in ${STEPS_MAX} steps, and none excluded`);
      const next = model.step(state, call);
      if (next === undefined) continue;
      // What fits now and changes nothing may as well come now: the others lose nothing by it.
      if (next === state && call.output !== undefined) return take(place, next);
      candidates.push({ place, next });
    }
    const lowest = candidates.find(({ place }) => calls[place]?.output !== undefined);
    return candidates.some(({ place, next }) => {
      const isUnanswered = calls[place]?.output === undefined;
      return (isUnanswered || place === lowest?.place) && take(place, next);
    });
  }

  function take(place: number, next: State): boolean {
    isDone[place] = 1;
    order.push(place);
    if (search(next)) return true;
    isDone[place] = 0;
    order.pop();
    return false;
  }

  return search(model.initial) ? order.map((place) => calls[place] as Call<Input, Output>) : undefined;
}
