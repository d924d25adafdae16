import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberReport, TokenReport } from '../../registry/token-report.ts';
import { type BootConfigRequest, createBootConfig, ETCD_VERSIONS, PLATFORMS } from '../boot-config.ts';
import { LINT_IDS, type LintId, type LintOptions, lintConfiguration } from './lint.ts';

const TOKEN = '6a28e078895c5ec737174db2419bb2f3';
const OTHER = 'e924a1b07dc0e9f74a3e6a7d7d3f1c55';
const URL = `http://10.0.0.5:8087/${TOKEN}`;
const ORIGIN = 'http://10.0.0.5:8087';

const MEMBER = `etcd --name n1 --data-dir /var/lib/etcd \\
  --listen-peer-urls http://10.0.0.1:2380 --initial-advertise-peer-urls http://10.0.0.1:2380 \\
  --listen-client-urls http://10.0.0.1:2379 --advertise-client-urls http://10.0.0.1:2379`;
const KEYS = `name: n1
listen-peer-urls: http://10.0.0.1:2380
initial-advertise-peer-urls: http://10.0.0.1:2380
listen-client-urls: http://10.0.0.1:2379
advertise-client-urls: http://10.0.0.1:2379
`;

function reportOf(changes: Partial<TokenReport>): TokenReport {
  return {
    ...{ token: TOKEN, state: 'open', size: 3, revision: 7, missing: 3, members: [], initialCluster: null },
    ...{ createdAt: '2026-11-01T00:00:00.000Z', expiresAt: '2026-11-08T00:00:00.000Z' },
    ...{ revokedAt: null, completedAt: null, findings: [] },
    ...changes,
  };
}

const n1: MemberReport = {
  ...{ id: '1', name: 'n1', peerUrls: ['http://10.0.0.1:2380'], value: 'n1=http://10.0.0.1:2380', slot: 1 },
  ...({ registeredAt: null, from: null, dialect: 'v2', received: true } as const),
};

/** What is found: `problem id line`, with `-` for no line. */
type Found = `${'problem' | 'warning' | 'note'} ${LintId} ${number | '-'}`;

function found(text: string, options?: LintOptions): string[] {
  return lintConfiguration(text, options).entries.map(
    ({ severity, id, line }) => `${severity} ${id} ${line ?? '-'}`,
  );
}

interface Case {
  readonly what: string;
  readonly text: string;
  readonly options?: LintOptions;
  readonly found: readonly Found[];
}

