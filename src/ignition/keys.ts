import { closestWord } from '../server/closest-word.ts';
import type { Findings } from './findings.ts';
import type { JsonMember, JsonNode, JsonObject } from './json/node.ts';
import { foldKey, type Path } from './places.ts';
import { type Field, fieldIn, keysIn, meaningsOf, type Section } from './schema/declare.ts';
import { FIRST_IGNITION, isSince, type Spec } from './spec.ts';

/** A key that the spec knows, by its right name, with its value. */
export interface KnownMember {
  readonly key: string;
  readonly field: Field;
  readonly value: JsonNode;
}

/** What stands in 3.x for keys of 2.x that it dropped, and in all specs for keys of the formats that people write. */
const INSTEAD: Readonly<Record<string, string>> = {
  append: 'use "merge"',
  create: 'its keys stand in the user itself',
  enable: 'use "enabled"',
  filesystem: 'give the whole path',
  inline: 'write a data URL as "source"',
  local: 'write a data URL as "source"',
  mount: 'its keys stand in the filesystem itself',
  name: 'use "path"',
  networkd: 'write its units as files below /etc/systemd/network',
  size: 'use "sizeMiB"',
  start: 'use "startMiB"',
  url: 'use "source"',
};

/** Tells the keys of objects that one spec knows from those that it does not, which it reports. */
export class KeyReader {
  readonly #spec: Spec;
  readonly #findings: Findings;
  readonly #folded = new Map<Section, ReadonlyMap<string, string>>();

  constructor(spec: Spec, findings: Findings) {
    this.#spec = spec;
    this.#findings = findings;
  }

  /** The members of an object that its section knows, in the document's order. */
  read(section: Section, node: JsonObject, path: Path): KnownMember[] {
    const known: KnownMember[] = [];
    const seen = new Set<string>();
    for (const member of node.members) {
      const key = this.#nameOf(section, member);
      const field = key === undefined ? undefined : fieldIn(section, key, this.#spec);
      if (key === undefined || field === undefined) {
        this.#reportUnknown(section, member, path);
        continue;
      }
      if (key !== member.key) this.#reportCase(key, member, path);
      if (seen.has(key)) this.#reportTwice(key, member, path);
      seen.add(key);
      known.push({ key, field, value: member.value });
    }
    return known;
  }

  /** The right name of a key. As Go does, an exact one is taken before one in another case. */
  #nameOf(section: Section, { key }: JsonMember): string | undefined {
    if (fieldIn(section, key, this.#spec) !== undefined) return key;
    let folded = this.#folded.get(section);
    if (folded === undefined) {
      folded = new Map(keysIn(section, this.#spec).map((name) => [foldKey(name), name]));
      this.#folded.set(section, folded);
    }
    return folded.get(foldKey(key));
  }

  #reportCase(key: string, member: JsonMember, path: Path): void {
    const message = `the key "${member.key}" is written "${key}"; Ignition takes it, other programs may not`;
    this.#findings.add('key-case', [...path, member.key], message, member.keyStart);
  }

  #reportTwice(key: string, member: JsonMember, path: Path): void {
    const message = `the key "${key}" stands in this object for a second time; what Ignition makes of the two is easily mistaken, so keep one`;
    this.#findings.add('key-twice', [...path, member.key], message, member.keyStart);
  }

  #reportUnknown(section: Section, member: JsonMember, path: Path): void {
    const shown = JSON.stringify(member.key.length > 60 ? `${member.key.slice(0, 60)}...` : member.key);
    const message = `${section.name} has no key ${shown}, and Ignition ignores it${this.#hintFor(section, member.key)}`;
    this.#findings.add('unknown-key', [...path, member.key], message, member.keyStart);
  }

  #hintFor(section: Section, key: string): string {
    // Nobody reads further hints, and a text of nothing but unknown keys would take long over them.
    if (this.#findings.isFull) return '';
    const meanings = meaningsOf(section, key);
    const since = meanings.find(
      (field) => field.since !== undefined && !isSince(this.#spec, field.since),
    )?.since;
    if (since !== undefined) {
      return `; spec ${since}.0, of Ignition ${FIRST_IGNITION[since]} and newer, has it, and this document says ${this.#spec}.0`;
    }
    const instead = Object.hasOwn(INSTEAD, key) ? INSTEAD[key] : undefined;
    const until = meanings.at(-1)?.until;
    if (until !== undefined)
      return `; spec ${until}.0 dropped it${instead === undefined ? '' : `: ${instead}`}`;
    if (instead !== undefined && fieldIn(section, 'source', this.#spec) !== undefined) return `; ${instead}`;
    const near = closestWord(key, keysIn(section, this.#spec));
    return near === undefined ? '' : `; did you mean "${near}"?`;
  }
}
