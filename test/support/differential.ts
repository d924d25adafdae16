import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import fc from 'fast-check';

/** What a failure prints; set it to run the same sequences again, and MUSTER_FUZZ_PATH for the shrunk one alone. */
const { MUSTER_FUZZ_SEED, MUSTER_FUZZ_PATH } = process.env;

/** A differential test: how much it does, and within which time. */
export interface DifferentialOptions<Sequence> {
  readonly sequences: fc.Arbitrary<Sequence>;
  readonly count: number;
  /** Fewer prove little. */
  readonly stepsMin: number;
  /** All sequences together, with the shrinking of a failure, end before the time of a test file is over. */
  readonly timeoutMs: number;
  /** Runs one on both sides. Answers how often each deliberate difference was met. @throws Error at any other */
  readonly run: (sequence: Sequence) => Promise<ReadonlyMap<string, number>>;
}

/** Runs random sequences of commands on Muster and on a reference. Prints its seed, and shrinks a failure. */
export async function assertNoDifference<Sequence extends { readonly commands: readonly unknown[] }>(
  t: TestContext,
  { sequences, count, stepsMin, timeoutMs, run }: DifferentialOptions<Sequence>,
): Promise<void> {
  const seed = MUSTER_FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(MUSTER_FUZZ_SEED);
  t.diagnostic(`MUSTER_FUZZ_SEED=${seed}`);
  const differences = new Map<string, number>();
  let steps = 0;
  const property = fc.asyncProperty(sequences, async (sequence) => {
    steps += sequence.commands.length;
    for (const [number, met] of await run(sequence)) {
      differences.set(number, (differences.get(number) ?? 0) + met);
    }
  });
  await fc.assert(property, {
    seed,
    numRuns: count,
    interruptAfterTimeLimit: timeoutMs,
    markInterruptAsFailure: true,
    includeErrorInReport: true,
    ...(MUSTER_FUZZ_PATH === undefined ? {} : { path: MUSTER_FUZZ_PATH }),
  });
  const met = [...differences].sort().map(([number, times]) => `${number} ${times} times`);
  t.diagnostic(`${steps} steps; of the differences, ${met.join(', ')}`);
  if (MUSTER_FUZZ_PATH === undefined) assert.ok(steps >= stepsMin, `only ${steps} steps`);
}
