import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Story } from './story.ts';

const member = (index: number): { name: string; memberId: string; peerUrls: string[] } => ({
  name: `m${index}`,
  memberId: `a${index}`,
  peerUrls: [`http://10.0.0.${index}:2380`],
});

const SIZE = 3;
const [m1, m2, m3] = [member(1), member(2), member(3)] as const;

function begin(): { story: Story; told: string[] } {
  const told: string[] = [];
  return { story: new Story(SIZE, (sentence) => void told.push(sentence)), told };
}

test('Story tells who registers, who waits, who is elected and who follows', () => {
  const { story, told } = begin();
  story.registered([m1]);
  story.heard('m1', { kind: 'waits', missing: 2 });
  story.registered([m1, m2]);
  story.registered([m1, m2, m3]);
  for (const { name } of [m1, m2, m3]) story.heard(name, { kind: 'complete' });
  story.heard('m2', { kind: 'candidate', term: 2 });
  story.heard('m2', { kind: 'voted', candidate: 'a2', term: 2 });
  story.heard('m1', { kind: 'voted', candidate: 'a2', term: 2 });
  for (const { name } of [m2, m1, m3]) story.heard(name, { kind: 'leader', leader: 'a2', term: 2 });
  assert.deepEqual(told, [
    'm1 registers http://10.0.0.1:2380. It is the first: 1 of 3.',
    'm1 has read the list, and waits for 2 more.',
    'm2 registers http://10.0.0.2:2380. m1 is there already: 2 of 3.',
    'm3 registers http://10.0.0.3:2380. m1 and m2 are there already: 3 of 3, and the list is complete.',
    'm1, m2 and m3 have the whole list now. From here on they speak with each other, and no more with the registry.',
    'm2 asks the others for their votes, to lead in term 2.',
    'm1 votes for m2.',
    'm2 is elected: it leads in term 2.',
    'm1 follows m2.',
    'm3 follows m2.',
  ]);
});

test('Story keeps what comes too early, since several logs are read at once', () => {
  const { story, told } = begin();
  story.heard('m1', { kind: 'waits', missing: 2 });
  assert.deepEqual(told, [], 'it has not registered yet');
  story.registered([m1, m2, m3]);
  assert.match(told[1] ?? '', /^m1 has read the list/);
  story.heard('m1', { kind: 'complete' });
  story.heard('m1', { kind: 'leader', leader: 'a1', term: 2 });
  story.heard('m3', { kind: 'voted', candidate: 'a1', term: 2 });
  story.heard('m3', { kind: 'complete' });
  story.heard('m2', { kind: 'complete' });
  const before = told.length;
  assert.match(told.at(-1) ?? '', /have the whole list now/);
  story.heard('m1', { kind: 'candidate', term: 2 });
  assert.deepEqual(told.slice(before), [
    'm1 asks the others for their votes, to lead in term 2.',
    'm3 votes for m1.',
    'm1 is elected: it leads in term 2.',
  ]);
});

test('Story tells of a new leader, and nothing of a term that is over', () => {
  const { story, told } = begin();
  story.registered([m1, m2, m3]);
  for (const { name } of [m1, m2, m3]) story.heard(name, { kind: 'complete' });
  for (const [name, leader, term] of [
    ['m1', 'a1', 2],
    ['m2', 'a2', 3],
  ] as const) {
    story.heard(name, { kind: 'candidate', term });
    story.heard('m3', { kind: 'voted', candidate: leader, term });
    story.heard(name, { kind: 'leader', leader, term });
    assert.match(told.at(-1) ?? '', new RegExp(`^${name} is elected: it leads in term ${term}`));
  }
  const before = told.length;
  story.heard('m3', { kind: 'leader', leader: 'a1', term: 2 });
  story.heard('m3', { kind: 'leader', leader: 'a2', term: 3 });
  story.heard('m3', { kind: 'leader', leader: 'a2', term: 3 });
  assert.deepEqual(told.slice(before), ['m3 follows m2.']);
});
