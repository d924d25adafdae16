import type { LogFact } from './log-facts.ts';

/** A member as the registry tells of it. */
export interface StoryMember {
  readonly name: string;
  readonly memberId: string;
  readonly peerUrls: readonly string[];
}

/** Tells how machines become a cluster, in the order in which it can be followed, whatever comes first. */
export class Story {
  readonly #size: number;
  readonly #say: (sentence: string) => void;
  readonly #members: StoryMember[] = [];
  /** What was told by the logs of members before the registry told of them. */
  readonly #early = new Map<string, LogFact[]>();
  readonly #complete = new Set<string>();
  readonly #waited = new Set<string>();
  readonly #candidates = new Set<string>();
  readonly #voters = new Set<string>();
  /** What belongs behind something that was not heard yet. */
  readonly #late: Array<readonly [name: string, fact: LogFact]> = [];
  readonly #followers = new Set<string>();
  #term = 0;
  #leader: string | undefined;

  constructor(size: number, say: (sentence: string) => void) {
    this.#size = size;
    this.#say = say;
  }

  /** The list of the registry, which has grown. */
  registered(members: readonly StoryMember[]): void {
    for (const member of members.slice(this.#members.length)) {
      const before = this.#members.map(({ name }) => name);
      this.#members.push(member);
      this.#say(arrivalOf(member, before, this.#size));
      const early = this.#early.get(member.name) ?? [];
      this.#early.delete(member.name);
      for (const fact of early) this.heard(member.name, fact);
    }
  }

  /** A fact out of the log of a member. */
  heard(name: string, fact: LogFact): void {
    if (!this.#members.some((member) => member.name === name)) {
      this.#early.set(name, [...(this.#early.get(name) ?? []), fact]);
    } else if (isOfRaft(fact) && this.#complete.size < this.#size) {
      // Logs of several programs come in no order; nobody is elected before everybody has read the list.
      this.#late.push([name, fact]);
    } else {
      this.#tell(name, fact);
    }
  }

  #tell(name: string, fact: LogFact): void {
    switch (fact.kind) {
      case 'waits':
        if (this.#waited.has(name)) return;
        this.#waited.add(name);
        this.#say(`${name} has read the list, and waits for ${fact.missing} more.`);
        return;
      case 'complete':
        this.#tellComplete(name);
        return;
      case 'candidate':
        this.#tellCandidate(name, fact.term);
        return;
      case 'voted':
        if (this.#isEarly(fact.candidate, name, fact)) return;
        this.#tellVote(name, fact.candidate, fact.term);
        return;
      case 'leader':
        if (this.#isEarly(fact.leader, name, fact)) return;
        this.#tellLeader(name, fact.leader, fact.term);
        return;
      case 'serves':
        return;
    }
  }

  #tellComplete(name: string): void {
    if (this.#complete.has(name)) return;
    this.#complete.add(name);
    if (this.#complete.size < this.#size) return;
    const all = listNames(this.#members.map((member) => member.name));
    if (this.#size > 1) {
      this.#say(
        `${all} have the whole list now. From here on they speak with each other, and no more with the registry.`,
      );
    }
    this.#tellLate();
  }

  #tellCandidate(name: string, term: number): void {
    if (term < this.#term) return;
    this.#candidates.add(`${name} ${term}`);
    if (this.#size > 1) this.#say(`${name} asks the others for their votes, to lead in term ${term}.`);
    this.#tellLate();
  }

  /** Whether a vote came before the candidature, or the result before enough votes; then it is kept. */
  #isEarly(candidateId: string, name: string, fact: LogFact & { readonly term: number }): boolean {
    const candidate = this.#nameOf(candidateId);
    const isKnown = this.#candidates.has(`${candidate} ${fact.term}`);
    const others = this.#members.filter((member) => member.name !== candidate);
    const votes = others.filter((member) => this.#voters.has(`${member.name} ${fact.term}`)).length;
    // With its own vote, the candidate has the majority.
    const isDecided = votes >= Math.floor(this.#size / 2);
    if (isKnown && (fact.kind !== 'leader' || isDecided)) return false;
    this.#late.push([name, fact]);
    return true;
  }

  #tellLate(): void {
    for (const [speaker, fact] of this.#late.splice(0)) this.#tell(speaker, fact);
  }

  #tellVote(name: string, candidate: string, term: number): void {
    const vote = `${name} ${term}`;
    if (term < this.#term || this.#voters.has(vote)) return;
    this.#voters.add(vote);
    const wanted = this.#nameOf(candidate);
    if (wanted !== name) this.#say(`${name} votes for ${wanted}.`);
    this.#tellLate();
  }

  #tellLeader(name: string, leaderId: string, term: number): void {
    if (term < this.#term) return;
    const leader = this.#nameOf(leaderId);
    if (term > this.#term || leader !== this.#leader) {
      this.#term = term;
      this.#leader = leader;
      this.#followers.clear();
      this.#say(`${leader} is elected: it leads in term ${term}.`);
    }
    if (name === leader || this.#followers.has(name)) return;
    this.#followers.add(name);
    this.#say(`${name} follows ${leader}.`);
  }

  /** Members have one id in the registry and in their cluster. */
  #nameOf(memberId: string): string {
    return this.#members.find((member) => member.memberId === memberId)?.name ?? memberId;
  }
}

function isOfRaft({ kind }: LogFact): boolean {
  return kind === 'candidate' || kind === 'voted' || kind === 'leader';
}

function arrivalOf({ name, peerUrls }: StoryMember, before: readonly string[], size: number): string {
  const count = before.length + 1;
  const be = before.length === 1 ? 'is' : 'are';
  const place = before.length === 0 ? 'It is the first' : `${listNames(before)} ${be} there already`;
  const end = count === size ? ', and the list is complete' : '';
  return `${name} registers ${peerUrls.join(', ')}. ${place}: ${count} of ${size}${end}.`;
}

/** `m1`, `m1 and m2`, `m1, m2 and m3`. */
export function listNames(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
