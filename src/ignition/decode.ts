import type { Findings } from './findings.ts';
import { type FieldValue, Item } from './item.ts';
import type { JsonNode, JsonObject } from './json/node.ts';
import { KeyReader } from './keys.ts';
import type { Path } from './places.ts';
import type { FieldType, Section } from './schema/declare.ts';
import type { Spec } from './spec.ts';

/** Reads documents of one spec into items, and reports wrong types and keys that it does not know. */
export class Decoder {
  readonly #keys: KeyReader;
  readonly #findings: Findings;

  constructor(spec: Spec, findings: Findings) {
    this.#keys = new KeyReader(spec, findings);
    this.#findings = findings;
  }

  /** Reads an object as a section. Whatever is no object is reported, and read as an empty one. */
  decode(section: Section, node: JsonNode, path: Path): Item {
    const value = this.#read({ kind: 'section', section }, node, path, undefined);
    return value instanceof Item ? value : new Item(path);
  }

  /** @param before what the same key gave earlier; objects and lists are read into it, as Go does */
  #read(type: FieldType, node: JsonNode, path: Path, before: FieldValue | undefined): FieldValue | undefined {
    if (node.kind === 'null') {
      if (type.kind === 'section') this.#reportNull(type.section, path);
      return undefined;
    }
    switch (type.kind) {
      case 'text':
        return node.kind === 'string' ? node.value : this.#refuse('a string', node, path);
      case 'flag':
        return node.kind === 'boolean' ? node.value : this.#refuse('true or false', node, path);
      case 'whole':
        return this.#readWhole(type, node, path);
      case 'list': {
        if (node.kind !== 'array') return this.#refuse('a list', node, path);
        const earlier = Array.isArray(before) ? before : [];
        return node.items.map((item, index) => {
          const at = [...path, index];
          return this.#read(type.of, item, at, earlier[index]) ?? zeroOf(type.of, at);
        });
      }
      case 'section':
        if (node.kind !== 'object') return this.#refuse('an object', node, path);
        return this.#readSection(type.section, node, before instanceof Item ? before : new Item(path));
    }
  }

  #readSection(section: Section, node: JsonObject, item: Item): Item {
    for (const { key, field, value } of this.#keys.read(section, node, item.path)) {
      const read = this.#read(field.type, value, item.at(key), item.get(key));
      if (read === undefined) item.unset(key);
      else item.set(key, read);
    }
    return item;
  }

  #readWhole(type: FieldType & { kind: 'whole' }, node: JsonNode, path: Path): FieldValue | undefined {
    if (node.kind !== 'number') return this.#refuse('a whole number', node, path);
    // Go reads what looks like a whole number: 1.0 and 1e3 do not. Nothing of 64 bits has more than 20 digits.
    const isWhole = /^-?\d{1,20}$/.test(node.text);
    const value = isWhole ? BigInt(node.text) : undefined;
    // Where there is no sign, Go takes none, not even that of -0.
    const hasWrongSign = type.min === 0n && node.text.startsWith('-');
    if (value !== undefined && !hasWrongSign && value >= type.min && value <= type.max) return value;
    if (!/^-?\d+$/.test(node.text))
      return this.#refuse('a whole number, written with digits only,', node, path);
    const limit = node.text.startsWith('-') ? `not less than ${type.min}` : `not more than ${type.max}`;
    return this.#refuse(`a whole number of ${limit}`, node, path);
  }

  #refuse(wanted: string, node: JsonNode, path: Path): undefined {
    this.#findings.add('wrong-type', path, `${describe(node)} stands where ${wanted} is expected`);
  }

  #reportNull(section: Section, path: Path): void {
    this.#findings.add(
      'null-section',
      path,
      `null stands where ${section.name} is expected, an object; leave the key out`,
    );
  }
}

function zeroOf(type: FieldType, path: Path): FieldValue {
  switch (type.kind) {
    case 'text':
      return '';
    case 'flag':
      return false;
    case 'whole':
      return 0n;
    case 'list':
      return [];
    case 'section':
      return new Item(path);
  }
}

function describe(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return `the string ${JSON.stringify(node.value.length > 40 ? `${node.value.slice(0, 40)}...` : node.value)}`;
    case 'number':
      return `the number ${node.text.slice(0, 40)}`;
    case 'boolean':
      return String(node.value);
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
  }
}
