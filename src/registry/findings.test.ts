import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY_SECONDS, openRegistry, registerMany } from '../../test/support/registry.ts';
import { contentOf, type WrittenMember } from '../../test/support/registry-content.ts';
import { type Attempt, FINDING_IDS, type Finding, type FindingId, listFindings } from './findings.ts';

const MADE = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOKEN = '0123456789abcdef0123456789abcdef';

interface Case {
  readonly size?: number;
  readonly members?: readonly WrittenMember[];
  readonly revokedAt?: number;
  /** When the question is asked, from when the token was made. */
  readonly after?: number;
  readonly attempts?: readonly Attempt[];
}

function findingsOf({
  size = 3,
  members = healthy(size),
  revokedAt,
  after = HOUR / 2,
  attempts,
}: Case): Finding[] {
  const record = { size, createdAt: MADE, expiresAt: MADE + 7 * DAY };
  const content = contentOf(revokedAt === undefined ? record : { ...record, revokedAt }, members);
  return listFindings(content, MADE + after, attempts);
}

function findingOf(id: FindingId, input: Case): Finding {
  const found = findingsOf(input).filter((finding) => finding.id === id);
  assert.equal(found.length, 1, `${id} once, of ${JSON.stringify(findingsOf(input))}`);
  return found[0] as Finding;
}

const idsOf = (input: Case): FindingId[] => findingsOf(input).map(({ id }) => id);

/** The n-th machine of a cluster with which nothing is the matter. */
const member = (
  n: number,
  url: string = `http://10.0.0.${n}:2380`,
  from: string = `10.0.0.${n}`,
): WrittenMember => ({
  id: `id${n}`,
  text: `n${n}=${url}`,
  note: { from },
});

const healthy = (count: number): WrittenMember[] => Array.from({ length: count }, (_, n) => member(n + 1));

/** Each finding with what brings it about, and with what is close to it and does not. */
const CASES: Readonly<
  Record<
    FindingId,
    {
      readonly severity: Finding['severity'];
      readonly present: Case;
      readonly absent: readonly Case[];
      readonly sentence: RegExp;
      readonly evidence: RegExp;
      readonly remedy: RegExp;
    }
  >
