// Installs the packages of package-lock.json when node_modules does not hold exactly those already, so
// that `npm start` and `npm test` work in a fresh clone and cost nothing in one that is set up.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.muster-lock`;
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');
const have = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Muster needs Node.js 20.19 or newer; this is ${process.version}. Install a newer Node.js.`);
  process.exit(1);
}
if (have !== wanted) {
  // Not "npm ci": it refuses a lock file that lacks the entries of optional packages for other platforms, which is
  // what npm writes where a registry does not carry those. This installs the locked versions too, and keeps the file.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (npm.status !== 0) {
    console.error('Muster: "npm install" failed (see above); the packages of package-lock.json are needed.');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
