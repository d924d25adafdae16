import type { Member } from '../registry-state.ts';
import { addressKindOf } from './address-kind.ts';
import { advertiseFlag, type Facts, groupBy, type MemberUrl, nameFlag, startAnew } from './facts.ts';
import type { Finding } from './finding.ts';
import { describe, listNames, listTexts, nameOf, sourceOf } from './wording.ts';

/** etcd keeps the members of a cluster by their names, and ends where two of them are one. */
export function findDuplicateNames(facts: Facts): Finding[] {
  const named = facts.slots.filter(({ value }) => value?.form === 'named');
  const groups = [...groupBy(named, nameKey).values()];
  if (groups.length === 0) return [];
  const names = groups.flatMap(([first]) => (first === undefined ? [] : [`"${nameOf(first)}"`]));
  const isDefault = groups.some(([first]) => first !== undefined && nameKey(first) === 'default');
  return [
    {
      id: 'duplicate-name',
      severity: 'problem',
      sentence: `Several members are called ${listTexts(names)}${isDefault ? ', the name that etcd takes where none is set' : ''}: they cannot start.`,
      evidence: groups.flat().map((member) => `${describe(member)}: ${member.text}`),
      remedy: `Set ${nameFlag(facts)} to a different value on every machine, such as its host name, ${startAnew(facts)}.`,
    },
  ];
}

function nameKey({ value }: Member): string | undefined {
  return value?.form === 'named' ? value.name : undefined;
}

/** One peer URL leads to one member. */
export function findDuplicateUrls(facts: Facts): Finding[] {
  const groups = [...groupBy(facts.urls, ({ url }) => url)].filter(
    ([, urls]) => new Set(urls.map(({ member }) => member.id)).size > 1,
  );
  if (groups.length === 0) return [];
  const members = new Set(groups.flatMap(([, urls]) => urls.map(({ member }) => member)));
  return [
    {
      id: 'duplicate-url',
      severity: 'problem',
      sentence: `${listNames([...members])} give the same peer URL, so that the others reach one machine for all of them.`,
      evidence: groups.flatMap(([url, urls]) => urls.map(({ member }) => `${describe(member)}: ${url}`)),
      remedy: `Give every member its own ${advertiseFlag(facts)}, ${startAnew(facts)}.`,
    },
  ];
}

/**
 * One machine under several ids: by its address under several names, or by its name and source under several peer URLs,
 * as one that came back with another address. On the machine itself that is how trials are made.
 */
export function findSameMachine(facts: Facts): Finding[] {
  const { members } = facts.content;
  const overflow = new Set(facts.overflow);
  const byHost = groupBy([...facts.urls, ...facts.overflowUrls], hostOf);
  const byNameAndSource = groupBy(members, (member) => {
    const source = sourceOf(member);
    const name = nameKey(member);
    // The name of no name says nothing: behind one gateway many machines have it.
    if (name === undefined || name === 'default' || source === '') return undefined;
    return addressKindOf(source) === 'loopback' ? undefined : `${source} ${name}`;
  });
  const groups = [
    ...[...byHost.values()]
      // Slots with the same peer URL are a finding of their own.
      .filter(
        (urls) =>
          new Set(urls.map(({ url }) => url)).size > 1 || urls.some(({ member }) => overflow.has(member)),
      )
      .map((urls) => [...new Set(urls.map(({ member }) => member))])
      .filter((group) => group.length > 1),
    ...byNameAndSource.values(),
  ];
  const found = new Set(groups.flat());
  if (found.size === 0) return [];
  const machines = listNames([...found]);
  return [
    {
      id: 'same-machine',
      severity: 'warning',
      sentence: `One machine seems to have registered under several ids: ${machines}.`,
      evidence: [...found].map((member) => `${describe(member)}: ${member.text}`),
      remedy: `Run each member on a machine of its own; if one registered twice because its ${nameFlag(facts)} or ${advertiseFlag(facts)} changed, leave them as they are now, ${startAnew(facts)}.`,
    },
  ];
}

/** The host that means one machine among others. */
function hostOf({ parsed, kind }: MemberUrl): string | undefined {
  return 'problem' in parsed || kind === 'loopback' || kind === 'link-local'
    ? undefined
    : parsed.host.toLowerCase();
}

/** Whatever is no member ends every etcd that reads it. */
export function findUnreadable(facts: Facts): Finding[] {
  const broken = facts.slots.filter(({ value }) => value === undefined);
  if (broken.length === 0) return [];
  return [
    {
      id: 'unreadable-member',
      severity: 'problem',
      sentence: `The slot of ${listNames(broken)} holds what is no member, and every etcd that reads it stops.`,
      evidence: broken.map((member) => `${describe(member)}: "${member.text}"`),
      remedy: `Let nothing but members write below the token, each as NAME=http://ADDRESS:2380, ${startAnew(facts)}.`,
    },
  ];
}