const CASES: readonly Case[] = [
  {
    what: 'nothing in a complete line of 3.5',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5' },
    found: [],
  },
  {
    what: 'nothing in a complete line of 3.7',
    text: `${MEMBER} --discovery-token ${URL} --discovery-endpoints ${ORIGIN}`,
    options: { etcdVersion: '3.7' },
    found: [],
  },
  {
    what: 'v2 by a flag on 3.7',
    text: `${MEMBER} \\\n  --discovery=${URL}`,
    options: { etcdVersion: '3.7' },
    found: ['problem v2-discovery-gone 4'],
  },
  {
    what: 'v2 by a variable on 3.8',
    text: `${MEMBER}\n# the variable\nexport ETCD_DISCOVERY="${URL}"`,
    options: { etcdVersion: '3.8' },
    found: ['problem v2-discovery-gone 5'],
  },
  {
    what: 'v2 by a key of the file on 3.7',
    text: `${KEYS}discovery: ${URL}\n`,
    options: { etcdVersion: '3.7' },
    found: ['problem v2-discovery-gone 6'],
  },
  {
    what: 'a variable of v2 that v3 stands beside on 3.7 as left over',
    text: `ETCD_NAME=n1\nETCD_INITIAL_ADVERTISE_PEER_URLS=http://10.0.0.1:2380\nETCD_DISCOVERY=${URL}\nETCD_DISCOVERY_TOKEN=${URL}\nETCD_DISCOVERY_ENDPOINTS=${ORIGIN}\n`,
    options: { etcdVersion: '3.7' },
    found: ['warning v2-discovery-gone 3'],
  },
  {
    what: 'that v2 ends after 3.6',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.6' },
    found: ['note v2-discovery-ends 3'],
  },
  {
    what: 'the version in an image, by the tag',
    text: `docker run --name my-etcd -e ETCD_NAME=n1 -e ETCD_INITIAL_ADVERTISE_PEER_URLS=http://10.0.0.1:2380 -e ETCD_DISCOVERY=${URL} quay.io/coreos/etcd:v3.7.3`,
    found: ['problem v2-discovery-gone 1'],
  },
  {
    what: 'v3 on 3.5',
    text: `${MEMBER} \\\n--discovery-token ${URL} \\\n--discovery-endpoints ${ORIGIN}`,
    options: { etcdVersion: '3.5' },
    found: ['problem v3-discovery-too-new 4', 'problem v3-discovery-too-new 5'],
  },
  {
    what: 'flat keys of v3 in the file',
    text: `${KEYS}discovery-token: ${URL}\ndiscovery-endpoints: ${ORIGIN}\n`,
    options: { etcdVersion: '3.6' },
    found: ['problem flat-discovery-keys 6', 'problem flat-discovery-keys 7'],
  },
  {
    what: 'nothing in the nested form',
    text: `${KEYS}discovery-config:\n  token: ${URL}\n  client:\n    endpoints:\n      - ${ORIGIN}\n`,
    options: { etcdVersion: '3.7' },
    found: [],
  },
  {
    what: 'endpoints that are not below client',
    text: `${KEYS}discovery-config:\n  token: ${URL}\n  endpoints: [${ORIGIN}]\n`,
    options: { etcdVersion: '3.7' },
    found: ['problem token-without-endpoints 8'],
  },
  {
    what: 'both dialects',
    text: `${MEMBER} --discovery ${URL} --discovery-token ${URL} --discovery-endpoints ${ORIGIN}`,
    options: { etcdVersion: '3.6' },
    found: ['note v2-discovery-ends 3', 'problem both-dialects 3'],
  },
  {
    what: 'a token without endpoints',
    text: `${MEMBER} --discovery-token ${TOKEN}`,
    options: { etcdVersion: '3.7' },
    found: ['problem token-without-endpoints 3'],
  },
  {
    what: 'endpoints without a token',
    text: `${MEMBER} --discovery-endpoints ${ORIGIN}`,
    options: { etcdVersion: '3.7' },
    found: ['problem endpoints-without-token 3'],
  },
  {
    what: 'a static cluster and an existing one beside discovery',
    text: `${MEMBER} --discovery ${URL} \\\n--initial-cluster n1=http://10.0.0.1:2380 \\\n--initial-cluster-state existing`,
    options: { etcdVersion: '3.5' },
    found: ['problem cluster-beside-discovery 4', 'problem existing-beside-discovery 5'],
  },
  {
    what: 'the proxy that is gone from 3.6 on',
    text: `${MEMBER} --discovery ${URL} \\\n--discovery-fallback proxy`,
    options: { etcdVersion: '3.6' },
    found: ['note v2-discovery-ends 3', 'problem proxy-fallback-gone 4'],
  },
  {
    what: 'nothing in the proxy of 3.5',
    text: `${MEMBER} --discovery ${URL} --discovery-fallback=proxy`,
    options: { etcdVersion: '3.5' },
    found: [],
  },
  {
    what: 'a name in both places',
    text: `[Service]\nEnvironment=ETCD_NAME=%H "ETCD_DISCOVERY=${URL}"\nExecStart=/usr/bin/etcd --name=%H \\\n  --initial-advertise-peer-urls=http://\${IP}:2380\n`,
    options: { etcdVersion: '3.5' },
    found: ['problem set-twice 3'],
  },
  {
    what: "a name beside that of Flatcar's unit",
    text: `[Service]\nExecStart=\nExecStart=/usr/lib/flatcar/etcd-wrapper $ETCD_OPTS --name=n1 --discovery=${URL} --initial-advertise-peer-urls=http://10.0.0.1:2380\n`,
    options: { etcdVersion: '3.5' },
    found: ['warning set-twice 3'],
  },
  {
    what: 'a name in a Container Linux Config',
    text: `etcd:\n  version: 3.1.0\n  name: n1\n  discovery: ${URL}\n  initial_advertise_peer_urls: http://{PRIVATE_IPV4}:2380\n`,
    found: ['problem set-twice 3'],
  },
  {
    what: "no second name in CoreOS's cloud-config, which overrides that of the unit",
    text: `#cloud-config\ncoreos:\n  etcd2:\n    name: n1\n    discovery: ${URL}\n    initial-advertise-peer-urls: http://$private_ipv4:2380\n`,
    options: { etcdVersion: '2.3' },
    found: [],
  },
  {
    what: 'flags beside a file',
    text: 'etcd --config-file /etc/etcd.yaml \\\n  --name n1',
    found: ['warning no-discovery -', 'problem ignored-beside-file 2'],
  },
  {
    what: 'the name default, and no name',
    text: `etcd --name default --initial-advertise-peer-urls http://10.0.0.1:2380 --discovery ${URL}`,
    options: { etcdVersion: '3.5' },
    found: ['problem default-name 1'],
  },
  {
    what: 'no name',
    text: `etcd --initial-advertise-peer-urls http://10.0.0.1:2380 --discovery ${URL}`,
    options: { etcdVersion: '3.5' },
    found: ['problem default-name -'],
  },
  {
    what: 'no name in variables, which a flag may have',
    text: `ETCD_INITIAL_ADVERTISE_PEER_URLS=http://10.0.0.1:2380\nETCD_DISCOVERY=${URL}\n`,
    options: { etcdVersion: '3.5' },
    found: ['warning default-name -'],
  },
  {
    what: 'no name where the cluster is to have one member: nothing',
    text: `etcd --discovery ${URL}`,
    options: { etcdVersion: '3.5', size: 1 },
    found: [],
  },
  {
    what: 'loopback addresses',
    text: `etcd --name n1 --discovery ${URL} \\\n--initial-advertise-peer-urls http://127.0.0.1:2380 \\\n--advertise-client-urls http://localhost:2379`,
    options: { etcdVersion: '3.5' },
    found: ['problem loopback-advertised 2', 'warning loopback-advertised 3'],
  },
  {
    what: 'no peer URLs',
    text: `etcd --name n1 --discovery ${URL}`,
    options: { etcdVersion: '3.5' },
    found: ['problem loopback-advertised -'],
  },
  {
    what: 'addresses of every interface',
    text: `etcd --name n1 --discovery ${URL} \\\n--initial-advertise-peer-urls http://0.0.0.0:2380 \\\n--advertise-client-urls http://[::]:2379`,
    options: { etcdVersion: '3.5' },
    found: ['problem unspecified-advertised 2', 'warning unspecified-advertised 3'],
  },
  {
    what: 'client URLs that are not told',
    text: `etcd --name n1 --discovery ${URL} --initial-advertise-peer-urls http://10.0.0.1:2380 \\\n--listen-client-urls http://0.0.0.0:2379`,
    options: { etcdVersion: '3.6' },
    found: ['note v2-discovery-ends 1', 'problem client-urls-missing 2'],
  },
  {
    what: 'the same on 3.5, which starts',
    text: `etcd --name n1 --discovery ${URL} --initial-advertise-peer-urls http://10.0.0.1:2380 \\\n--listen-client-urls http://0.0.0.0:2379`,
    options: { etcdVersion: '3.5' },
    found: ['warning client-urls-missing 2'],
  },
  ...(
    [
      ['a place holder for the token', `${ORIGIN}/<token>`],
      ['a slash behind the token', `${URL}/`],
      ['a query behind the token', `${URL}?size=3`],
      ['a token in capitals', `${ORIGIN}/${TOKEN.toUpperCase()}`],
      ['a token that is too short', `${ORIGIN}/6a28e078`],
      ['an address without a token', ORIGIN],
      ['the bare token over v2', TOKEN],
    ] as const
  ).map(
    ([what, value]): Case => ({
      what,
      text: `${MEMBER} \\\n--discovery='${value}'`,
      options: { etcdVersion: '3.5' },
      found: ['problem token-form 4'],
    }),
  ),
  {
    what: 'nothing in a URL that a shell or a template fills in',
    text: `${MEMBER} --discovery="\${DISCOVERY_URL}"\n${MEMBER} --discovery={{ etcd_discovery }}`,
    options: { etcdVersion: '3.5' },
    found: [],
  },
  {
    what: 'two tokens',
    text: `${MEMBER} --discovery ${URL}\n${MEMBER} --discovery ${ORIGIN}/${OTHER}`,
    options: { etcdVersion: '3.5' },
    found: ['problem several-tokens 6'],
  },
  {
    what: 'the public service',
    text: `${MEMBER} --discovery https://discovery.etcd.io/${TOKEN}`,
    options: { etcdVersion: '3.5' },
    found: ['problem public-service 3'],
  },
  {
    what: 'http endpoints with an https URL as the token',
    text: `${MEMBER} --discovery-token https://h/${TOKEN} \\\n--discovery-endpoints http://h`,
    options: { etcdVersion: '3.7' },
    found: ['problem scheme-differs 4'],
  },
  {
    what: 'http where the service is known to have https',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', serviceOrigin: 'https://10.0.0.5:8087' },
    found: ['problem scheme-differs 3'],
  },
  {
    what: 'https where the service is known to have http',
    text: `${MEMBER} --discovery-token ${TOKEN} --discovery-endpoints https://10.0.0.5:8087`,
    options: { etcdVersion: '3.7', serviceOrigin: ORIGIN },
    found: ['problem scheme-differs 3'],
  },
  {
    what: 'a CA for plain http',
    text: `${MEMBER} --discovery-token ${URL} --discovery-endpoints ${ORIGIN} \\\n--discovery-cacert /etc/ca.crt`,
    options: { etcdVersion: '3.7' },
    found: ['warning tls-over-http 4'],
  },
  {
    what: 'TLS that is asked for by a switch, for plain http',
    text: `${MEMBER} --discovery-token ${URL} --discovery-endpoints ${ORIGIN} \\\n--discovery-insecure-transport=false`,
    options: { etcdVersion: '3.7' },
    found: ['warning tls-over-http 4'],
  },
  {
    what: 'a CA for v2',
    text: `${MEMBER} --discovery https://h/${TOKEN} \\\n--discovery-cacert /etc/ca.crt`,
    options: { etcdVersion: '3.6' },
    found: ['note v2-discovery-ends 3', 'problem tls-of-v3-only 4'],
  },
  {
    what: 'a token that the service does not know',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: null },
    found: ['problem token-unknown 3'],
  },
  {
    what: 'an expired token',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: reportOf({ state: 'expired' }) },
    found: ['problem token-expired 3'],
  },
  {
    what: 'a revoked token',
    text: `${MEMBER} --discovery ${URL}`,
    options: {
      etcdVersion: '3.5',
      report: reportOf({ state: 'revoked', revokedAt: '2026-11-02T00:00:00.000Z' }),
    },
    found: ['problem token-revoked 3'],
  },
  {
    what: 'a token whose cluster is complete without this member',
    text: `${MEMBER.replace('n1', 'n4')} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: reportOf({ state: 'complete', members: [n1] }) },
    found: ['problem token-complete 3'],
  },
  {
    what: 'a token whose cluster is complete with this member',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: reportOf({ state: 'complete', members: [n1] }) },
    found: ['note token-complete 3'],
  },
  {
    what: 'another size than the one that is meant',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: reportOf({ size: 5 }), size: 3 },
    found: ['problem size-differs 3'],
  },
  {
    what: 'nothing in an open token',
    text: `${MEMBER} --discovery ${URL}`,
    options: { etcdVersion: '3.5', report: reportOf({}) },
    found: [],
  },
  { what: 'that nothing is there', text: 'hello\n', found: ['warning no-discovery -'] },
  {
    what: 'nothing in a proxy that joins late',
    text: `exec muster join ${URL} --name n1 --peer-urls http://10.0.0.1:2380 --on-full proxy --exec etcd --data-dir /d`,
    found: [],
  },
];

