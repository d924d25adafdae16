import { type Facts, startAnew } from './facts.ts';
import type { Finding } from './finding.ts';
import { describe, listNames } from './wording.ts';

/** Members that hash their ids with different texts compute other ids for each other than those have. */
export function findMixedSalts(facts: Facts): Finding[] {
  const known = facts.slots.flatMap((member) => {
    const salt: unknown = member.note?.salt;
    return typeof salt === 'string' ? [{ member, salt }] : [];
  });
  if (new Set(known.map(({ salt }) => salt)).size < 2) return [];
  const isUrl = (salt: string): boolean => salt.includes('://');
  const hasBoth = new Set(known.map(({ salt }) => isUrl(salt))).size > 1;
  const remedy = hasBoth
    ? `Give every member the whole URL of the token, as --discovery over v2 and as --discovery-token over v3`
    : 'Give every member the same URL of the token as --discovery or --discovery-token, character by character';
  return [
    {
      id: 'mixed-salts',
      severity: 'problem',
      sentence: `Members use ${hasBoth ? 'the URL of the token and the token alone' : 'different spellings of the token'}, which etcd takes for different clusters: ${listNames(known.map(({ member }) => member))} cannot meet.`,
      evidence: known.map(({ member, salt }) => `${describe(member)}: ${salt}`),
      remedy: `${remedy}, ${startAnew(facts)}.`,
    },
  ];
}

/** etcd 0.4 and etcd >= 2.0 cannot read each other's values. */
export function findMixedGenerations(facts: Facts): Finding[] {
  const readable = facts.slots.filter(({ value }) => value !== undefined);
  const old = readable.filter(({ value }) => value?.form === 'bare');
  if (old.length === 0 || old.length === readable.length) return [];
  return [
    {
      id: 'mixed-generations',
      severity: 'problem',
      sentence: `Machines of etcd 0.4 cannot form a cluster with newer ones: here it runs on ${listNames(old)}.`,
      evidence: readable.map((member) => `${describe(member)}: ${member.text}`),
      remedy: `Run one version of etcd on all machines, ${startAnew(facts)}.`,
    },
  ];
}
