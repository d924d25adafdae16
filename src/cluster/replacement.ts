import type { SurveyedMember } from './survey.ts';

/** What is to be replaced, and by what. */
export interface WantedReplacement {
  /** The name of a member, or its id. */
  readonly member: string;
  /** Where the new one is reached by the others. Default: as the old one, or as the one in `registered`. */
  readonly peerUrls: readonly string[] | undefined;
  /** The members that registered when the cluster began; none where they are not known. */
  readonly registered: ReadonlyArray<{ readonly name: string; readonly peerUrls: readonly string[] }>;
  /** Also where the member answers, or too few others do. */
  readonly isForced: boolean;
}

/** What has to be done, in this order. */
export interface Replacement {
  readonly kind: 'replacement';
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** The id of the member to remove; undefined where there is none. */
  readonly remove: string | undefined;
  /** Whether the new one has to be added, and has not been already. */
  readonly isToAdd: boolean;
  readonly isLearner: boolean;
  /** etcd's `--initial-cluster` for the new one: the members as they will be. */
  readonly initialCluster: string;
  /** What speaks against it, where it was forced. */
  readonly warnings: readonly NoReplacement[];
}

/** Why nothing is to be done, or cannot be. */
export interface NoReplacement {
  readonly kind: 'alive' | 'impossible' | 'unclear';
  readonly problem: string;
  readonly remedy: string;
}

type Members = readonly SurveyedMember[];

/** Decides how a member of a running cluster is replaced. */
export function planReplacement(members: Members, wanted: WantedReplacement): Replacement | NoReplacement {
  const targets = members.filter(
    ({ id, name }) => name === wanted.member || id === normalizeId(wanted.member),
  );
  const [target, another] = targets;
  if (another !== undefined) {
    const ids = targets.map(({ id }) => id).join(' and ');
    return {
      kind: 'unclear',
      problem: `${targets.length} members are called ${wanted.member}: ${ids}`,
      remedy: 'Give the id of the one that is meant to --name.',
    };
  }
  return target === undefined ? planAddition(members, wanted) : planExchange(members, target, wanted);
}

/** Ids as etcdctl prints them, or with the zeros that others write. */
function normalizeId(text: string): string {
  return text.toLowerCase().replace(/^(?:0x)?0*/, '');
}

function planExchange(
  members: Members,
  target: SurveyedMember,
  wanted: WantedReplacement,
): Replacement | NoReplacement {
  const name = target.name === '' ? wanted.member : target.name;
  const others = members.filter(({ id }) => id !== target.id);
  const peerUrls = wanted.peerUrls ?? target.peerUrls;
  const warnings = [aliveProblem(target), removalProblem(members, target)].filter(isProblem);
  if (warnings[0] !== undefined && !wanted.isForced) return warnings[0];
  const last = lastProblem(members, target);
  if (last !== undefined) return last;
  return (
    neighbourProblem(others, peerUrls) ?? {
      ...{ kind: 'replacement', name, peerUrls, remove: target.id, isToAdd: true, warnings },
      isLearner: target.isLearner,
      initialCluster: formatInitialCluster(others, name, peerUrls),
    }
  );
}

/** Nobody has this name: it was removed before, was added and has not started yet, or is one more. */
function planAddition(members: Members, wanted: WantedReplacement): Replacement | NoReplacement {
  const { member: name, registered } = wanted;
  const peerUrls = wanted.peerUrls ?? registered.find((member) => member.name === name)?.peerUrls;
  if (peerUrls === undefined || peerUrls.length === 0) {
    const names = members.map(nameOf).join(', ');
    return {
      kind: 'unclear',
      problem: `no member is called ${name}, and where a new one of that name will be is not known`,
      remedy: `Give --peer-urls to add it; the members are ${names}.`,
    };
  }
  const waiting = members.find((member) => member.name === '' && isSameSet(member.peerUrls, peerUrls));
  const others = members.filter((member) => member !== waiting);
  const warnings = [waiting === undefined ? additionProblem(members, name) : undefined].filter(isProblem);
  if (warnings[0] !== undefined && !wanted.isForced) return warnings[0];
  return (
    neighbourProblem(others, peerUrls) ?? {
      ...{ kind: 'replacement', name, peerUrls, remove: undefined, isToAdd: waiting === undefined, warnings },
      isLearner: waiting?.isLearner ?? false,
      initialCluster: formatInitialCluster(others, name, peerUrls),
    }
  );
}

