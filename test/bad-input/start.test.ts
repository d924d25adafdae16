import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';
import { startWatchedMuster } from './watched-muster.ts';

/** The user that owns nothing. */
const NOBODY = '65534';

let dir: TempDir;
before(async () => {
  dir = await createTempDir();
  await chmod(dir.path, 0o755);
});
after(() => dir[Symbol.asyncDispose]());

interface Start {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly asNobody?: boolean;
  /** 2: the command line or a setting is wrong. 1: something else that the operator can put right. */
  readonly code: number;
  readonly says: RegExp;
}

/** Runs `muster serve` to its end: one clear line, the right exit code, and nothing of our inside. */
async function assertRefusal({ args, env = {}, asNobody = false, code, says }: Start): Promise<void> {
  const muster = [`${repositoryRoot}bin/muster`, 'serve', ...args];
  const [file, ...rest] = asNobody
    ? [
        '/usr/bin/setpriv',
        '--reuid',
        NOBODY,
        '--regid',
        NOBODY,
        '--clear-groups',
        process.execPath,
        ...muster,
      ]
    : [process.execPath, ...muster];
  await using program = await startProgram({
    name: 'muster',
    file: file ?? '',
    args: rest,
    env: { ...cleanEnvironment(), ...env },
  });
  const timer = setTimeout(() => program.kill('SIGKILL'), 15_000);
  const exit = await program.exited;
  clearTimeout(timer);
  const lines = program.log.lines.filter((line) => line !== '');
  const text = lines.join('\n');
  assert.deepEqual(exit, { code, signal: null }, text);
  assert.equal(lines.length, 1, text);
  assert.match(text, /^muster: /);
  assert.match(text, says);
  assert.doesNotMatch(text, /\n\s+at |node:|dist\/src|undefined|\[object/);
}

const MEMORY = ['--store', 'memory:'];

for (const [what, args, says] of [
  ['an unknown option', ['--lisen', ':1'], /unknown option "--lisen"\. Did you mean --listen\?/],
  ['an option without its value', ['--listen'], /--listen needs a value/],
  ['a word that is no option', ['8087'], /unexpected argument "8087"/],
  ['a port that is no number', ['--listen', 'localhost:http'], /--listen .*is not HOST:PORT/],
  ['an address that is none', ['--listen', '300.0.0.1:80'], /--listen .*neither a name nor an address/],
  ['a store that does not exist', ['--store', 'redis:x'], /--store .*is not a store that Muster knows/],
  ['trust in everybody', ['--trust-proxy', '0.0.0.0/0'], /--trust-proxy .*would trust every sender/],
  [
    'a settings file that is missing',
    ['--config', '/nonexistent/muster.yaml'],
    /cannot read the settings file .*ENOENT/,
  ],
  [
    'an admin token file that is missing',
    [...MEMORY, '--admin-token-file', '/nonexistent/token'],
    /cannot read the admin token file .*ENOENT/,
  ],
] as const) {
  test(`${what} is one line and exit code 2`, async () => {
    await assertRefusal({ args, code: 2, says });
  });
}

test('a variable that is wrong is named', async () => {
  await assertRefusal({
    args: [],
    env: { MUSTER_LISTEN: 'x' },
    code: 2,
    says: /MUSTER_LISTEN .*is not HOST:PORT/,
  });
});

for (const [what, text, says] of [
  ['short', 'abc\n', /has 3 characters; at least 16 are needed/],
  ['of two lines', 'correct-horse-battery\nstaple-correct-horse\n', /is not one line/],
] as const) {
  test(`an admin token that is ${what} is refused and not shown`, async () => {
    const file = `${dir.path}/${what.replaceAll(' ', '-')}.token`;
    await writeFile(file, text);
    await assertRefusal({ args: [...MEMORY, '--admin-token-file', file], code: 2, says });
  });
}

/** A port of this machine that somebody listens on. */
async function takePort(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

for (const store of ['memory', 'lmdb'] as const) {
  test(`a port that is taken ends the process, also with the ${store} store open`, async () => {
    await using taken = await takePort();
    const { port } = taken;
    const choice = store === 'lmdb' ? `lmdb:${dir.path}/taken` : 'memory:';
    await assertRefusal({
      args: ['--listen', `127.0.0.1:${port}`, '--store', choice],
      code: 1,
      says: new RegExp(
        `cannot listen on 127\\.0\\.0\\.1:${port}: another program has the port\\. Stop it, or choose`,
      ),
    });
  });
}

test('a port of the metrics that is taken ends the process, though the main one was open', async () => {
  await using taken = await takePort();
  const metrics = ['--metrics-listen', `127.0.0.1:${taken.port}`];
  await assertRefusal({
    args: [...MEMORY, '--listen', '127.0.0.1:0', ...metrics, '--log-level', 'silent'],
    code: 1,
    says: /another program has the port/,
  });
});

test('an address of another machine is refused', async () => {
  await assertRefusal({
    args: [...MEMORY, '--listen', '192.0.2.1:8087'],
    code: 1,
    says: /cannot listen on 192\.0\.2\.1:8087: the address is not one of this machine/,
  });
});

const isRoot = process.getuid?.() === 0;
const needsRoot = { skip: isRoot ? false : 'only root can run a program as somebody else' };

test('a data folder that cannot be written is refused', needsRoot, async () => {
  const folder = `${dir.path}/read-only`;
  await mkdir(folder, { mode: 0o755 });
  const says = new RegExp(`the data folder ${folder} cannot be written`);
  await assertRefusal({ args: ['--store', `lmdb:${folder}`], asNobody: true, code: 1, says });
});

test('a data folder that cannot be made is refused', needsRoot, async () => {
  const folder = `${dir.path}/none/of/these`;
  const says = new RegExp(`the data folder ${folder} cannot be written`);
  await assertRefusal({ args: ['--store', `lmdb:${folder}`], asNobody: true, code: 1, says });
});

test('a port below 1024 is refused to a user who may not take it', needsRoot, async (t) => {
  const lowest = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024');
  if (Number(lowest) < 1024) return t.skip('everybody may take every port here');
  const args = [...MEMORY, '--listen', '127.0.0.1:81'];
  await assertRefusal({ args, asNobody: true, code: 1, says: /this user may not take that port/ });
});

test('a file in place of the data folder is refused', async () => {
  const file = `${dir.path}/a-file`;
  await writeFile(file, 'x');
  await assertRefusal({
    args: ['--store', `lmdb:${file}`],
    code: 1,
    says: /the data folder .* cannot be written/,
  });
});

test('a folder of somebody else is refused', async () => {
  const folder = `${dir.path}/photos`;
  await mkdir(folder);
  await writeFile(`${folder}/cat.jpg`, 'x');
  await assertRefusal({
    args: ['--store', `lmdb:${folder}`],
    code: 1,
    says: /is not a data folder of Muster: it holds "cat\.jpg"/,
  });
});

test('a data folder in use, of a newer format, or damaged, is refused', async () => {
  const folder = `${dir.path}/data`;
  const store = `lmdb:${folder}`;
  const port = await freePort();
  {
    await using server = await startWatchedMuster({ store });
    await server.newToken();
    const args = ['--store', store, '--listen', `127.0.0.1:${port}`];
    await assertRefusal({ args, code: 1, says: /is in use by another process\. Stop the other Muster/ });
    await server.assertSound();
  }
  const args = ['--store', store, '--listen', `127.0.0.1:${port}`];
  await writeFile(`${folder}/FORMAT`, '{"store":"lmdb","format":99}\n');
  await assertRefusal({ args, code: 1, says: /has format 99, and this version of Muster knows format 2/ });
  await writeFile(`${folder}/FORMAT`, 'nonsense');
  await assertRefusal({ args, code: 1, says: /is damaged: FORMAT cannot be read/ });
  await writeFile(`${folder}/FORMAT`, '{"store":"lmdb","format":2}\n');
  await truncate(`${folder}/data.mdb`, 5000);
  await assertRefusal({ args, code: 1, says: /is damaged: data\.mdb .*Restore the folder from a backup/ });
});
