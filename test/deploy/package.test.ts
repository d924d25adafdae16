import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { LogLines } from '../support/log-lines.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';
import { type Instruction, readImage } from './containerfile.ts';
import { environmentOf, parseUnit, read, valuesOf } from './files.ts';

const ADMIN_TOKEN = 'a token of these tests only'.replaceAll(' ', '-');
const INSTALLED = '/opt/muster';
const DATA = '/var/lib/muster';
/** How npm says that it cannot fetch a package. */
const NO_NETWORK =
  /npm error (?:network|code (?:ENOTFOUND|EAI_AGAIN|ECONN\w+|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED|E4\d\d|E5\d\d))/;

const image = readImage();
let dir: TempDir;
/** Why the package could not be put together here; undefined: it was. */
let reason: string | undefined;

before(async () => {
  dir = await createTempDir();
  const [build = []] = image.stages;
  reason = await runStage(build, `${dir.path}/build`);
});
after(() => dir[Symbol.asyncDispose]());

/** Does in a folder what a stage of the Containerfile does in its own. Answers why it could not, if so. */
async function runStage(stage: readonly Instruction[], folder: string): Promise<string | undefined> {
  await mkdir(folder);
  for (const { name, text } of stage) {
    switch (name) {
      case 'FROM':
      case 'WORKDIR':
        break;
      case 'COPY': {
        const sources = text.split(/ +/);
        const target = sources.pop() ?? '';
        for (const source of sources) {
          await cp(join(repositoryRoot, source), join(folder, target === './' ? source : target), {
            recursive: true,
            filter: (path) => !path.endsWith('.test.ts'),
          });
        }
        break;
      }
      case 'RUN': {
        const { CI } = process.env;
        const run = spawnSync('/bin/sh', ['-e', '-c', text], { cwd: folder, encoding: 'utf8' });
        if (run.status === 0) break;
        const why = `"${text}" failed: ${run.stderr.trim().split('\n').slice(0, 3).join(' ')}`;
        // What npm cannot fetch is no fault of the package; everything else is.
        if (CI === 'true' || !NO_NETWORK.test(run.stderr)) assert.fail(why);
        return `NOT CHECKED HERE: that what is packaged runs, because ${why}`;
      }
      default:
        assert.fail(`the build stage has ${name}, which this test does not know`);
    }
  }
  return undefined;
}

/** A way in which the package is started: in the container, and by systemd. */
interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function launchOfUnit(): Launch {
  const service = parseUnit(read('deploy/systemd/muster.service')).get('Service');
  const [command = ''] = valuesOf(service, 'ExecStart');
  return { command: command.split(' '), env: environmentOf(valuesOf(service, 'Environment')) };
}

/** The same launch with the package, the data, the token and the port where this test has them. */
async function moveHere(launch: Launch, name: string, port: number): Promise<Launch> {
  const here = `${dir.path}/${name}`;
  await mkdir(here);
  await writeFile(`${here}/admin-token`, `${ADMIN_TOKEN}\n`, { mode: 0o400 });
  const move = (text: string): string =>
    text
      .replace(INSTALLED, `${dir.path}/build/package`)
      .replace(DATA, `${here}/data`)
      .replace('%d', here)
      .replace(/^:8087$/, `127.0.0.1:${port}`)
      .replace('127.0.0.1:8087', `127.0.0.1:${port}`);
  const env = Object.fromEntries(Object.entries(launch.env).map(([key, value]) => [key, move(value)]));
  return {
    command: [process.execPath, ...launch.command.slice(1).map(move)],
    // As on every address, where it would listen without this test.
    env: { ...cleanEnvironment(), ...env, MUSTER_CREATE: 'admin' },
  };
}

