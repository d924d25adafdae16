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

/**
 * Members that come over v2 run etcd 3.6 or older, those over v3 3.6 or newer. One of 3.7 ends as soon as it meets one of
 * 3.5, whose entries in the log of Raft it cannot read (seen with 3.5.35 and 3.7.3: "unmarshal should never fail"). Which
 * version it is, neither dialect says.
 */
export function findMixedDialects({ slots }: Facts): Finding[] {
  const dialectOf = ({ note, value }: Facts['slots'][number]): string | undefined =>
    value?.form === 'named' ? note?.dialect : undefined;
  const over = (dialect: 'v2' | 'v3'): typeof slots =>
    slots.filter((member) => dialectOf(member) === dialect);
  const [v2, v3] = [over('v2'), over('v3')];
  if (v2.length === 0 || v3.length === 0) return [];
  return [
    {
      id: 'mixed-dialects',
      severity: 'note',
      sentence: `${listNames(v2)} came over v2, and ${listNames(v3)} over v3: they meet only if their versions of etcd are next to each other.`,
      evidence: [...v2, ...v3].map((member) => `${describe(member)}: ${dialectOf(member)}`),
      remedy:
        'Run etcd 3.6 on one of the two sides: 3.5 with 3.6, and 3.6 with 3.7, form a cluster; 3.5 with 3.7 cannot.',
    },
  ];
}