> = {
  waiting: {
    severity: 'note',
    present: { members: healthy(2), after: 12 * 60_000 + 2000 },
    absent: [{}, { members: [...healthy(4)] }],
    sentence: /^The cluster has waited 12 minutes for 1 more of its 3 members\.$/,
    evidence: /^last registration 2026-01-01T00:00:02Z\nn1 \(id1\), from 10\.0\.0\.1\nn2 /,
    remedy: /--discovery /,
  },
  'reused-token': {
    severity: 'warning',
    present: {
      members: [...healthy(3), { ...member(4), note: { at: MADE + DAY, from: '10.0.0.4' } }],
      after: DAY,
    },
    absent: [{}, { members: healthy(4) }, { members: healthy(3), after: 3 * DAY }],
    sentence: /used again long after its cluster was complete: n4 cannot/,
    evidence: /^complete since 2026-01-01T00:00:03Z\nn4 \(id4\), from 10\.0\.0\.4, 2026-01-02/,
    remedy: /\/new\?size=3.*etcdctl member add.*--initial-cluster-state=existing/,
  },
  'duplicate-name': {
    severity: 'problem',
    present: { members: [member(1), { ...member(2), text: 'n1=http://10.0.0.2:2380' }] },
    // Beyond the size, a name is read by nobody.
    absent: [{}, { members: [...healthy(3), { ...member(4), text: 'n1=http://10.0.0.4:2380' }] }],
    sentence: /^Several members are called "n1": they cannot start\.$/,
    evidence: /^n1 \(id1\).*\nn1 \(id2\)/,
    remedy: /--name /,
  },
  'loopback-address': {
    severity: 'problem',
    present: { members: [member(1), member(2, 'http://[::1]:2380', '10.0.0.2')] },
    absent: [{}, { size: 1, members: [member(1, 'http://localhost:2380')] }],
    sentence: /^No other machine can reach n2/,
    evidence: /^n2 .*http:\/\/\[::1\]:2380$/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'twin-member': {
    severity: 'problem',
    present: {
      attempts: [{ memberId: 'id1', from: '10.0.0.9', refusal: { code: 'duplicate-member', message: 'm' } }],
    },
    absent: [{}, { attempts: [{ memberId: 'id1', from: '10.0.0.9' }] }],
    sentence: /^More than one machine has registered as n1\.$/,
    evidence: /^n1 \(id1\), from 10\.0\.0\.1: again from 10\.0\.0\.9, refused: m$/,
    remedy: /--name.*--initial-advertise-peer-urls/,
  },
  'duplicate-url': {
    severity: 'problem',
    present: { members: [member(1), member(2, 'http://10.0.0.1:2380')] },
    absent: [
      {},
      { members: [member(1), member(2, 'http://10.0.0.1:2381')] },
      { members: [{ text: 'n1=http://10.0.0.1:2380,n1=http://10.0.0.1:2380' }] },
    ],
    sentence: /^n1 and n2 give the same peer URL/,
    evidence: /^n1 .*10\.0\.0\.1:2380\nn2 .*10\.0\.0\.1:2380$/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'mixed-salts': {
    severity: 'problem',
    present: {
      members: [
        { ...member(1), note: { salt: `http://a/${TOKEN}` } },
        { ...member(2), note: { salt: TOKEN, dialect: 'v3' } },
      ],
    },
    absent: [
      { members: [{ ...member(1), note: { salt: TOKEN } }, member(2)] },
      { members: [1, 2].map((n) => ({ ...member(n), note: { salt: TOKEN } })) },
    ],
    sentence: /the URL of the token and the token alone.*n1 and n2 cannot meet/,
    evidence: /^n1 \(id1\): http:\/\/a\/01234567\.\.\.\nn2 \(id2\): 01234567\.\.\.$/,
    remedy: /--discovery over v2 and as --discovery-token over v3/,
  },
  'mixed-dialects': {
    severity: 'note',
    present: {
      members: [
        { ...member(1), note: { dialect: 'v2' } },
        { ...member(2), note: { dialect: 'v3' } },
      ],
    },
    absent: [
      { members: [1, 2].map((n) => ({ ...member(n), note: { dialect: 'v3' } })) },
      {
        members: [
          { ...member(1), note: { dialect: 'v3' } },
          { id: 'm2', text: 'http://10.0.0.2:7001' },
        ],
      },
    ],
    sentence: /^n1 came over v2, and n2 over v3/,
    evidence: /^n1 \(id1\): v2\nn2 \(id2\): v3$/,
    remedy: /3\.5 with 3\.7 cannot/,
  },
  'refused-registration': {
    severity: 'warning',
    present: {
      members: healthy(2),
      attempts: [{ memberId: 'ff', from: '10.0.0.9', refusal: { code: 'guard-refused', message: 'why' } }],
    },
    absent: [{}, { attempts: [{ memberId: 'id1', from: '10.0.0.1' }] }],
    sentence: /^Registrations were refused, of ff\.$/,
    evidence: /^ff: from 10\.0\.0\.9, refused: why$/,
    remedy: /log/,
  },
  'expired-token': {
    severity: 'warning',
    present: { after: 7 * DAY },
    absent: [{}, { after: 7 * DAY, revokedAt: MADE }],
    sentence: /^The token expired on 2026-01-08T00:00:00Z/,
    evidence: /^made 2026-01-01T00:00:00Z for 3 members\nexpired 2026-01-08/,
    remedy: /\/new\?size=3/,
  },
  'revoked-token': {
    severity: 'warning',
    present: { revokedAt: MADE + DAY, after: 2 * DAY },
    absent: [{}, { after: 7 * DAY }],
    sentence: /^The token was revoked on 2026-01-02T00:00:00Z/,
    evidence: /revoked 2026-01-02/,
    remedy: /\/new\?size=3/,
  },
  'expiring-token': {
    severity: 'warning',
    present: { members: healthy(1), after: 7 * DAY - 5 * HOUR },
    absent: [{ after: 7 * DAY - 5 * HOUR }, { members: healthy(1), after: 6 * DAY }],
    sentence: /^The token expires in 5 hours, and 2 members of 3 have not registered\.$/,
    evidence: /expires 2026-01-08/,
    remedy: /\/new\?size=3/,
  },
  'private-and-public': {
    severity: 'warning',
    present: { members: [member(1), member(2, 'http://[2001:db8::2]:2380')] },
    absent: [
      {},
      // One that gives both can be reached by all.
      { members: [member(1), { text: 'n2=http://10.0.0.2:2380,n2=http://198.51.100.2:2380' }] },
      { members: [member(1), member(2, 'http://etcd-2.example:2380')] },
    ],
    sentence: /^n2 can hardly reach n1: /,
    evidence: /^n1 .*10\.0\.0\.1:2380\nn2 .*\[2001:db8::2\]:2380$/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'private-networks': {
    severity: 'warning',
    present: {
      members: [
        member(1, 'http://10.0.0.1:2380', '198.51.100.1'),
        member(2, 'http://10.0.0.2:2380', '203.0.113.1'),
      ],
    },
    absent: [
      {},
      { members: [1, 2].map((n) => member(n, `http://10.${n}.0.1:2380`, '198.51.100.1')) },
      { members: [1, 2].map((n) => member(n, `http://[fd00::${n}]:2380`, `2001:db8::${n}`)) },
      { members: [1, 2].map((n) => member(n, `http://198.51.100.${n}:2380`, `198.51.100.${n}`)) },
    ],
    sentence: /come through different gateways/,
    evidence: /^n1 \(id1\), from 198\.51\.100\.1: .*\nn2 \(id2\), from 203\.0\.113\.1: /,
    remedy: /--initial-advertise-peer-urls/,
  },
  'client-port': {
    severity: 'warning',
    present: { members: [member(1, 'http://10.0.0.1:2379')] },
    absent: [{}, { members: [member(1, 'http://10.0.0.1:12379')] }],
    sentence: /^The peer URL of n1 has a port at which etcd serves clients/,
    evidence: /:2379$/,
    remedy: /--advertise-client-urls.*--initial-advertise-peer-urls.*2380/,
  },
  'unspecified-address': {
    severity: 'problem',
    present: { members: [member(1, 'http://0.0.0.0:2380'), member(2, 'http://[::]:2380')] },
    absent: [{}, { members: [member(1, 'http://0.0.0.1:2380'), member(2, 'http://0.0.0.0')] }],
    sentence: /^No other machine can reach n1 and n2/,
    evidence: /0\.0\.0\.0:2380\n.*\[::\]:2380$/,
    remedy: /--listen-peer-urls.*--initial-advertise-peer-urls/,
  },
  'bad-peer-url': {
    severity: 'problem',
    present: { members: [member(1, 'http://10.0.0.1')] },
    absent: [{}, { members: [member(1, 'http://0.0.0.0:2380')] }],
    sentence: /^The peer URL of n1 is none that etcd can use\.$/,
    evidence: /"http:\/\/10\.0\.0\.1" has no valid port$/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'mixed-schemes': {
    severity: 'warning',
    present: { members: [member(1), member(2, 'HTTPS://10.0.0.2:2380')] },
    absent: [{}, { members: [1, 2].map((n) => member(n, `https://10.0.0.${n}:2380`)) }],
    sentence: /n2 with https, n1 with http\.$/,
    evidence: /^n1 .*\nn2 /,
    remedy: /--peer-cert-file, --peer-key-file and --peer-trusted-ca-file/,
  },
  'same-machine': {
    severity: 'warning',
    present: { members: [member(1), member(2, 'http://10.0.0.1:2381')] },
    absent: [
      {},
      // A trial on one machine, another finding, and many machines behind one gateway.
      { members: [1, 2, 3].map((n) => member(n, `http://127.0.0.1:238${n}`, '127.0.0.1')) },
      { members: [member(1), member(2, 'http://10.0.0.1:2380')] },
      { members: [1, 2, 3].map((n) => member(n, `http://10.0.0.${n}:2380`, '198.51.100.1')) },
    ],
    sentence: /several ids: n1 and n2\.$/,
    evidence: /10\.0\.0\.1:2380\n.*10\.0\.0\.1:2381$/,
    remedy: /--name.*--initial-advertise-peer-urls/,
  },
  'link-local-address': {
    severity: 'warning',
    present: { members: [member(1, 'http://169.254.0.1:2380'), member(2, 'http://[fe80::2%25eth0]:2380')] },
    absent: [{}, { members: [member(1, 'http://[fec0::1]:2380'), member(2, 'http://169.253.0.1:2380')] }],
    sentence: /^n1 and n2 can be reached from the same network link at most/,
    evidence: /169\.254.*\n.*fe80/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'even-size': {
    severity: 'warning',
    present: { size: 4 },
    absent: [{ size: 1 }, { size: 3 }, { size: 5 }],
    sentence: /^A cluster of 4 survives the loss of 1 member, which one of 3 does too\.$/,
    evidence: /^size 4, of which 3 have to run$/,
    remedy: /\/new\?size=3 .*etcdctl member add/,
  },
  'single-member': {
    severity: 'note',
    present: { size: 1 },
    absent: [{ size: 2 }, { size: 3 }],
    sentence: /^A cluster of 1 /,
    evidence: /^size 1$/,
    remedy: /\/new\?size=3/,
  },
  'overflow-members': {
    severity: 'note',
    present: { members: healthy(5) },
    absent: [
      {},
      // Machines of etcd 0.4 join whatever the size is.
      { members: [1, 2, 3, 4].map((n) => ({ id: `m${n}`, text: `http://10.0.0.${n}:7001` })) },
    ],
    sentence: /^2 machines came after all 3 slots were taken: n4 and n5\.$/,
    evidence: /\nn4 \(id4\).*\nn5 /,
    remedy: /--discovery-fallback=proxy.*etcdctl member add/,
  },
  'stale-token': {
    severity: 'note',
    present: { after: 3 * DAY },
    absent: [{ after: DAY }, { members: healthy(2), after: 3 * DAY }],
    sentence: /^The token is used up: its cluster has been complete for 2 days\.$/,
    evidence: /^complete since 2026-01-01T00:00:03Z\n/,
    remedy: /\/new\?size=3.*--discovery/,
  },
  'changed-source': {
    severity: 'note',
    present: { attempts: [{ memberId: 'id1', from: '10.0.0.9' }] },
    absent: [
      {},
      { attempts: [{ memberId: 'id1', from: '10.0.0.1' }] },
      { attempts: [{ memberId: 'id1', from: 'unknown' }] },
      { members: [member(1, 'http://10.0.0.1:2380', '')], attempts: [{ memberId: 'id1', from: '10.0.0.9' }] },
    ],
    sentence: /^The requests of n1 come from changing addresses\.$/,
    evidence: /^n1 \(id1\), from 10\.0\.0\.1: again from 10\.0\.0\.9$/,
    remedy: /--initial-advertise-peer-urls/,
  },
  'mixed-generations': {
    severity: 'problem',
    present: { members: [member(1), { id: 'old', text: 'http://10.0.0.2:7001' }] },
    absent: [{}, { members: [{ id: 'old', text: 'http://10.0.0.2:7001' }] }],
    sentence: /here it runs on old\.$/,
    evidence: /^n1 .*\nold: http:\/\/10\.0\.0\.2:7001$/,
    remedy: /one version of etcd/,
  },
  'unreadable-member': {
    severity: 'problem',
    present: { members: [{ id: 'odd', text: 'no member', note: null }] },
    absent: [{}, { members: [...healthy(3), { id: 'odd', text: 'no member', note: null }] }],
    sentence: /^The slot of odd holds what is no member/,
    evidence: /^odd: "no member"$/,
    remedy: /NAME=http:/,
  },
};

describe('findings', () => {
  for (const id of FINDING_IDS) {
    const { severity, present, absent, sentence, evidence, remedy } = CASES[id];
    test(`${id}: with its severity, members, values and flags`, () => {
      const finding = findingOf(id, present);
      assert.equal(finding.severity, severity);
      assert.match(finding.sentence, sentence);
      assert.match(finding.evidence.join('\n'), evidence);
      assert.match(finding.remedy, remedy);
    });
    test(`${id}: not where there is none`, () => {
      assert(absent.length > 0);
      for (const input of absent) assert(!idsOf(input).includes(id), JSON.stringify(input));
    });
  }

  test('there are none about a healthy cluster of 3, but that it waits until it is complete', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: DAY_SECONDS });
    await registerMany(registry, token, 2);
    const open = await registry.read(token);
    assert.deepEqual(
      listFindings(open.content, clock.now()).map(({ id }) => id),
      ['waiting'],
    );
    await registerMany(registry, token, 3);
    const { content } = await registry.read(token);
    assert.deepEqual(listFindings(content, clock.now()), []);
  });

  test('there are none about a healthy cluster over IPv6, by names, or with TLS', () => {
    for (const url of ['http://[2001:db8::N]:2380', 'http://[fd00::N]:2380', 'https://etcd-N.example:2380']) {
      const members = [1, 2, 3].map((n) => member(n, url.replace('N', String(n)), `2001:db8::${n}`));
      assert.deepEqual(findingsOf({ members }), [], url);
    }
  });
});

describe('a finding', () => {
  test('stands behind those that are graver, and behind those that are likelier', () => {
    const members = [
      member(1),
      member(2, 'http://0.0.0.0:2379'),
      { ...member(3), text: 'n1=https://10.0.0.3:2379' },
    ];
    assert.deepEqual(idsOf({ size: 4, members }), [
      'duplicate-name',
      'unspecified-address',
      'client-port',
      'mixed-schemes',
      'even-size',
      'waiting',
    ]);
  });

  test('about a token that is over stands alone', () => {
    assert.deepEqual(idsOf({ size: 4, members: [member(1, 'http://0.0.0.0:2380')], after: 8 * DAY }), [
      'expired-token',
    ]);
  });

  test('holds no whole token, no password and nothing that a terminal obeys, and is not long', () => {
    const text = `n=http://me:secret@10.0.0.1:2379,n=http://${TOKEN}.example:2379,n=http://\u001b[2J\u202e`;
    const odd = { id: TOKEN, text: `${TOKEN}\u0007${'x'.repeat(4000)}`, note: null };
    const many = Array.from({ length: 40 }, (_, n) => ({
      id: `i${n}`,
      text,
      note: { salt: `http://${n}/${TOKEN}` },
    }));
    const message = `use http://a/${TOKEN}`;
    const attempts = [
      { memberId: TOKEN.repeat(8), from: TOKEN, refusal: { code: 'guard-refused', message } },
    ] as const;
    const findings = findingsOf({ size: 50, members: [odd, ...many], attempts });
    const shown = JSON.stringify(findings);
    assert(findings.length > 6);
    assert.doesNotMatch(shown, /[0-9a-f]{17}|secret|\\u|\u202e/);
    assert(
      findings.every(({ evidence }) => evidence.length <= 21 && evidence.every((line) => line.length < 320)),
    );
    assert(
      findings.some(({ evidence }) => evidence.at(-1) === 'and 60 more'),
      shown,
    );
  });

  test('about loopback addresses of one machine is a note, since trials are made so', () => {
    const members = [1, 2, 3].map((n) => member(n, `http://localhost:238${n}`, '::1'));
    assert.deepEqual(
      findingsOf({ members }).map(({ id, severity }) => [id, severity]),
      [['loopback-address', 'note']],
    );
  });

  test('about loopback addresses of unknown sources goes by the addresses of the others', () => {
    const members = [member(1, 'http://127.0.0.1:2380', ''), member(2, 'http://10.0.0.2:2380', '')];
    assert.equal(findingOf('loopback-address', { members }).severity, 'problem');
  });

  test('about a token used again is a problem once as many came as make a cluster', () => {
    const again = [4, 5, 6].map((n) => ({ ...member(n), note: { at: MADE + DAY } }));
    assert.equal(
      findingOf('reused-token', { members: [...healthy(3), ...again], after: DAY }).severity,
      'problem',
    );
  });

  test('about a twin at the address of the member itself is a warning: it may be the member', () => {
    const refusal = { code: 'duplicate-member', message: 'm' } as const;
    const attempts = [{ memberId: 'id1', from: '10.0.0.1', refusal }];
    assert.equal(findingOf('twin-member', { attempts }).severity, 'warning');
  });

  test('about private networks goes by ranges where sources say nothing', () => {
    const members = [member(1, 'http://10.0.0.1:2380', ''), member(2, 'http://192.168.0.2:2380', '')];
    assert.match(findingOf('private-networks', { members }).sentence, /different ranges/);
    const both = { text: 'n2=http://192.168.0.2:2380,n2=http://10.0.0.2:2380' };
    assert.deepEqual(idsOf({ members: [member(1), both] }), ['waiting']);
  });

  test('about one machine knows one that came back under its name with another address', () => {
    const members = [
      member(1, 'http://10.0.0.1:2380', '198.51.100.1'),
      member(2, 'http://10.0.0.2:2380', '198.51.100.1'),
    ];
    const back = { ...member(4, 'http://10.0.0.9:2380', '198.51.100.1'), text: 'n1=http://10.0.0.9:2380' };
    assert.match(
      findingOf('same-machine', { size: 2, members: [...members, back] }).sentence,
      /: n1 and n1\.$/,
    );
  });

  test('explains the name "default", and takes no gateway for a machine by it', () => {
    const members = [1, 2].map((n) => ({
      text: `default=http://10.0.0.${n}:2380`,
      note: { from: '198.51.100.1' },
    }));
    assert.match(
      findingOf('duplicate-name', { members }).sentence,
      /the name that etcd takes where none is set/,
    );
    assert(!idsOf({ members }).includes('same-machine'));
  });

  test('names the flags of etcd 0.4 to its machines', () => {
    const members = [
      { id: 'a', text: '127.0.0.1:7001', note: { from: '10.0.0.1' } },
      { id: 'b', text: 'http://10.0.0.2:4001/', note: { from: '10.0.0.2' } },
    ];
    const findings = findingsOf({ members });
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['loopback-address', 'client-port', 'waiting'],
    );
    assert.doesNotMatch(findings.map(({ remedy }) => remedy).join(), /--/);
  });
});
