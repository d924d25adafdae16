import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from './checks.ts';
import type { Facts, MemberProbe } from './facts.ts';
import { ProbeFailure } from './probe/failure.ts';
import type { PeerAnswer } from './probe/peer-answer.ts';
import { reportMembers } from './token/report-members.ts';
import { judge } from './verdict.ts';

const URL_TEXT = 'http://127.0.0.1:22088/7e7c63d11e3a4274b61db412494faacb';
/** As etcd 3.4.23 registered them under that URL, and the cluster that it made of them. */
const MEMBERS = [
  ['e924a8cc55f3a1a0', 'n1', 'http://127.0.0.11:2380'],
  ['ca9ccb2e68c16058', 'n2', 'http://127.0.0.12:2380'],
  ['954193fdc28d1a7f', 'n3', 'http://127.0.0.13:2380'],
] as const;
const CLUSTER = '230d99e6d87c702e';
const NOW = Date.parse('2026-11-28T12:00:00Z');

const ANSWER: PeerAnswer = {
  version: '3.5.16',
  clusterVersion: '3.5.0',
  clusterId: CLUSTER,
  members: MEMBERS.map(([id, name, url]) => ({
    id,
    name,
    peerUrls: [url],
    clientUrls: [],
    isLearner: false,
  })),
  clockAheadMs: 0,
};

/** A healthy cluster of three, with what is different about its n-th peer, and about all of it. */
function factsWith(
  peers: Readonly<Record<number, Partial<MemberProbe>>> = {},
  all: Partial<Facts> = {},
): Facts {
  const registered = MEMBERS.map(([memberId, name, url], index) => ({
    memberId,
    value: `${name}=${url}`,
    createRevision: index + 2,
  }));
  const report = reportMembers({ url: URL_TEXT, size: 3, members: registered, revision: 4 }, NOW);
  return {
    url: new URL(URL_TEXT),
    urlText: URL_TEXT,
    tokenText: report.token,
    service: {
      addresses: ['127.0.0.1'],
      failure: undefined,
      certificate: undefined,
      distrustOfSystem: undefined,
      answer: { status: 200, headers: {}, text: '' },
      clockAheadMs: 0,
      proxy: undefined,
      grpcProxy: undefined,
    },
    token: { state: 'read', from: 'v2', report },
    peers: report.members.map((member, index) => ({
      member,
      url: member.peerUrls[0] ?? '',
      state: 'answers',
      reason: '',
      addresses: [],
      certificate: undefined,
      answer: ANSWER,
      isHere: false,
      ...peers[index],
    })),
    health: 'healthy',
    proxyOf: () => undefined,
    hasCa: false,
    hasCertificate: false,
    now: NOW,
    ...all,
  };
}

/** What is in the way, and the verdict. */
function diagnose(facts: Facts): { ids: string[]; state: string } {
  const { causes } = runChecks(facts);
  const ids = causes.filter(({ severity }) => severity !== 'note').map(({ id }) => id);
  return { ids, state: judge(facts, causes).state };
}

const GONE = { state: 'refused', reason: 'connection refused', answer: undefined } as const;

test('nothing is found in a healthy cluster', () => {
  assert.deepEqual(diagnose(factsWith()), { ids: [], state: 'healthy' });
});

test('a majority that runs is degraded, less than that broken, nobody stale', () => {
  assert.equal(diagnose(factsWith({ 2: GONE })).state, 'degraded');
  assert.deepEqual(diagnose(factsWith({ 1: GONE, 2: GONE }, { health: 'unhealthy' })), {
    ids: ['peer-refused', 'no-leader'],
    state: 'broken',
  });
  assert.deepEqual(diagnose(factsWith({ 0: GONE, 1: GONE, 2: GONE }, { health: 'unknown' })), {
    ids: ['all-gone'],
    state: 'stale',
  });
});

test('a member that is reached at one of two peer URLs is there, and the other URL a warning', () => {
  const facts = factsWith();
  const [first] = facts.peers;
  assert(first);
  const second = { ...first, ...GONE, url: 'http://10.0.0.1:2380' };
  const { causes } = runChecks({ ...facts, peers: [...facts.peers, second] });
  assert.equal(causes.find(({ id }) => id === 'peer-refused')?.severity, 'warning');
  assert.equal(judge({ ...facts, peers: [...facts.peers, second] }, causes).state, 'healthy');
});

