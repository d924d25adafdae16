import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createLog, type Log, redactTokens, shortToken } from './log.ts';
import { formatLogText } from './log-text.ts';
import type { LogFormat, LogLevel } from './setting-options.ts';

const TOKEN = '7e7c63d11e3a4274b61db412494faacb';

function collect(level: LogLevel, format: LogFormat): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: createLog(level, format, { write: (line) => lines.push(line) }), lines };
}

test('createLog writes one JSON object per line, with level and time as words', () => {
  const { log, lines } = collect('info', 'json');
  log.child({ part: 'store' }).warn({ count: 3 }, 'three of them');
  assert.equal(lines.length, 1);
  const record = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  const { time, ...rest } = record;
  assert.deepEqual(rest, { level: 'warn', part: 'store', count: 3, msg: 'three of them' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(lines[0]?.endsWith('}\n'));
});

test('createLog leaves out what is less severe than its level, and everything when silent', () => {
  const { log, lines } = collect('warn', 'json');
  log.info('no');
  log.warn('yes');
  assert.equal(lines.length, 1);
  assert.equal(log.isLevelEnabled('info'), false);
  assert.equal(log.isLevelEnabled('warn'), true);
  const silent = collect('silent', 'text');
  silent.log.fatal('no');
  assert.deepEqual(silent.lines, []);
});

test('shortToken shows six digits', () => {
  assert.equal(shortToken(TOKEN), '7e7c63…');
});

test('no format ever writes a whole token, wherever it stands', () => {
  for (const format of ['json', 'text'] as const) {
    const { log, lines } = collect('info', format);
    log.info(`GET /${TOKEN}/_config/size`);
    log.info({ url: `/${TOKEN}?wait=true`, nested: { list: [TOKEN.toUpperCase()] }, [TOKEN]: 1 }, 'facts');
    log.error({ err: new Error(`bad ${TOKEN}`, { cause: new Error(TOKEN) }) }, 'error');
    log.child({ token: TOKEN }).info('child');
    log.info(`%2F${TOKEN} ${TOKEN}${TOKEN}`);
    const text = lines.join('');
    assert.ok(!text.toLowerCase().includes(TOKEN), text);
    assert.ok(!/[0-9a-f]{32}/i.test(text), text);
    assert.ok(text.includes('/7e7c63…/_config/size'), text);
  }
});

test('redactTokens leaves shorter runs of digits alone', () => {
  assert.equal(redactTokens(TOKEN.slice(1)), TOKEN.slice(1));
  assert.equal(redactTokens('e924a8cc55f3a1a0'), 'e924a8cc55f3a1a0');
  assert.equal(redactTokens(TOKEN), '7e7c63…');
});

test('the text format is one readable line, with the stack of an error below it', () => {
  const { log, lines } = collect('info', 'text');
  log.info({ url: 'http://a:1', name: 'two words', empty: '', count: 3 }, 'listening');
  assert.match(
    lines[0] ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO {2}listening url=http:\/\/a:1 name="two words" empty="" count=3\n$/,
  );
  log.error({ err: new TypeError('broken') }, 'failed');
  assert.match(lines[1] ?? '', /ERROR failed\n {4}TypeError: broken\n {8}at /);
});

test('the text format shows control characters instead of sending them to the terminal', () => {
  const { log, lines } = collect('info', 'text');
  log.info({ name: 'a\n2026 FATAL fake\u001b[2J', 'k\ny': '\u0085\u202e' }, 'b\r\nc\u2028d\u007f');
  assert.equal(lines.length, 1);
  const line = lines[0] ?? '';
  assert.equal(line.indexOf('\n'), line.length - 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/.test(line), JSON.stringify(line));
  assert.ok(line.includes('b\\r\\nc\\u2028d\\u007f'), line);
});

test('formatLogText passes on what is no JSON object', () => {
  for (const line of ['not json\n', '3\n', 'null\n']) assert.equal(formatLogText(line), line);
});

test('createLog writes to standard output before the call returns', () => {
  const url = new URL('./log.js', import.meta.url).href;
  const script = `const { createLog } = await import(${JSON.stringify(url)});
    createLog('info', 'json').info('last words'); process.kill(process.pid, 'SIGKILL');`;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(signal, 'SIGKILL');
  assert.match(stdout, /"msg":"last words"/);
});