for (const { what, text, options, found: expected } of CASES) {
  test(`lintConfiguration finds ${what}`, () => {
    assert.deepEqual(found(text, options), expected);
  });
}

test('every rule has a case', () => {
  const ids = new Set(CASES.flatMap((each) => each.found.map((line) => line.split(' ')[1] ?? '')));
  assert.deepEqual([...ids].sort(), [...LINT_IDS].sort());
});

test('no text of an entry holds a whole token, and each remedy is a sentence', () => {
  for (const { text, options } of CASES) {
    for (const { sentence, remedy } of lintConfiguration(text, options).entries) {
      assert.doesNotMatch(`${sentence} ${remedy}`, /[0-9a-f]{32}/i);
      assert.match(sentence, /\.$/);
      assert.match(remedy, /^[A-Za-z].*\.$/);
    }
  }
});

test('in what createBootConfig writes there is nothing to find, on any platform', () => {
  const tls: Partial<BootConfigRequest> = {
    discoveryUrl: `https://h/${TOKEN}`,
    serviceTls: { caFile: '/etc/etcd/ca.crt' },
    memberTls: { caFile: '/etc/etcd/ca.crt', certFile: '/etc/etcd/m.crt', keyFile: '/etc/etcd/m.key' },
  };
  let count = 0;
  for (const { id, from, dialects } of PLATFORMS) {
    for (const version of ETCD_VERSIONS) {
      const isOld = Number(version.id) < Number(from.join('.'));
      if (isOld || !version.dialects.some((dialect) => dialects.includes(dialect))) continue;
      for (const more of [{}, tls]) {
        const request = { discoveryUrl: URL, platform: id, etcdVersion: version.id, ...more };
        for (const { name, text } of createBootConfig(request).files) {
          const entries = found(text, { etcdVersion: version.id });
          assert.deepEqual(
            entries.filter((line) => !line.startsWith('note v2-discovery-ends ')),
            [],
            `${id} ${name}`,
          );
          count++;
        }
      }
    }
  }
  assert(count > 100);
});

