import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One SHA-256 over the .proto files and what was generated from them: it changes when either is edited. */
export function digestOf(root) {
  const hash = createHash('sha256');
  for (const [folder, suffix] of [
    ['proto', '.proto'],
    ['src/proto', '_pb.ts'],
  ]) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (!name.endsWith(suffix)) continue;
      hash.update(`${name}\n`).update(readFileSync(join(root, folder, name)));
    }
  }
  return hash.digest('hex');
}
