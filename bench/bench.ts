import type { TempDir } from '../test/support/temp-dir.ts';
import type { Row } from './row.ts';
import type { GoSide, Side } from './servers.ts';

/** What a bench gets to work with. */
export interface BenchContext {
  /** Fewer and shorter rounds. */
  readonly quick: boolean;
  /** Rounds that count. */
  readonly rounds: number;
  /** How long one load of wrk takes. */
  readonly loadSeconds: number;
  readonly dir: TempDir;
  /** They are started when they are first asked for, and shared by the benches that need no fresh ones. */
  readonly muster: () => Promise<Side>;
  /** Undefined where the Go server or its etcd is not to be had. */
  readonly go: () => Promise<GoSide | undefined>;
  /** A bare etcd 3.6; undefined where it is not to be had. */
  readonly etcd: () => Promise<Side | undefined>;
}

/** Measures one thing, in a few seconds, and answers its rows. */
export type Bench = (context: BenchContext) => Promise<Row[]>;
