import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type LintId, lintConfiguration } from '../../src/boot-config/lint/lint.ts';
import { listMembers, newDiscoveryUrl } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { type EtcdVersion, etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa } from '../support/test-ca.ts';

/**
 * What becomes of a member: it ends at once, is a cluster of its own that the token knows nothing of, is in the
 * cluster of the token, or asks for ever.
 */
type Outcome = 'ends' | 'alone' | 'joins' | 'asks';

/** Settings of etcd by the names of its flags, and lines of its file. */
interface Given {
  readonly flags?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Lines of its file, which has the usual ones too. */
  readonly file?: string;
  /** One of the usual flags that is left out. */
  readonly without?: string;
}

interface Fact {
  readonly id: LintId;
  readonly what: string;
  readonly versions: readonly EtcdVersion[];
  readonly given: (url: string, token: string, origin: string) => Given;
  readonly outcome: Outcome;
}

const V2: readonly EtcdVersion[] = ['3.4', '3.5', '3.6'];
const V3: readonly EtcdVersion[] = ['3.6', '3.7'];
const ALL: readonly EtcdVersion[] = ['3.4', '3.5', '3.6', '3.7'];
const ca = new TestCa('a CA');

const v3 = (token: string, origin: string) => ({ 'discovery-token': token, 'discovery-endpoints': origin });
const nested = (token: string, origin: string): string =>
  `discovery-config:\n  token: ${token}\n  client:\n    endpoints: [${origin}]\n`;