const FORMS: ReadonlyArray<readonly [form: string, text: string]> = [
  ['a list of Kubernetes', `command: ["etcd", "--name", "default", "--discovery=${URL}"]`],
  ['a list of Compose', `command:\n  - etcd\n  - --name\n  - default\n  - --discovery=${URL}`],
  ['a shell in a unit', `ExecStart=/bin/sh -c "exec etcd --name default --discovery ${URL}"`],
  [
    'a file of Ignition',
    `{"contents": "[Service]\\nExecStart=/usr/bin/etcd --name=default --discovery=${URL}\\n"}`,
  ],
  [
    'variables of Kubernetes',
    `env:\n  - name: ETCD_NAME\n    value: default\n  - name: ETCD_DISCOVERY\n    value: ${URL}`,
  ],
  ['a map of Compose', `environment:\n  ETCD_NAME: default\n  ETCD_DISCOVERY: "${URL}"`],
  ['a map of Terraform', `env = {\n  ETCD_NAME      = "default"\n  ETCD_DISCOVERY = "${URL}"\n}`],
  ['a line of Docker', `docker run --name etcd1 -e ETCD_NAME=default --env=ETCD_DISCOVERY=${URL} etcd`],
  [
    'a line of Docker with flags',
    `docker run --name etcd1 quay.io/coreos/etcd /usr/local/bin/etcd -name default -discovery ${URL}`,
  ],
  ['a shell with quotes', `export ETCD_NAME='default' ETCD_DISCOVERY="${URL}" # to be changed`],
  ["etcd's own file", `name: default\ndiscovery: ${URL}`],
  [
    'the cloud-config of CoreOS',
    `#cloud-config\ncoreos:\n  etcd2:\n    name: default\n    discovery: ${URL}`,
  ],
  ['a Container Linux Config', `etcd:\n  name: default\n  discovery: ${URL}`],
];

