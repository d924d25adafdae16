import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { OPTIONS, type OptionValues } from './setting-options.ts';
import { resolveSettings, type SettingSources, settingsFileName } from './settings.ts';

const NOTHING = { argv: [], env: {} };
const NAMES = Object.keys(OPTIONS) as (keyof OptionValues)[];

function assertRefused(sources: Partial<SettingSources>, message: RegExp): void {
  assert.throws(
    () => resolveSettings({ ...NOTHING, ...sources }),
    (error) =>
      isMusterError(error, 'bad-setting') && error.remedy !== undefined && message.test(error.message),
    JSON.stringify(sources),
  );
}

test('resolveSettings gives a complete value without any source', () => {
  assert.deepEqual(resolveSettings(NOTHING), {
    listen: { host: '127.0.0.1', port: 8087 },
    publicUrl: undefined,
    trustProxy: [],
    cors: true,
    shutdownTimeoutSeconds: 5,
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    tlsClientCaFile: undefined,
    tlsClientAuth: 'writes',
    store: { kind: 'lmdb', folder: './muster-data' },
    create: 'open',
    adminTokenFile: undefined,
    usersFile: undefined,
    tokenTtlSeconds: 604_800,
    etcdPrefix: undefined,
    etcdCaFile: undefined,
    etcdCertFile: undefined,
    etcdKeyFile: undefined,
    etcdUserFile: undefined,
    guard: true,
    rateLimit: true,
    newPerMinute: 60,
    watchesPerAddress: 4000,
    watchesPerToken: 2048,
    metrics: { kind: 'main' },
    logLevel: 'info',
    logFormat: 'json',
    notices: [],
  });
});

test('every option is reachable by its flag, its variable and its key, and none is lost on the way', () => {
  for (const name of NAMES) {
    const { flag, variable, example, parse } = OPTIONS[name];
    const wanted = parse(example);
    assert.notDeepEqual(
      wanted,
      resolveSettings(NOTHING)[name] === 'open' ? undefined : OPTIONS[name].default,
      `the example of ${flag} is its default`,
    );
    const file = { name: 'm.yaml', text: `${flag}: ${JSON.stringify(example)}\n` };
    assert.deepEqual(resolveSettings({ argv: [`--${flag}`, example], env: {} })[name], wanted, flag);
    assert.deepEqual(resolveSettings({ argv: [], env: { [variable]: example } })[name], wanted, variable);
    assert.deepEqual(resolveSettings({ ...NOTHING, file })[name], wanted, `${flag} in the file`);
  }
});

test('every option is named alike as flag, variable and default', () => {
  for (const name of NAMES) {
    const { flag, variable, defaultText, default: value, parse } = OPTIONS[name];
    assert.equal(variable, `MUSTER_${flag.toUpperCase().replaceAll('-', '_')}`);
    if (value !== undefined && !Array.isArray(value)) assert.deepEqual(parse(defaultText), value, flag);
  }
});

test('a flag wins over a variable, a variable over the file, and the file over the default', () => {
  const argv = ['--new-per-minute', '1'];
  const env = { MUSTER_NEW_PER_MINUTE: '2' };
  const file = { name: 'm.yaml', text: 'new-per-minute: 3' };
  assert.equal(resolveSettings({ argv, env, file }).newPerMinute, 1);
  assert.equal(resolveSettings({ argv: [], env, file }).newPerMinute, 2);
  assert.equal(resolveSettings({ ...NOTHING, file }).newPerMinute, 3);
});

test('the last of a repeated flag counts, and an empty variable counts as not set', () => {
  assert.equal(resolveSettings({ argv: ['--guard=on', '--guard=off'], env: {} }).guard, false);
  assert.equal(resolveSettings({ argv: ['--listen', ':1', '--addr', ':2'], env: {} }).listen.port, 2);
  const file = { name: 'm.yaml', text: 'guard: off' };
  assert.equal(resolveSettings({ argv: [], env: { MUSTER_GUARD: '' }, file }).guard, false);
});

test('a bad value is refused with where it stood and what it was', () => {
  assertRefused({ argv: ['--listen', 'x'] }, /^--listen "x" is not HOST:PORT$/);
  assertRefused({ argv: ['--guard='] }, /^--guard "" is neither on nor off$/);
  assertRefused({ env: { MUSTER_TOKEN_TTL: '59s' } }, /^MUSTER_TOKEN_TTL "59s" is shorter than 1m$/);
  assertRefused({ file: { name: 'm.yaml', text: '\nstore: x' } }, /^m\.yaml:2: store "x" is not a store/);
  assertRefused({ argv: ['--store', 'etcd:127.0.0.1:2379'] }, /no http/);
  assertRefused({ argv: ['--etcd-prefix', 'x/'] }, /no prefix of keys/);
  assertRefused({ argv: ['--public-url', 'http://a/b'] }, /^--public-url "http:\/\/a\/b" holds a path/);
  assertRefused({ argv: ['--create', 'anyone'] }, /^--create "anyone" is not one of/);
  assertRefused({ argv: ['--shutdown-timeout', '0'] }, /shorter than 1s/);
  assertRefused({ argv: ['--shutdown-timeout', '301s'] }, /longer than 5m/);
  for (const flag of ['new-per-minute', 'watches-per-address', 'watches-per-token']) {
    assertRefused({ argv: [`--${flag}`, '0'] }, /within the limits/);
    assertRefused({ argv: [`--${flag}`, '1000001'] }, /within the limits/);
    resolveSettings({ argv: [`--${flag}`, '1'], env: {} });
    resolveSettings({ argv: [`--${flag}`, '1000000'], env: {} });
  }
});

