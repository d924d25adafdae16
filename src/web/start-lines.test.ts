import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoveryFlags, formatStartLines, parseStartChoice } from './start-lines.ts';

const URL_OF_TOKEN = 'http://10.0.0.9:8087/0123456789abcdef0123456789abcdef';

test('discoveryFlags names the token by its whole URL, by the flags of each version', () => {
  assert.deepEqual(discoveryFlags('3.5', URL_OF_TOKEN), [`--discovery ${URL_OF_TOKEN}`]);
  for (const etcd of ['3.6', '3.7'] as const) {
    assert.deepEqual(discoveryFlags(etcd, URL_OF_TOKEN), [
      `--discovery-token ${URL_OF_TOKEN}`,
      '--discovery-endpoints http://10.0.0.9:8087',
    ]);
  }
});

test('formatStartLines starts one member in a shell, and all of them for a trial', () => {
  const shell = formatStartLines({ etcd: '3.5', platform: 'shell' }, URL_OF_TOKEN, 3);
  assert.match(shell, /^etcd --name "\$\(hostname\)" \\\n/);
  assert(shell.endsWith(` \\\n  --discovery ${URL_OF_TOKEN}`));
  assert.match(
    formatStartLines({ etcd: '3.7', platform: 'trial' }, URL_OF_TOKEN, 5),
    /^for n in 1 2 3 4 5; do\n/,
  );
});

test('parseStartChoice takes what is known, and the defaults for the rest', () => {
  assert.deepEqual(parseStartChoice('etcd=3.5&platform=trial'), { etcd: '3.5', platform: 'trial' });
  assert.deepEqual(parseStartChoice('etcd=9&x=%&platform=<b>'), { etcd: '3.6', platform: 'shell' });
});
