import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type NoReplacement,
  planReplacement,
  type Replacement,
  type WantedReplacement,
} from './replacement.ts';
import type { MemberState, SurveyedMember } from './survey.ts';

const peerUrl = (index: number): string => `http://10.0.0.${index}:2380`;

/** Members m1, m2 and so on, each of which is as the letters say: healthy, answers or silent. */
function cluster(states: string): SurveyedMember[] {
  const meanings: Readonly<Record<string, MemberState>> = { h: 'healthy', a: 'answers', s: 'silent' };
  return [...states].map((letter, at) => ({
    id: `a${at + 1}`,
    name: `m${at + 1}`,
    peerUrls: [peerUrl(at + 1)],
    clientUrls: [],
    isLearner: false,
    state: meanings[letter] ?? 'silent',
  }));
}

const plan = (
  members: readonly SurveyedMember[],
  member: string,
  more: Partial<WantedReplacement> = {},
): Replacement | NoReplacement =>
  planReplacement(members, { member, peerUrls: undefined, registered: [], isForced: false, ...more });

test('planReplacement() takes out a silent member, by its name or its id, and puts it in again', () => {
  for (const member of ['m3', 'a3', '00A3', '0xa3']) {
    assert.deepEqual(plan(cluster('hhs'), member), {
      ...{ kind: 'replacement', name: 'm3', peerUrls: [peerUrl(3)], remove: 'a3', isToAdd: true },
      ...{ isLearner: false, warnings: [] },
      initialCluster: `m1=${peerUrl(1)},m2=${peerUrl(2)},m3=${peerUrl(3)}`,
    });
  }
});

test('planReplacement() writes down the new addresses, all of them', () => {
  const made = plan(cluster('hsh'), 'm2', { peerUrls: ['http://10.0.0.9:2380', 'http://10.1.0.9:2380'] });
  assert(made.kind === 'replacement');
  assert.equal(
    made.initialCluster,
    `m1=${peerUrl(1)},m3=${peerUrl(3)},m2=http://10.0.0.9:2380,m2=http://10.1.0.9:2380`,
  );
});

test('planReplacement() leaves a member that answers alone, unless it is forced', () => {
  for (const states of ['hhh', 'hha']) {
    const { kind } = plan(cluster(states), 'm3');
    assert.equal(kind, 'alive');
  }
  const forced = plan(cluster('hhh'), 'm3', { isForced: true });
  assert(forced.kind === 'replacement');
  assert.deepEqual(
    forced.warnings.map(({ kind }) => kind),
    ['alive'],
  );
});

test('planReplacement() does not take the majority away', () => {
  const cases: ReadonlyArray<[string, string, string]> = [
    // Which answer, who goes, and what that comes to.
    ['ass', 'm3', 'impossible'],
    ['as', 'm2', 'impossible'],
    ['aass', 'm4', 'impossible'],
    ['aaass', 'm5', 'replacement'],
    ['aasss', 'm5', 'impossible'],
    ['s', 'm1', 'impossible'],
  ];
  for (const [states, member, kind] of cases) {
    assert.equal(plan(cluster(states), member).kind, kind, `${states} ${member}`);
  }
  const unseen = plan(cluster('hss'), 'm3');
  assert(unseen.kind === 'impossible');
  assert.match(unseen.problem, /1 of the 2 members beside m3 answer, and 2 must/);
  assert.equal(plan(cluster('h'), 'm1', { isForced: true }).kind, 'impossible', 'the last one, by no force');
  const forced = plan(cluster('hhs'), 'm1', { isForced: true });
  assert(forced.kind === 'replacement');
  assert.deepEqual(
    forced.warnings.map(({ kind }) => kind),
    ['alive', 'impossible'],
  );
});

test('planReplacement() adds one more where nobody has the name', () => {
  const added = plan(cluster('hhh'), 'm4', { peerUrls: [peerUrl(4)] });
  assert(added.kind === 'replacement');
  assert.deepEqual([added.remove, added.isToAdd], [undefined, true]);
  assert.match(added.initialCluster, /m3=http:\/\/10\.0\.0\.3:2380,m4=http:\/\/10\.0\.0\.4:2380$/);
  const unclear = plan(cluster('hhh'), 'm4');
  assert(unclear.kind === 'unclear');
  assert.match(unclear.remedy, /--peer-urls to add it; the members are m1, m2, m3/);
  assert.equal(plan(cluster('h'), 'm2', { peerUrls: [peerUrl(2)] }).kind, 'replacement', 'the second of all');
  const early = plan(cluster('hhs'), 'm4', { peerUrls: [peerUrl(4)] });
  assert(early.kind === 'impossible');
  assert.match(early.problem, /with m4, 3 of 4 members must answer, and 2 do/);
});

test('planReplacement() goes on where somebody stopped half way', () => {
  const registered = [{ name: 'm3', peerUrls: [peerUrl(3)] }];
  const removed = plan(cluster('hh'), 'm3', { registered });
  assert(removed.kind === 'replacement');
  assert.deepEqual([removed.remove, removed.isToAdd, removed.peerUrls], [undefined, true, [peerUrl(3)]]);
  const [m1, m2, m3] = cluster('hhs');
  assert(m1 && m2 && m3);
  const added = plan([m1, m2, { ...m3, name: '' }], 'm3', { registered });
  assert(added.kind === 'replacement');
  assert.deepEqual([added.remove, added.isToAdd], [undefined, false]);
  assert.equal(added.initialCluster, `m1=${peerUrl(1)},m2=${peerUrl(2)},m3=${peerUrl(3)}`);
});

test('planReplacement() says what stands in the way of a list of the members', () => {
  const [m1, m2, m3] = cluster('hhs');
  assert(m1 && m2 && m3);
  const nameless = plan([m1, { ...m2, name: '', state: 'answers' }, m3], 'm3');
  assert(nameless.kind === 'impossible');
  assert.match(nameless.remedy, /etcdctl member remove a2/);
  const taken = plan(cluster('hhs'), 'm3', { peerUrls: [peerUrl(1)] });
  assert(taken.kind === 'unclear');
  assert.match(taken.problem, /belongs to m1 \(a1\)/);
  const twins = plan([m1, m2, { ...m3, name: 'm2' }], 'm2');
  assert(twins.kind === 'unclear');
  assert.match(twins.problem, /2 members are called m2: a2 and a3/);
});

test('planReplacement() lets a learner go without asking for a majority, and brings a learner back', () => {
  const [m1, m2, m3] = cluster('ass');
  assert(m1 && m2 && m3);
  const made = plan([m1, m2, { ...m3, isLearner: true }], 'm3');
  assert(made.kind === 'replacement');
  assert.equal(made.isLearner, true);
});