test('the steps for systemd install what the container file does', () => {
  const [steps = ''] = /^```sh\n[^`]*npm pack[^`]*^```/m.exec(read('deploy/README.md')) ?? [];
  const { version } = JSON.parse(read('package.json'));
  assert(steps.includes(`tar -xzf muster-${version}.tgz -C ${INSTALLED} --strip-components=1`), steps);
  const [build = []] = image.stages;
  const wanted = build
    .filter(({ name }) => name === 'RUN')
    .flatMap(({ text }) => text.match(/npm \w+/g) ?? []);
  assert.deepEqual(steps.match(/npm \w+/g), wanted);
  const service = parseUnit(read('deploy/systemd/muster.service')).get('Service');
  const files = [...valuesOf(service, 'LoadCredential'), ...valuesOf(service, 'EnvironmentFile')];
  assert.equal(files.length, 2);
  for (const file of files) assert(steps.includes(`> ${/\/.*/.exec(file)?.[0]}`), file);
});

test('the package holds the service and nothing of its tests, and the locked packages that it runs with', (t) => {
  if (reason !== undefined) return t.skip(reason);
  const folder = `${dir.path}/build/package`;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const own = files.filter((file) => !file.startsWith('node_modules'));
  const pages = ['web/muster.css', 'web/muster.js', 'web/icon.svg', 'docs/findings.md'];
  for (const file of ['bin/muster', 'dist/src/program.js', 'LICENSE', 'README.md', ...pages])
    assert(own.includes(file), file);
  assert.deepEqual(
    own.filter((file) => /\.test\.|\.map$|^(?:src|test|bench)\b/.test(file)),
    [],
  );
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const locked = JSON.parse(read('package-lock.json')).packages;
  for (const name of Object.keys(dependencies)) {
    const { version } = JSON.parse(read(join('node_modules', name, 'package.json')));
    assert.equal(locked[`node_modules/${name}`].version, version);
    assert(existsSync(`${folder}/node_modules/${name}`), name);
  }
  for (const name of Object.keys(devDependencies))
    assert(!existsSync(`${folder}/node_modules/${name}`), name);
});

for (const [name, launch] of Object.entries({
  'the container': { command: image.command, env: image.env },
  'the unit of systemd': launchOfUnit(),
})) {
  test(`what is packaged runs as ${name} starts it`, async (t) => {
    if (reason !== undefined) return t.skip(reason);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { command, env } = await moveHere(launch, name.replaceAll(' ', '-'), port);
    const [file = '', ...args] = command;
    const log = new LogLines();
    await using program = await startProgram({ name: 'muster', file, args, env, cwd: '/', log });
    await poll(
      'readiness',
      20_000,
      async (signal) => (await fetch(`${url}/readyz`, { signal })).ok || undefined,
      program.ended,
    );
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const { MUSTER_ADMIN_TOKEN_FILE } = env;
    const hasToken = MUSTER_ADMIN_TOKEN_FILE !== undefined;
    const made = await fetch(`${url}/new?size=1`, { headers });
    assert.equal(made.status, hasToken ? 200 : 403, 'without an admin token, nobody makes tokens');
    if (hasToken) {
      const member = `${await made.text()}/e924a8cc55f3a1a0?prevExist=false`;
      const body = new URLSearchParams({ value: 'n1=http://10.0.0.1:2380' });
      assert.equal((await fetch(member, { method: 'PUT', body })).status, 201);
    }
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(page) ?? [];
    assert.equal((await fetch(url + style)).headers.get('content-type'), 'text/css; charset=utf-8');
    const check = async (): Promise<number | null> => {
      const [, ...rest] = image.healthCommand.map((text) =>
        text.replace('127.0.0.1:8087', `127.0.0.1:${port}`),
      );
      const probe = await startProgram({ name: 'health check', file: process.execPath, args: rest });
      return (await probe.exited).code;
    };
    assert.equal(await check(), 0, 'the health check of the image, while the service runs');
    assert.deepEqual(await program.stop(), { code: 0, signal: null }, log.tail);
    assert.equal(await check(), 1, 'the health check of the image, afterwards');
  });
}