function aliveProblem({ id, name, state }: SurveyedMember): NoReplacement | undefined {
  if (state === 'silent') return undefined;
  const how = state === 'healthy' ? 'is healthy' : 'answers on its peer URL';
  return {
    kind: 'alive',
    problem: `${name === '' ? 'the member' : name} (${id}) ${how}, so there is nothing to replace`,
    remedy: 'To move it to another machine all the same, stop its etcd first, or give --force.',
  };
}

/** A majority of the members decides about a change, and a majority of those that are left goes on. */
function removalProblem(members: Members, target: SurveyedMember): NoReplacement | undefined {
  if (target.isLearner) return undefined;
  const voters = members.filter(({ isLearner }) => !isLearner);
  const rest = voters.filter(({ id }) => id !== target.id);
  return (
    lastProblem(members, target) ??
    majorityProblem(voters, voters.length) ??
    majorityProblem(rest, rest.length, target)
  );
}

/** What no force can do. */
function lastProblem(members: Members, target: SurveyedMember): NoReplacement | undefined {
  const others = members.filter(({ id, isLearner }) => id !== target.id && !isLearner);
  if (target.isLearner || others.length > 0) return undefined;
  return {
    kind: 'impossible',
    problem: `${nameOf(target)} is the only member, and a cluster cannot lose its last one`,
    remedy: 'Restore its data from a snapshot with "etcdutl snapshot restore", or make a new cluster.',
  };
}

/** etcd refuses a member that would leave it without a majority until it starts (`--strict-reconfig-check`). */
function additionProblem(members: Members, name: string): NoReplacement | undefined {
  const voters = members.filter(({ isLearner }) => !isLearner);
  const alive = voters.filter(isAlive);
  const needed = majorityOf(voters.length + 1);
  // The second member of all is let in, since there is no other way to more than one.
  if (alive.length >= needed || (voters.length === 1 && alive.length === 1))
    return majorityProblem(voters, voters.length);
  const silent = listed(voters.filter((member) => !isAlive(member)));
  return {
    kind: 'impossible',
    problem: `with ${name}, ${needed} of ${voters.length + 1} members must answer, and ${alive.length} do`,
    remedy: `Start ${silent} again first, or replace it: --name ${silent.split(' ')[0]}.`,
  };
}

function majorityProblem(
  voters: Members,
  count: number,
  removed?: SurveyedMember,
): NoReplacement | undefined {
  const alive = voters.filter(isAlive);
  const needed = majorityOf(count);
  // Who is healthy has a majority behind it, be it that most of them cannot be seen from here.
  const isProven = removed === undefined && alive.some(({ state }) => state === 'healthy');
  if (alive.length >= needed || isProven) return undefined;
  const silent = listed(voters.filter((member) => !isAlive(member)));
  const who =
    removed === undefined ? `of ${count} members` : `of the ${count} members beside ${nameOf(removed)}`;
  return {
    kind: 'impossible',
    problem: `${alive.length} ${who} answer, and ${needed} must: a cluster without its majority takes no change`,
    remedy: `Start ${silent} again first. If the data of a majority is lost, restore a snapshot on every machine with "etcdutl snapshot restore".`,
  };
}

function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

function isAlive({ state }: SurveyedMember): boolean {
  return state !== 'silent';
}

function isProblem(problem: NoReplacement | undefined): problem is NoReplacement {
  return problem !== undefined;
}

function nameOf({ name, id }: SurveyedMember): string {
  return name === '' ? id : name;
}

function listed(members: Members): string {
  return members.map(nameOf).join(' or ');
}

/** What stands in the way of a list of the members as they will be. */
function neighbourProblem(others: Members, peerUrls: readonly string[]): NoReplacement | undefined {
  const nameless = others.find(({ name }) => name === '');
  if (nameless !== undefined) {
    return {
      kind: 'impossible',
      problem: `the member ${nameless.id} at ${nameless.peerUrls.join(', ')} was added and has not started yet`,
      remedy: `Start it first, or take it back with "etcdctl member remove ${nameless.id}".`,
    };
  }
  const taken = others.find((other) => other.peerUrls.some((url) => peerUrls.includes(url)));
  if (taken === undefined) return undefined;
  return {
    kind: 'unclear',
    problem: `${peerUrls.join(', ')} belongs to ${taken.name} (${taken.id})`,
    remedy: 'Give --peer-urls with the addresses of the new machine.',
  };
}

function formatInitialCluster(others: Members, name: string, peerUrls: readonly string[]): string {
  return [...others, { name, peerUrls }]
    .flatMap((member) => member.peerUrls.map((url) => `${member.name}=${url}`))
    .join(',');
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((url) => b.includes(url));
}
