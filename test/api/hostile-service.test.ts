import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { LogLines } from '../support/log-lines.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';

const limits = { timeout: 120_000 };
const TOKEN = 'a'.repeat(32);
const NOW = '2026-11-28T00:00:00.000Z';

const MADE = {
  token: TOKEN,
  url: `http://127.0.0.1:1/${TOKEN}`,
  managementSecret: 's'.repeat(32),
  size: 3,
  createdAt: NOW,
  expiresAt: NOW,
};

const REPORT = {
  token: TOKEN,
  state: 'open',
  size: 3,
  createdAt: NOW,
  expiresAt: NOW,
  revokedAt: null,
  completedAt: null,
  revision: 1,
  missing: 3,
  members: [],
  initialCluster: null,
  findings: [],
};

/** A service that is none of ours. */
async function serve(answer: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const json =
  (value: unknown, status = 200, type = 'application/json'): RequestListener =>
  (_req, res) => {
    res.writeHead(status, { 'Content-Type': type });
    res.end(typeof value === 'string' ? value : JSON.stringify(value));
  };

async function start(args: readonly string[]): Promise<{ program: Program; log: LogLines }> {
  const log = new LogLines();
  const program = await startProgram({
    name: `muster ${args[0]}`,
    file: process.execPath,
    args: [`${repositoryRoot}bin/muster`, ...args],
    env: { ...cleanEnvironment(), MUSTER_MANAGEMENT_SECRET: 's'.repeat(32) },
    log,
  });
  return { program, log };
}

async function run(
  answer: RequestListener,
  ...args: string[]
): Promise<{ code: number | null; text: string }> {
  await using service = await serve(answer);
  const { program, log } = await start(args.map((arg) => arg.replace('SERVICE', service.url)));
  const { code } = await program.exited;
  return { code, text: log.tail };
}

const URL = `SERVICE/${TOKEN}`;

test('what is no answer of Muster is refused in one line', limits, async () => {
  const wrong: [string, RequestListener][] = [
    ['HTML', json('<html></html>', 200, 'text/html')],
    ['no report', json({})],
    ['a list', json([])],
    ['null', json('null')],
    ['cut', json('{"token":')],
    ['types', json({ ...REPORT, members: [{ id: 1 }] })],
    ['an endless table', json({ ...REPORT, size: 1e9 })],
    ['a state', json({ ...REPORT, state: '\u001b[2J' })],
    ['a finding', json({ ...REPORT, findings: [{ id: 'x\u001b', severity: 'fatal' }] })],
    [
      'a redirect',
      (_req, res) => {
        res.writeHead(302, { Location: 'http://127.0.0.1:1/' });
        res.end();
      },
    ],
  ];
  for (const [what, answer] of wrong) {
    const { code, text } = await run(answer, 'status', URL);
    assert.equal(code, 9, `${what}: ${text}`);
    assert.match(text, /^muster: refused: \S+ does not speak Muster's API\.[^\n]*\n?$/, what);
  }
});

test('lines to paste are not made of what a shell would run', limits, async () => {
  for (const url of [`http://a/$(reboot)/${TOKEN}`, `http://a/;reboot;/${TOKEN}`, 'http://a/other', 7]) {
    const { code, text } = await run(json({ ...MADE, url }, 201), 'new', 'SERVICE');
    assert.equal(code, 9, text);
  }
  const { code, text } = await run(json({ ...MADE, expiresAt: '\u001b]0;x' }), 'extend', URL, '--ttl', '1d');
  assert.equal(code, 9, text);
  assert.equal((await run(json(MADE, 201), 'new', 'SERVICE')).code, 0);
});

test('what a service says does not reach the terminal as it is', limits, async () => {
  const problem = { code: 'x', detail: `no\u001b[2J\n\u009b1m${'x'.repeat(100_000)}`, remedy: 'do\u0007 it' };
  const refused = await run(json(problem, 400, 'application/problem+json'), 'status', URL);
  assert.equal(refused.code, 9);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  assert.doesNotMatch(refused.text.trimEnd(), /[\u0000-\u001f\u007f-\u009f]/);
  assert(refused.text.length < 3000);
  const member = {
    id: 'a\u009b',
    name: '\u202en',
    peerUrls: ['http://\u001b'],
    value: '',
    slot: 1,
    registeredAt: null,
    from: null,
    dialect: null,
  };
  const report = { ...REPORT, members: [member] };
  const shown = await run(json(report), 'status', URL, '--json');
  assert.doesNotMatch(shown.text, /[\u009b\u202e]/);
  assert.deepEqual(JSON.parse(shown.text), report);
});

test('an answer without an end is given up', limits, async () => {
  const endless: RequestListener = (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    const chunk = Buffer.alloc(1_048_576, ' ');
    const more = (): void => {
      while (!res.destroyed && res.write(chunk));
    };
    res.on('drain', more);
    more();
  };
  const { code, text } = await run(endless, 'status', URL);
  assert.equal(code, 8, text);
  assert.match(text, /the answer is over \d+ bytes/);
});

test('a stream that never begins is asked for again', limits, async () => {
  let asked = 0;
  await using service = await serve((req, res) => {
    if (req.url?.endsWith('/events') === true) asked += 1;
    else json(REPORT)(req, res);
  });
  const { program, log } = await start(['status', `${service.url}/${TOKEN}`, '--watch']);
  await log.waitFor(/no answer within 10 s; asking again/, 60_000);
  assert.equal(asked, 1);
  program.kill('SIGINT');
  assert.equal((await program.exited).code, 130);
});

test('a signal while a refusal is read ends the command as a signal does', limits, async () => {
  await using service = await serve((_req, res) => {
    res.writeHead(404, { 'Content-Type': 'application/problem+json' });
    res.write('{"code":');
    asked();
  });
  let asked = (): void => {};
  const begun = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { program, log } = await start(['status', `${service.url}/${TOKEN}`, '--watch']);
  await begun;
  program.kill('SIGINT');
  assert.equal((await program.exited).code, 130, log.tail);
  assert.doesNotMatch(log.tail, / at /);
});