for (const [form, text] of FORMS) {
  test(`lintConfiguration reads ${form}`, () => {
    const report = lintConfiguration(text, { etcdVersion: '3.5' });
    assert(report.entries.some(({ id, line }) => id === 'default-name' && line !== null));
    assert.equal(report.discoveryUrl, URL);
  });
}

test('options of other programs are no flags of etcd, and comments are no text', () => {
  const text = `# etcd --name default\npodman run --name default \\\n  quay.io/coreos/etcd:v3.5.0 etcd --name n1 --discovery ${URL} \\\n  --initial-advertise-peer-urls http://10.0.0.1:2380\netcdctl --discovery-srv example`;
  assert.deepEqual(found(text), []);
});

test('a key that is a token is not shown whole, and a line of a million quotes takes no time', () => {
  const text = `name: n1\ndiscovery: ${URL}\ndiscovery-${TOKEN}: x\n`;
  const [entry] = lintConfiguration(text, { etcdVersion: '3.6' }).entries.filter(({ line }) => line === 3);
  assert.match(entry?.sentence ?? '', /the key discovery-6a28e078\.\.\. /);
  assert.deepEqual(found('\\"'.repeat(500_000)), ['warning no-discovery -']);
});

test('the bare token of v3 makes a discovery URL with its endpoint', () => {
  const text = `${MEMBER} --discovery-token ${TOKEN} --discovery-endpoints ${ORIGIN}/,http://10.0.0.6`;
  assert.equal(lintConfiguration(text).discoveryUrl, URL);
});
