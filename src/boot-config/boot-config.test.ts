import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { type BootConfigRequest, createBootConfig, ETCD_VERSIONS, PLATFORMS } from './boot-config.ts';

const TOKEN = '6a28e078895c5ec737174db2419bb2f3';
const URL = `http://10.0.0.5:8087/${TOKEN}`;
const env: BootConfigRequest = { discoveryUrl: URL, platform: 'env' };

/** The variables of an environment file. */
function variablesOf(request: Partial<BootConfigRequest>): ReadonlyMap<string, string> {
  const [file] = createBootConfig({ ...env, ...request }).files;
  const lines = file?.text.trimEnd().split('\n') ?? [];
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function refusal(request: Partial<BootConfigRequest>): string {
  try {
    createBootConfig({ ...env, ...request });
  } catch (error) {
    assert(isMusterError(error) && error.code === 'bad-setting', String(error));
    assert(error.remedy !== undefined && error.remedy.length > 0);
    return error.message;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

test('each version of etcd gets the dialect that it speaks, the newer one where there are two', () => {
  const dialectOf = (etcdVersion?: string) => createBootConfig({ ...env, etcdVersion }).dialect;
  assert.deepEqual(['2.3', '3.0', '3.4', '3.5.9', '3.6', 'v3.6.1', '3.7', '3.8', '3.20'].map(dialectOf), [
    'v2',
    'v2',
    'v2',
    'v2',
    'v3',
    'v3',
    'v3',
    'v3',
    'v3',
  ]);
  assert.equal(dialectOf(), 'v3');
  assert.equal(createBootConfig({ ...env, etcdVersion: '3.6', dialect: 'v2' }).dialect, 'v2');
});

test('a dialect that the version does not have is refused', () => {
  assert.match(refusal({ etcdVersion: '3.5', dialect: 'v3' }), /etcd 3\.5 has no v3 discovery/);
  assert.match(refusal({ etcdVersion: '3.7', dialect: 'v2' }), /etcd 3\.7 has no v2 discovery/);
});

test('every version with its image works on every platform that it is for', () => {
  for (const { id, from, dialects } of PLATFORMS) {
    for (const version of ETCD_VERSIONS) {
      const [major = 0, minor = 0] = version.id.split('.').map(Number);
      const isOld = major < from[0] || (major === from[0] && minor < from[1]);
      const request: BootConfigRequest = { discoveryUrl: URL, platform: id, etcdVersion: version.id };
      if (isOld || !version.dialects.some((dialect) => dialects.includes(dialect))) {
        assert.match(refusal(request), / is not for etcd | has no words for /, `${id} ${version.id}`);
        continue;
      }
      const { files, etcdVersion } = createBootConfig(request);
      assert.equal(etcdVersion, version.release);
      assert(
        files.some(({ text }) => text.includes(TOKEN)),
        `${id} ${version.id}`,
      );
    }
  }
});

test('over v2 the URL is given as it is, and nothing of v3', () => {
  const variables = variablesOf({ etcdVersion: '3.5' });
  assert.equal(variables.get('ETCD_DISCOVERY'), URL);
  assert.deepEqual(
    [...variables.keys()].filter((name) => name.startsWith('ETCD_DISCOVERY_')),
    [],
  );
});

test('over v3 the token is the URL, or bare where that is asked for', () => {
  const variables = variablesOf({});
  assert.equal(variables.get('ETCD_DISCOVERY_TOKEN'), URL);
  assert.equal(variables.get('ETCD_DISCOVERY_ENDPOINTS'), 'http://10.0.0.5:8087');
  assert.equal(variables.get('ETCD_DISCOVERY'), undefined);
  assert.equal(variablesOf({ tokenForm: 'bare' }).get('ETCD_DISCOVERY_TOKEN'), TOKEN);
});

test('a service below a path is reached over v3 at its origin', () => {
  const discoveryUrl = `https://[fd00::1]/discovery/${TOKEN}`;
  const variables = variablesOf({ discoveryUrl });
  assert.equal(variables.get('ETCD_DISCOVERY_TOKEN'), discoveryUrl);
  assert.equal(variables.get('ETCD_DISCOVERY_ENDPOINTS'), 'https://[fd00::1]');
});

test('a given name and address take the place of what a machine would put in', () => {
  const variables = variablesOf({ name: 'n1', address: '10.0.0.1', peerPort: 12380 });
  assert.equal(variables.get('ETCD_NAME'), 'n1');
  assert.equal(variables.get('ETCD_INITIAL_ADVERTISE_PEER_URLS'), 'http://10.0.0.1:12380');
  assert.equal(variables.get('ETCD_LISTEN_CLIENT_URLS'), 'http://10.0.0.1:2379,http://127.0.0.1:2379');
  for (const { id } of PLATFORMS) {
    const request = { discoveryUrl: URL, platform: id, name: 'n1', address: '10.0.0.1' };
    for (const { text } of createBootConfig(request).files) {
      assert.doesNotMatch(text, /ADDRESS(?!ES)\b(?!=)|IPV4|MEMBER-|metadata|afterburn/, id);
    }
  }
});

test('an IPv6 address stands in brackets; a name is advertised, and etcd listens on every address', () => {
  assert.equal(variablesOf({ address: 'fd00::1' }).get('ETCD_LISTEN_PEER_URLS'), 'http://[fd00::1]:2380');
  const named = variablesOf({ address: 'n1.example' });
  assert.equal(named.get('ETCD_LISTEN_PEER_URLS'), 'http://0.0.0.0:2380');
  assert.equal(named.get('ETCD_LISTEN_CLIENT_URLS'), 'http://0.0.0.0:2379');
  assert.equal(named.get('ETCD_INITIAL_ADVERTISE_PEER_URLS'), 'http://n1.example:2380');
});

test('the CA of the service is a flag over v3, and a variable of every program of Go over v2', () => {
  const tls = { discoveryUrl: `https://discovery.example/${TOKEN}`, serviceTls: { caFile: '/etc/ca.crt' } };
  assert.equal(variablesOf({ ...tls, etcdVersion: '3.7' }).get('ETCD_DISCOVERY_CACERT'), '/etc/ca.crt');
  const old = variablesOf({ ...tls, etcdVersion: '3.5' });
  assert.equal(old.get('SSL_CERT_FILE'), '/etc/ca.crt');
  assert.equal(old.get('ETCD_DISCOVERY_CACERT'), undefined);
});

test('members over TLS have https in all of their own URLs', () => {
  const variables = variablesOf({ memberTls: { caFile: '/ca', certFile: '/crt', keyFile: '/key' } });
  for (const name of ['LISTEN_PEER', 'LISTEN_CLIENT', 'INITIAL_ADVERTISE_PEER', 'ADVERTISE_CLIENT']) {
    assert.match(variables.get(`ETCD_${name}_URLS`) ?? '', /^https:/, name);
  }
  assert.equal(variables.get('ETCD_PEER_TRUSTED_CA_FILE'), '/ca');
  assert.equal(variables.get('ETCD_CLIENT_CERT_AUTH'), 'true');
});

test('the units of Flatcar and Container Linux have a name of their own: a given one is left out, and a note says so', () => {
  for (const platform of ['clc', 'butane-flatcar'] as const) {
    const { files, notes } = createBootConfig({ ...env, platform, name: 'n1' });
    assert.doesNotMatch(files[0]?.text ?? '', /name.*n1/);
    assert(notes.some((note) => note.includes('"n1"') && note.includes('ETCD_NAME=%m')));
  }
});

const REFUSED: ReadonlyArray<readonly [what: string, request: Partial<BootConfigRequest>, message: RegExp]> =
  [
    [
      'a token in capitals',
      { discoveryUrl: `http://10.0.0.5/${TOKEN.toUpperCase()}` },
      /is not a discovery URL/,
    ],
    ['a slash behind the token', { discoveryUrl: `${URL}/` }, /is not a discovery URL/],
    ['a query', { discoveryUrl: `${URL}?key=1` }, /is not a discovery URL/],
    ['a password', { discoveryUrl: `http://user:word@10.0.0.5/${TOKEN}` }, /is not a discovery URL/],
    ['a command in the host', { discoveryUrl: `http://$(id)/${TOKEN}` }, /is not a discovery URL/],
    ['a line break in the path', { discoveryUrl: `http://h/a\n/${TOKEN}` }, /is not a discovery URL/],
    ['another scheme', { discoveryUrl: `ftp://10.0.0.5/${TOKEN}` }, /is not a discovery URL/],
    ['a platform that is not there', { platform: 'bsd' as 'env' }, /there is no platform "bsd"/],
    ['a cloud that is not there', { cloud: 'moon' as 'ec2' }, /there is no cloud "moon"/],
    ['a version that is none', { etcdVersion: 'latest' }, /"latest" is no version of etcd/],
    ['etcd 0.4', { etcdVersion: '0.4' }, /"0\.4" is no version of etcd/],
    ['the name that etcd takes by itself', { name: 'default' }, /"default" is not a name for a member/],
    ['a command in the name', { name: '$(id)' }, /is not a name for a member/],
    ['a port in the address', { address: '10.0.0.1:2380' }, /is not an address/],
    ['a quote in the address', { address: "10.0.0.1'" }, /is not an address/],
    ['a folder that is not absolute', { dataDir: 'data' }, /is not an absolute path/],
    ['a folder with a variable', { dataDir: '/var/$HOME' }, /is not an absolute path/],
    ['a port that is none', { peerPort: 65_536 }, /the peer port is 65536/],
    ['a size of 0', { size: 0 }, /the cluster size is 0/],
    ['files of TLS for plain http', { serviceTls: { caFile: '/ca' } }, /the discovery URL is plain http/],
    [
      'a certificate for a service over v2',
      {
        ...{ discoveryUrl: `https://h/${TOKEN}`, etcdVersion: '3.5' },
        serviceTls: { certFile: '/crt', keyFile: '/key' },
      },
      /members of v2 discovery show no certificate/,
    ],
    [
      'a certificate without its key',
      { discoveryUrl: `https://h/${TOKEN}`, serviceTls: { certFile: '/crt' } },
      /a certificate and its key come together/,
    ],
  ];

for (const [what, request, message] of REFUSED) {
  test(`createBootConfig refuses ${what}, with a remedy`, () => {
    assert.match(refusal(request), message);
  });
}
