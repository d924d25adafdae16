/** A failure that ends `muster transpile`, as one line. */
export class TranspileFailure extends Error {
  override readonly name = 'TranspileFailure';
}