const FACTS: readonly Fact[] = [
  {
    ...{ id: 'v2-discovery-gone', what: 'v2 by a flag', versions: ['3.7'], outcome: 'ends' },
    given: (url) => ({ flags: { discovery: url } }),
  },
  {
    ...{ id: 'v2-discovery-gone', what: 'v2 by a variable', versions: ['3.7'], outcome: 'alone' },
    given: (url) => ({ variables: { discovery: url } }),
  },
  {
    ...{ id: 'v2-discovery-gone', what: 'v2 by a key', versions: ['3.7'], outcome: 'alone' },
    given: (url) => ({ file: `discovery: ${url}\n` }),
  },
  {
    ...{ id: 'v2-discovery-ends', what: 'v2 by a variable', versions: ['3.6'], outcome: 'joins' },
    given: (url) => ({ variables: { discovery: url } }),
  },
  {
    ...{ id: 'v3-discovery-too-new', what: 'v3 by flags', versions: ['3.4', '3.5'], outcome: 'ends' },
    given: (_, token, origin) => ({ flags: v3(token, origin) }),
  },
  {
    ...{ id: 'v3-discovery-too-new', what: 'v3 by variables', versions: ['3.4', '3.5'], outcome: 'alone' },
    given: (_, token, origin) => ({ variables: v3(token, origin) }),
  },
  {
    ...{ id: 'v3-discovery-too-new', what: 'v3 by keys', versions: ['3.4', '3.5'], outcome: 'alone' },
    given: (_, token, origin) => ({ file: nested(token, origin) }),
  },
  {
    ...{
      id: 'flat-discovery-keys',
      what: 'keys of v3 outside of their group',
      versions: V3,
      outcome: 'alone',
    },
    given: (_, token, origin) => ({ file: `discovery-token: ${token}\ndiscovery-endpoints: ${origin}\n` }),
  },
  {
    ...{ id: 'token-without-endpoints', what: 'a token alone', versions: V3, outcome: 'ends' },
    given: (_, token) => ({ flags: { 'discovery-token': token } }),
  },
  {
    ...{ id: 'token-without-endpoints', what: 'endpoints not below client', versions: V3, outcome: 'ends' },
    given: (_, token, origin) => ({
      file: `discovery-config:\n  token: ${token}\n  endpoints: [${origin}]\n`,
    }),
  },
  {
    ...{ id: 'endpoints-without-token', what: 'endpoints alone', versions: V3, outcome: 'ends' },
    given: (_url, _token, origin) => ({ variables: { 'discovery-endpoints': origin } }),
  },
  {
    ...{ id: 'both-dialects', what: 'both dialects', versions: ['3.6'], outcome: 'ends' },
    given: (url, token, origin) => ({ flags: { discovery: url, ...v3(token, origin) } }),
  },
  {
    ...{ id: 'cluster-beside-discovery', what: 'a static cluster, v2', versions: V2, outcome: 'ends' },
    given: (url) => ({ flags: { discovery: url, 'initial-cluster': 'n1=http://127.0.0.41:2380' } }),
  },
  {
    ...{ id: 'cluster-beside-discovery', what: 'a static cluster, v3', versions: V3, outcome: 'ends' },
    given: (_, token, origin) => ({
      file: `${nested(token, origin)}initial-cluster: n1=http://127.0.0.41:2380\n`,
    }),
  },
  {
    ...{ id: 'existing-beside-discovery', what: 'an existing cluster, v2', versions: V2, outcome: 'ends' },
    given: (url) => ({ flags: { discovery: url, 'initial-cluster-state': 'existing' } }),
  },
  {
    ...{ id: 'existing-beside-discovery', what: 'an existing cluster, v3', versions: V3, outcome: 'ends' },
    given: (_, token, origin) => ({ flags: { ...v3(token, origin), 'initial-cluster-state': 'existing' } }),
  },
  {
    ...{ id: 'proxy-fallback-gone', what: 'a proxy to fall back to', versions: V3, outcome: 'ends' },
    given: (_, token, origin) => ({ flags: v3(token, origin), variables: { 'discovery-fallback': 'proxy' } }),
  },
  {
    ...{ id: 'set-twice', what: 'a name in both places', versions: ALL, outcome: 'ends' },
    given: () => ({ flags: { name: 'n1' }, variables: { name: 'n1' } }),
  },
  {
    ...{
      id: 'ignored-beside-file',
      what: 'a flag and a variable beside a file, v2',
      versions: V2,
      outcome: 'alone',
    },
    given: (url) => ({ file: '', flags: { discovery: url }, variables: { name: 'other' } }),
  },
  {
    ...{ id: 'ignored-beside-file', what: 'flags beside a file, v3', versions: V3, outcome: 'alone' },
    given: (_, token, origin) => ({ file: '', flags: v3(token, origin) }),
  },
  {
    ...{
      id: 'client-urls-missing',
      what: 'client URLs that are not told, v2',
      versions: ['3.4', '3.5'],
      outcome: 'joins',
    },
    given: (url) => ({ flags: { discovery: url }, without: 'advertise-client-urls' }),
  },
  {
    ...{
      id: 'client-urls-missing',
      what: 'client URLs that are not told, v3',
      versions: V3,
      outcome: 'ends',
    },
    given: (_, token, origin) => ({ flags: v3(token, origin), without: 'advertise-client-urls' }),
  },
  {
    ...{
      id: 'client-urls-missing',
      what: 'client URLs that a file does not tell',
      versions: V3,
      outcome: 'joins',
    },
    given: (_, token, origin) => ({ file: nested(token, origin), without: 'advertise-client-urls' }),
  },
  {
    ...{ id: 'token-form', what: 'a token that is none, v2', versions: V2, outcome: 'ends' },
    given: (_url, _token, origin) => ({ flags: { discovery: `${origin}/6a28e078` } }),
  },
  {
    ...{ id: 'token-form', what: 'a token that is none, v3', versions: V3, outcome: 'asks' },
    given: (_url, _token, origin) => ({ flags: v3('6a28e078', origin) }),
  },
  {
    ...{ id: 'scheme-differs', what: 'TLS to a plain service, v3', versions: V3, outcome: 'asks' },
    given: (url, _, origin) => ({ flags: v3(url, origin.replace('http:', 'https:')) }),
  },
  {
    ...{ id: 'tls-over-http', what: 'a CA for a plain service', versions: V3, outcome: 'joins' },
    given: (url, _, origin) => ({ flags: { ...v3(url, origin), 'discovery-cacert': 'CA' } }),
  },
  {
    ...{ id: 'tls-over-http', what: 'TLS by a switch for a plain service', versions: V3, outcome: 'joins' },
    given: (url, _, origin) => ({ flags: { ...v3(url, origin), 'discovery-insecure-transport': 'false' } }),
  },
  {
    ...{ id: 'tls-of-v3-only', what: 'a CA for v2', versions: ['3.6'], outcome: 'joins' },
    given: (url) => ({ flags: { discovery: url, 'discovery-cacert': 'CA' } }),
  },
];