test('members that only want a certificate are unclear, and with a problem beside broken', () => {
  const wanting = { state: 'wants-certificate', answer: undefined } as const;
  const all = { 0: wanting, 1: wanting, 2: wanting };
  assert.deepEqual(diagnose(factsWith(all, { health: 'unknown' })), { ids: [], state: 'unclear' });
  const expired = {
    names: 'DNS:n1',
    issuer: 'peers',
    validFrom: NOW - 2000,
    validTo: NOW - 1000,
    distrust: undefined,
    mismatch: undefined,
  };
  const { ids, state } = diagnose(
    factsWith({ ...all, 0: { ...wanting, certificate: expired } }, { health: 'unknown' }),
  );
  assert.deepEqual([ids, state], [['peer-certificate'], 'broken']);
});

test('machines of etcd 0.4 tell no more than that they are there', () => {
  const old = MEMBERS.map(([, name, value], index) => ({ memberId: name, value, createRevision: index + 2 }));
  const report = reportMembers({ url: URL_TEXT, size: 3, members: old, revision: 4 }, NOW);
  const { peers } = factsWith();
  const facts = factsWith(
    {},
    {
      token: { state: 'read', from: 'v2', report },
      peers: peers.map((peer, index) => {
        const member = report.members[index] ?? peer.member;
        return { ...peer, member, state: 'no-etcd', answer: undefined };
      }),
      health: 'unknown',
    },
  );
  assert.deepEqual(diagnose(facts), { ids: [], state: 'unclear' });
});

test('versions that are two apart are told, neighbours are not', () => {
  const version = (text: string): Partial<MemberProbe> => ({ answer: { ...ANSWER, version: text } });
  assert.deepEqual(diagnose(factsWith({ 0: version('3.4.23') })).ids, []);
  assert.deepEqual(diagnose(factsWith({ 0: version('3.4.23'), 1: version('3.6.1') })).ids, ['version-gap']);
});

test('a host name that /etc/hosts turns into a loopback address is told, localhost is not', () => {
  const named = (host: string): Partial<MemberProbe> => ({
    url: `http://${host}:2380`,
    addresses: ['127.0.1.1'],
  });
  assert.deepEqual(diagnose(factsWith({ 0: named('n1.example') })).ids, ['peer-name-loopback']);
  assert.deepEqual(diagnose(factsWith({ 0: named('localhost') })).ids, []);
});

test('clocks are told from five seconds on, and ours where all others differ from it', () => {
  const ahead = (ms: number): Partial<MemberProbe> => ({ answer: { ...ANSWER, clockAheadMs: ms } });
  assert.deepEqual(diagnose(factsWith({ 0: ahead(4000) })).ids, []);
  assert.deepEqual(diagnose(factsWith({ 0: ahead(-6000) })).ids, ['clock-difference']);
  const { service } = factsWith();
  const facts = factsWith(
    { 0: ahead(60_000), 1: ahead(60_000), 2: ahead(60_000) },
    { service: { ...service, clockAheadMs: 60_000 } },
  );
  const [cause] = runChecks(facts).causes.filter(({ id }) => id === 'clock-difference');
  assert.match(cause?.sentence ?? '', /^The clock of this machine is off/);
});

test('a proxy that v3 discovery would ask is told where it lets nothing through', () => {
  const { service } = factsWith();
  const url = 'http://proxy.example:3128';
  const refused = { url, failure: new ProbeFailure('failed', 'the proxy answers 403') };
  assert.deepEqual(diagnose(factsWith({}, { service: { ...service, grpcProxy: refused } })).ids, [
    'grpc-proxy',
  ]);
  const passes = { url, failure: undefined };
  assert.deepEqual(diagnose(factsWith({}, { service: { ...service, grpcProxy: passes } })).ids, []);
});

test('each check says what it proves as a sentence, and whether it had something to look at', () => {
  const { checks } = runChecks(factsWith());
  assert(checks.length > 10);
  for (const { proves } of checks) assert.match(proves, /^[A-Z].*\.$/);
  const results = Object.fromEntries(checks.map(({ id, result }) => [id, result]));
  assert.equal(results['same-cluster'], 'passed');
  assert.equal(results['peer-certificate'], 'skipped');
  const ids = checks.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});
