import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { newDiscoveryUrl, tokenOf } from '../etcd/clusters.ts';
import { startMuster } from '../support/muster.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';

const page = await readFile(`${repositoryRoot}docs/client.md`, 'utf8');
const examples = [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, text = '']) => text);
const [create = '', join = '', fail = '', watch = '', joinV3 = ''] = examples;
/** Where the page has the service. */
const SERVICE = 'http://discovery.example:8087';

/** A folder with a package.json of its own, in which this package is installed. */
async function installClient(folder: string): Promise<void> {
  await mkdir(`${folder}/node_modules`);
  await symlink(repositoryRoot, `${folder}/node_modules/muster`);
  await symlink(`${repositoryRoot}node_modules/@types`, `${folder}/node_modules/@types`);
}

async function runExample(folder: string, text: string, args: readonly string[]): Promise<Program> {
  const file = `${folder}/${examples.indexOf(text)}.mjs`;
  await writeFile(file, text);
  return startProgram({ name: 'example', file: process.execPath, args: [file, ...args] });
}

/** The last line of an example that ends well. */
async function lastLine(program: Program): Promise<string> {
  await using _ended = program;
  assert.equal((await program.exited).code, 0, program.log.tail);
  return program.log.lines.at(-1) ?? '';
}

test('the examples of the client page make a token, join it, watch it, and find it full', async () => {
  await using dir = await createTempDir();
  await installClient(dir.path);
  await using muster = await startMuster();
  const run = (text: string, ...args: string[]): Promise<Program> => runExample(dir.path, text, args);
  const url = await lastLine(await run(create.replace(SERVICE, muster.url)));
  assert.match(url, new RegExp(`^${muster.url}/[0-9a-f]{32}$`));
  await using watching = await run(watch, url);
  await watching.waitForLine(/^0 of 3$/);
  const members = await Promise.all([1, 2, 3].map((n) => run(join, url, `n${n}`, `127.0.0.${10 + n}`)));
  const commands = await Promise.all(members.map(lastLine));
  assert.equal(new Set(commands).size, 1);
  assert(commands[0]?.endsWith(` --initial-cluster-token ${url}`), commands[0]);
  assert.equal(await lastLine(watching), '3 of 3, complete');
  assert.match(await lastLine(await run(fail, url)), /^a proxy of n\d, n\d, n\d$/);
});

test('the example of the client page for v3 joins by a bare token', async () => {
  await using dir = await createTempDir();
  await installClient(dir.path);
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 1);
  const line = await lastLine(await runExample(dir.path, joinV3, [tokenOf(url), muster.url]));
  assert.equal(line, 'n1=http://10.0.0.1:2380');
});

test('the types of the client fit the examples, for Node and for browsers', async () => {
  await using dir = await createTempDir();
  await installClient(dir.path);
  await writeFile(`${dir.path}/package.json`, '{ "type": "module" }');
  await Promise.all(examples.map((text, index) => writeFile(`${dir.path}/example-${index}.ts`, text)));
  await writeFile(`${dir.path}/page.ts`, watch.replace(/^const .*/m, 'const url = location.href;'));
  const compile = async (...args: string[]): Promise<void> => {
    const tsc = `${repositoryRoot}node_modules/typescript/bin/tsc`;
    const options = ['--noEmit', '--strict', '--target', 'es2022', ...args];
    const program = { name: 'tsc', file: process.execPath, args: [tsc, ...options], cwd: dir.path };
    await lastLine(await startProgram(program));
  };
  const files = examples.map((_, index) => `example-${index}.ts`);
  await compile('--module', 'nodenext', '--types', 'node', '--lib', 'es2022', ...files);
  const browser = ['--module', 'esnext', '--moduleResolution', 'bundler', '--customConditions', 'browser'];
  await compile(...browser, '--types', '', '--lib', 'es2022,dom', 'page.ts');
});