const variableOf = (flag: string): string => `ETCD_${flag.toUpperCase().replaceAll('-', '_')}`;

/** A member with what is given and the usual addresses. */
interface Member {
  /** The whole of what it is told, for the lint. */
  readonly text: string;
  readonly clientUrl: string;
  readonly start: () => Promise<Program>;
}

async function prepare(version: EtcdVersion, given: Given, dir: string): Promise<Member> {
  const address = '127.0.0.41';
  const peerUrl = `http://${address}:${await freePort(address)}`;
  const clientUrl = `http://${address}:${await freePort(address)}`;
  const usual = {
    ...{ name: 'n1', 'data-dir': `${dir}/data` },
    ...{ 'listen-peer-urls': peerUrl, 'initial-advertise-peer-urls': peerUrl },
    ...{ 'listen-client-urls': clientUrl, 'advertise-client-urls': clientUrl },
  };
  if (given.without !== undefined) Reflect.deleteProperty(usual, given.without);
  const caFile = `${dir}/ca.crt`;
  await writeFile(caFile, ca.cert);
  const { variables = {}, file, flags } = given;
  const all = file === undefined ? { ...usual, ...flags } : { 'config-file': `${dir}/etcd.yaml`, ...flags };
  const args = Object.entries(all).map(([flag, value]) => `--${flag}=${value === 'CA' ? caFile : value}`);
  const env = Object.fromEntries(Object.entries(variables).map(([flag, value]) => [variableOf(flag), value]));
  const lines = Object.entries(usual).map(([key, value]) => `${key}: ${value}\n`);
  const yaml = `${lines.join('')}${file}`;
  if (file !== undefined) await writeFile(`${dir}/etcd.yaml`, yaml);
  const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), 'etcd', ...args];
  return {
    // Where there is a file alone, it is what a person would have looked at.
    text: file === undefined || flags !== undefined ? words.join(' ') : yaml,
    clientUrl,
    start: () =>
      startProgram({
        ...{ name: `etcd ${version}`, file: etcdProgram(version, 'etcd'), args },
        env: { ...cleanEnvironment(), ...env },
      }),
  };
}

const ASKS =
  /failed to get (?:cluster size )?from discovery service|retry connecting to discovery service|handshake failed/;

async function outcomeOf(member: Member, url: string): Promise<Outcome> {
  await using program = await member.start();
  const ended = async (): Promise<Outcome> => {
    const { code } = await program.exited;
    assert(code !== null && code !== 0, program.log.tail);
    return 'ends';
  };
  const serves = async (): Promise<Outcome> => {
    await poll(
      'the member serves',
      60_000,
      async (signal) => {
        const response = await fetch(`${member.clientUrl}/health`, { signal });
        return /"health":\s*"true"/.test(await response.text()) || undefined;
      },
      program.ended,
    );
    return (await listMembers(url)).length === 0 ? 'alone' : 'joins';
  };
  const asks = async (): Promise<Outcome> => {
    await program.waitForLine(ASKS, 60_000);
    return 'asks';
  };
  // Whoever comes second rejects, when the program is ended.
  return await Promise.any([ended(), serves(), asks()]);
}

let muster: Muster;
before(async () => {
  muster = await startMuster();
});
after(() => muster[Symbol.asyncDispose]());

for (const { id, what, versions, given, outcome } of FACTS) {
  for (const version of versions) {
    test(`etcd ${version}, ${what}: it ${outcome}, and the lint says ${id}`, {
      skip: missingPeers(`etcd-${version}`),
    }, async () => {
      await using dir = await createTempDir();
      const url = await newDiscoveryUrl(muster.url, 1);
      const token = url.slice(url.lastIndexOf('/') + 1);
      const member = await prepare(version, given(url, token, muster.url), dir.path);
      const { entries } = lintConfiguration(member.text, { etcdVersion: version });
      const entry = entries.find((candidate) => candidate.id === id);
      assert(entry !== undefined, member.text);
      const severity = outcome === 'joins' ? /note|warning|problem/ : /problem/;
      assert.match(entry.severity, severity);
      assert.equal(await outcomeOf(member, url), outcome);
    });
  }
}
