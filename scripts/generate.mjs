// Generates src/proto/ from proto/, and notes what it came from, so that a test can tell when either has changed.
// The generator is not among the packages of the project: it is large and seldom needed. It comes from npm into
// .cache/generate, in the versions below.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf } from './generated-digest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tools = join(root, '.cache', 'generate');
const packages = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.13.0'];
const output = join(root, 'src', 'proto');

function run(program, args, cwd) {
  const { status } = spawnSync(program, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(tools, 'node_modules', '.bin')}:${process.env.PATH}` },
  });
  if (status !== 0) {
    console.error(`Muster: "${program} ${args.join(' ')}" failed (see above)`);
    process.exit(1);
  }
}

mkdirSync(tools, { recursive: true });
writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], tools);
for (const name of readdirSync(output, { withFileTypes: true })) {
  if (name.name.endsWith('_pb.ts')) rmSync(join(output, name.name));
}
run('buf', ['generate'], root);
writeFileSync(join(output, 'generated.sha256'), `${digestOf(root)}\n`);
