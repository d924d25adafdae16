// Runs the compiled tests in one run of Node's own test runner, so that its summary is the last thing printed.
//
//   node scripts/test.mjs all        everything, after fetching the real programs it needs (scripts/peers.mjs)
//   node scripts/test.mjs unit       the tests beside the source, and those about the tree itself: no other program
//   node scripts/test.mjs e2e        the rest of test/
//   node scripts/test.mjs FILE...    the named test files, by their source (test/x.test.ts)
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMissing, ensurePeers, peersRequired } from './peers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A test file that takes longer hangs; the slowest ones wait for real clusters to form. */
const FILE_TIMEOUT_MS = 10 * 60_000;

const wanted = process.argv.slice(2);
if (wanted.length === 0) fail('say what to run: all, unit, e2e, or test files');
// Listed from the sources, so that a compiled test whose source is gone is never run.
const sources = sourcesOf(wanted);
if (sources.length === 0) fail(`there are no tests for "${wanted.join(' ')}"`);
const compiled = sources.map((source) => `dist/${source.replace(/\.ts$/, '.js')}`);
const unbuilt = compiled.find((file) => !existsSync(`${root}${file}`));
if (unbuilt) fail(`${unbuilt} is missing: run "npm run build" first`);

const missing = ['all', 'e2e'].includes(wanted[0]) ? describeMissing(await ensurePeers()) : '';
if (missing) {
  console.error(missing);
  if (peersRequired()) fail('CI=true or MUSTER_REQUIRE_PEERS=1 demands every program above');
}
const options = [
  '--test',
  '--test-concurrency=2',
  `--test-timeout=${FILE_TIMEOUT_MS}`,
  '--test-reporter=spec',
];
const runner = spawn(process.execPath, ['--enable-source-maps', ...options, ...compiled], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
runner.on('exit', (status, signal) => {
  if (missing) console.error(missing);
  process.exitCode = signal ? 1 : status;
});

function sourcesOf(wanted) {
  const unit = [...testsBelow('src'), ...testsBelow('test/tree')];
  const rest = testsBelow('test').filter((file) => !file.startsWith('test/tree/'));
  switch (wanted[0]) {
    case 'all':
      return [...unit, ...rest];
    case 'unit':
      return unit;
    case 'e2e':
      return rest;
    default:
      return wanted.map(sourceOf);
  }
}

/** The test files below a folder of the repository, as paths from its root, in a stable order. */
function testsBelow(folder) {
  if (!existsSync(`${root}${folder}`)) return [];
  return readdirSync(`${root}${folder}`, { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

/** The source of a test that somebody named, from wherever they are, by its source or by what it compiles to. */
function sourceOf(name) {
  const path = relative(root, resolve(name)).replace(/^dist\//, '');
  const source = path.replace(/\.js$/, '.ts');
  if (!source.endsWith('.test.ts') || !existsSync(`${root}${source}`)) fail(`${name} is no test file`);
  return source;
}

function fail(message) {
  console.error(`scripts/test.mjs: ${message}`);
  process.exit(2);
}