test('a long bad value is not repeated whole', () => {
  assertRefused({ argv: ['--listen', 'x'.repeat(10_000)] }, /^--listen "x{100}…" is not HOST:PORT$/);
});

test('who may make tokens follows from the address, until it is set', () => {
  const create = (...argv: string[]): string => resolveSettings({ argv, env: {} }).create;
  for (const loopback of ['127.0.0.1:1', '[::1]:1', 'localhost:1', '1']) {
    assert.equal(create('--listen', loopback), 'open', loopback);
  }
  for (const network of [':1', '0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'muster.example:1']) {
    assert.equal(create('--listen', network), 'admin', network);
  }
  assert.equal(create('--listen', ':1', '--create', 'open'), 'open');
  assert.equal(create('--create', 'loopback'), 'loopback');
});

test('the log is for people on a terminal, until it is set', () => {
  assert.equal(resolveSettings({ ...NOTHING, terminal: true }).logFormat, 'text');
  assert.equal(
    resolveSettings({ argv: ['--log-format', 'json'], env: {}, terminal: true }).logFormat,
    'json',
  );
});

test('the flags and variables of the Go discovery server are understood', () => {
  const settings = resolveSettings({
    argv: ['-a', ':8087', '-h', 'https://d.example/', '-m', '168h'],
    env: {},
  });
  assert.deepEqual(settings.listen, { host: '', port: 8087 });
  assert.equal(settings.publicUrl, 'https://d.example');
  assert.equal(settings.tokenTtlSeconds, 604_800);
  const env = { DISC_ADDR: ':1', DISC_HOST: 'http://d.example' };
  assert.equal(resolveSettings({ argv: [], env }).listen.port, 1);
  assert.equal(resolveSettings({ argv: [], env }).publicUrl, 'http://d.example');
  assert.equal(resolveSettings({ argv: [], env: { ...env, MUSTER_LISTEN: ':2' } }).listen.port, 2);
  assertRefused({ env: { DISC_ADDR: 'x' } }, /^DISC_ADDR "x"/);
  assertRefused({ argv: ['-host=http://a/b'] }, /^-host "http:\/\/a\/b" holds a path/);
});

test('the pause of the Go discovery server is passed over with a notice', () => {
  const { notices } = resolveSettings({ argv: ['-g', '5m'], env: {} });
  assert.deepEqual(notices, ['-g is not used: tokens expire in time by themselves.']);
});

test('an etcd address of the Go discovery server is the store, unless one was chosen', () => {
  const store = { kind: 'etcd', endpoints: ['http://127.0.0.1:2379'] };
  for (const sources of [
    { argv: ['-e', 'http://127.0.0.1:2379'], env: {} },
    { argv: ['-etcd=http://127.0.0.1:2379'], env: {} },
    { argv: [], env: { DISC_ETCD: 'http://127.0.0.1:2379' } },
  ]) {
    const settings = resolveSettings(sources);
    assert.deepEqual(settings.store, store);
    assert.match(settings.notices.join(), /names the store/);
  }
  assertRefused({ env: { DISC_ETCD: '127.0.0.1' } }, /^DISC_ETCD "127\.0\.0\.1" has/);
  const both = { argv: ['--store', 'memory:'], env: { DISC_ETCD: 'http://127.0.0.1:2379' } };
  assert.deepEqual(resolveSettings(both).notices, ['DISC_ETCD is not used, because a store is set.']);
});

test('a misspelt variable is noticed, and those that Kubernetes makes are not', () => {
  const env = { MUSTER_LISTN: ':1', MUSTER_PORT: 'tcp://10.0.0.1:8087', MUSTER_SERVICE_HOST: '10.0.0.1' };
  assert.deepEqual(resolveSettings({ argv: [], env }).notices, [
    'MUSTER_LISTN is not used: did you mean MUSTER_LISTEN?',
  ]);
});

test('settingsFileName takes the flag, else the variable', () => {
  assert.equal(settingsFileName([], {}), undefined);
  assert.equal(settingsFileName([], { MUSTER_CONFIG: 'a' }), 'a');
  assert.equal(settingsFileName(['--config', 'b', '--config=c'], { MUSTER_CONFIG: 'a' }), 'c');
  assert.equal(settingsFileName([], { MUSTER_CONFIG: '' }), undefined);
  assert.throws(() => settingsFileName(['--config='], {}), /names no file/);
});

test('the settings file cannot name another settings file', () => {
  assertRefused({ file: { name: 'm.yaml', text: 'config: other.yaml' } }, /unknown setting "config"/);
});
