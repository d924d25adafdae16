import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { freePort } from './ports.ts';
import { startProgram } from './program.ts';

/** A Node.js program given by its text; it stays until it is ended. */
function startScript(text: string): ReturnType<typeof startProgram> {
  return startProgram({
    name: 'script',
    file: process.execPath,
    args: ['-e', `${text}; setInterval(() => {}, 1e6)`],
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('waitForLine finds a line on either output, printed before or after the call', async () => {
  await using program = await startScript(
    `console.error('first'); process.on('SIGUSR2', () => console.log('second', 2)); console.log('ready')`,
  );
  await program.waitForLine(/^ready$/);
  await program.waitForLine(/^first$/);
  const coming = program.waitForLine(/^second (\d)$/);
  program.kill('SIGUSR2');
  assert.equal((await coming)[1], '2');
});

test('waitForLine does not look at the lines before fromLine', async () => {
  await using program = await startScript(
    `process.on('SIGUSR2', () => console.log('ready', 2)); console.log('ready', 1)`,
  );
  await program.waitForLine(/^ready/);
  const mark = program.log.count;
  const coming = program.waitForLine(/^ready (\d)$/, 20_000, mark);
  program.kill('SIGUSR2');
  assert.equal((await coming)[1], '2');
});

test('waitForLine rejects with the last lines when the program ends, and when the time is over', async () => {
  await using program = await startScript(`console.log('only this'); process.exitCode = 7`);
  await program.waitForLine(/only/);
  await assert.rejects(program.waitForLine(/never/, 1), /no line matched[\s\S]*only this/);
  const waiting = program.waitForLine(/never/);
  program.kill('SIGKILL');
  await assert.rejects(waiting, /script ended with SIGKILL[\s\S]*only this/);
});

test('exited tells the status, or the signal', async () => {
  await using one = await startScript(`setImmediate(() => process.exit(7))`);
  assert.deepEqual(await one.exited, { code: 7, signal: null });
  await using other = await startScript(`process.on('SIGTERM', () => {}); console.log('ready')`);
  await other.waitForLine(/ready/);
  assert.deepEqual(await other.stop(1), { code: null, signal: 'SIGKILL' });
});

test('a program does not outlive the block that started it', async () => {
  let pid = 0;
  {
    await using program = await startScript('');
    pid = program.pid;
    assert.ok(isAlive(pid));
  }
  assert.ok(!isAlive(pid));
});

test('a program does not outlive a process that is told to end, or is killed', {
  timeout: 30_000,
}, async () => {
  const library = new URL('./program.js', import.meta.url).href;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (signal === 'SIGKILL' && process.platform !== 'linux') continue;
    // The grandchild holds a connection to us: the system closes it when, and only when, that process is gone.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using parent = await startScript(
      `import('${library}').then(({ startProgram }) => startProgram({
        name: 'grandchild', file: process.execPath, args: ['-e', 'net.connect(${port}, "127.0.0.1")'],
      }))`,
    );
    const [connection]: Socket[] = await once(server, 'connection');
    assert.ok(connection);
    const gone = once(
      connection.resume().on('error', () => {}),
      'close',
    );
    parent.kill(signal);
    await gone;
    server.close();
  }
});

test('a file that is no program is an error at once', async () => {
  await assert.rejects(startProgram({ name: 'nothing', file: '/nonexistent/program', args: [] }), {
    code: 'ENOENT',
  });
});

test('freePort gives out no port twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort('127.0.0.21')));
  assert.equal(new Set(ports).size, ports.length);
});
