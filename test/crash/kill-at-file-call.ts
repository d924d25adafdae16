/**
 * Loaded into a program by `node --import`: kills it just before its call number KILL_AT_FILE_CALL that changes
 * files, so that a test can stop a start at each of its steps.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CALLS = [
  'mkdirSync',
  'writeFileSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'rmSync',
  'fsyncSync',
] as const;
const { KILL_AT_FILE_CALL: killAt } = process.env;
let left = Number(killAt);

for (const name of CALLS) {
  const original = Reflect.get(fs, name) as (...args: unknown[]) => unknown;
  Reflect.set(fs, name, (...args: unknown[]) => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
    return original(...args);
  });
}
syncBuiltinESMExports();
