import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { MusterError } from '../errors.ts';
import type { Settings } from '../server/settings.ts';
import type { CliContext, ProcessEvents, RunningServer, StartServer } from './command.ts';
import { runCli } from './main.ts';

/** The events of a process that is not really ended. */
class ProcessEvidence extends EventEmitter implements ProcessEvents {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

class TextEvidence {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

const noServer: StartServer = () => Promise.reject(new Error('no server was to be started'));

const noStores: CliContext['stores'] = {
  open: () => Promise.reject(new Error('no store was to be opened')),
  backUp: () => Promise.reject(new Error('no store was to be copied')),
  restore: () => Promise.reject(new Error('no store was to be restored')),
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

interface Run {
  readonly events: ProcessEvidence;
  readonly stdout: TextEvidence;
  readonly stderr: TextEvidence;
  readonly code: Promise<number>;
}

function run(argv: readonly string[], startServer: StartServer = noServer, env: CliContext['env'] = {}): Run {
  const events = new ProcessEvidence();
  const stdout = new TextEvidence();
  const stderr = new TextEvidence();
  const code = runCli({
    argv,
    env,
    stdout,
    stderr,
    process: events,
    version: '1.2.3',
    startServer,
    stores: noStores,
    stdin: nothing(),
  });
  return { events, stdout, stderr, code };
}

/** A server whose stop resolves when the test says so. */
function controlledServer(): {
  start: StartServer;
  stopped: () => number;
  finishStop(): void;
  seen: Settings[];
} {
  let stops = 0;
  const seen: Settings[] = [];
  const finished = new EventEmitter();
  const server: RunningServer = {
    url: 'http://127.0.0.1:1',
    stop() {
      stops++;
      return new Promise((resolve) => finished.once('finish', resolve));
    },
  };
  const start: StartServer = (settings) => {
    seen.push(settings);
    return Promise.resolve(server);
  };
  return { start, stopped: () => stops, finishStop: () => void finished.emit('finish'), seen };
}

/** Lets every promise that can go on go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('muster help, --help and -h print the commands', async () => {
  for (const argv of [['help'], ['--help'], ['-h']]) {
    const { code, stdout, stderr } = run(argv);
    assert.equal(await code, 0);
    assert.match(stdout.text, /Usage: muster <command>/);
    for (const name of ['serve', 'new', 'status', 'join', 'export', 'backup', 'transpile', 'version'])
      assert.match(stdout.text, new RegExp(`^ {2}${name} {2,}[A-Z]`, 'm'));
    assert.equal(stderr.text, '');
  }
});

test('muster without a command prints the commands on stderr and is a usage error', async () => {
  const { code, stdout, stderr } = run([]);
  assert.equal(await code, 2);
  assert.equal(stdout.text, '');
  assert.match(stderr.text, /Usage: muster/);
});

test('muster serve --help and muster help serve print every setting', async () => {
  for (const argv of [
    ['serve', '--help'],
    ['serve', '-h'],
    ['help', 'serve'],
    ['serve', '--guard=off', '-help'],
  ]) {
    const { code, stdout } = run(argv);
    assert.equal(await code, 0, argv.join(' '));
    assert.match(stdout.text, /--listen HOST:PORT/);
  }
});

test('the help has no line above 80 characters where the terminal is unknown', async () => {
  for (const argv of [['help'], ['help', 'serve'], ['help', 'version']]) {
    const { code, stdout } = run(argv);
    await code;
    for (const line of stdout.text.split('\n')) assert.ok(line.length <= 80, line);
  }
});

test('muster version and --version print the version', async () => {
  for (const argv of [['version'], ['--version'], ['-v']]) {
    const { code, stdout } = run(argv);
    assert.equal(await code, 0);
    assert.equal(stdout.text, 'muster 1.2.3\n');
  }
  assert.equal(await run(['version', 'x']).code, 2);
});

test('an unknown command is a usage error that says what was probably meant', async () => {
  const typo = run(['srve']);
  assert.equal(await typo.code, 2);
  assert.match(typo.stderr.text, /^muster: unknown command "srve"\. Did you mean "muster serve"\?.*\n$/);
  const far = run(['banana']);
  assert.equal(await far.code, 2);
  assert.match(far.stderr.text, /^muster: unknown command "banana"\. Run "muster help"/);
  const flagFirst = run(['--addr', ':1']);
  assert.equal(await flagFirst.code, 2);
  assert.match(flagFirst.stderr.text, /write "muster serve" before it/);
});

test('a bad setting is one line on stderr and a usage error', async () => {
  const { code, stderr } = run(['serve', '--listen', 'x']);
  assert.equal(await code, 2);
  assert.match(stderr.text, /^muster: --listen "x" is not HOST:PORT\. Give HOST:PORT, such as .*\.\n$/);
});

test('serve hands over the settings, and stops the server at the first signal', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const server = controlledServer();
    const { code, events } = run(['serve', '--listen', ':1'], server.start, { MUSTER_GUARD: 'off' });
    await turn();
    assert.equal(server.seen[0]?.listen.port, 1);
    assert.equal(server.seen[0]?.guard, false);
    assert.equal(server.stopped(), 0);
    events.emit(signal);
    await turn();
    assert.equal(server.stopped(), 1);
    server.finishStop();
    assert.equal(await code, 0);
    assert.deepEqual(events.exits, []);
    assert.deepEqual(events.eventNames(), [], 'no listener is left behind');
  }
});

test('a second signal during the stop ends the process at once', async () => {
  const server = controlledServer();
  const { code, events } = run(['serve'], server.start);
  await turn();
  events.emit('SIGTERM');
  await turn();
  events.emit('SIGINT');
  assert.deepEqual(events.exits, [130]);
  events.emit('SIGTERM');
  assert.deepEqual(events.exits, [130, 143]);
  assert.equal(server.stopped(), 1);
  server.finishStop();
  await code;
});

test('a signal during the start stops the server as soon as it is up', async () => {
  const server = controlledServer();
  let finishStart = (): void => {};
  const started = new Promise<void>((resolve) => {
    finishStart = resolve;
  });
  const { code, events } = run(['serve'], async (settings) => {
    await started;
    return server.start(settings);
  });
  await turn();
  events.emit('SIGTERM');
  finishStart();
  await turn();
  assert.equal(server.stopped(), 1);
  server.finishStop();
  assert.equal(await code, 0);
});

test('an operating error is one line with its remedy, and exit code 1', async () => {
  const { code, stderr, stdout } = run(['serve'], () =>
    Promise.reject(
      new MusterError('data-folder', 'the folder is in use', { remedy: 'Stop the other Muster.' }),
    ),
  );
  assert.equal(await code, 1);
  assert.equal(stderr.text, 'muster: the folder is in use. Stop the other Muster.\n');
  assert.equal(stdout.text, '');
});

test('a defect is a short line on stderr, its stack goes to the log, and the exit code is 70', async () => {
  const token = '7e7c63d11e3a4274b61db412494faacb';
  const { code, stderr, stdout } = run(['serve'], () => Promise.reject(new TypeError(`no ${token}`)));
  assert.equal(await code, 70);
  assert.equal(stderr.text, 'muster: internal error, please report it with the log: no 7e7c63…\n');
  const line: unknown = JSON.parse(stdout.text);
  assert.ok(typeof line === 'object' && line !== null && 'level' in line && line.level === 'fatal');
  assert.match(stdout.text, /TypeError: no 7e7c63….*main\.test/);
});

test('an error that nobody caught while serving ends the process with 70', async () => {
  const server = controlledServer();
  const { code, events, stdout } = run(['serve'], server.start);
  await turn();
  events.emit('uncaughtException', new Error('nobody caught this'));
  assert.deepEqual(events.exits, [70]);
  assert.match(stdout.text, /nobody caught this/);
  events.emit('SIGTERM');
  await turn();
  server.finishStop();
  await code;
});
