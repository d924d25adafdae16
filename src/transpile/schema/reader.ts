import { LIMITS } from '../../limits.ts';
import type { Profile, Target } from '../profiles.ts';
import { ReadFailure, yamlFailure } from '../yaml/failure.ts';
import type { ContentNode, YamlDocument, YamlNode } from '../yaml/nodes.ts';
import { shortTag } from '../yaml/resolve.ts';
import type { Reading, Type } from './type.ts';

/** Reads nodes as the types of fields, and collects what does not fit. */
export class Reader implements Reading {
  readonly profile: Profile;
  readonly isFlatcar: boolean;
  readonly isModern: boolean;
  readonly #document: YamlDocument;
  readonly #problems: string[] = [];
  readonly #open = new Set<string>();
  #expanded = 0;

  constructor(document: YamlDocument, { profile, isFlatcar, isModern }: Target) {
    this.#document = document;
    this.profile = profile;
    this.isFlatcar = isFlatcar;
    this.isModern = isModern;
  }

  read<T>(type: Type<T>, node: YamlNode, current: T): T {
    if (this.#open.size > 0) this.#countExpanded();
    if (node.kind !== 'alias') return type.read(node, current, this);
    const { name } = node;
    const target = this.#document.anchors.get(name);
    if (target === undefined) throw yamlFailure(`unknown anchor '${name}' referenced`);
    if (this.#open.has(name)) throw yamlFailure(`anchor '${name}' value contains itself`);
    if (this.#open.size === LIMITS.configAliasNestingMax)
      throw yamlFailure('document contains excessive aliasing');
    this.#open.add(name);
    const value = this.read(type, target, current);
    this.#open.delete(name);
    return value;
  }

  resolve(node: YamlNode): ContentNode | undefined {
    const seen = new Set<string>();
    let current: YamlNode | undefined = node;
    while (current?.kind === 'alias' && !seen.has(current.name)) {
      seen.add(current.name);
      current = this.#document.anchors.get(current.name);
    }
    return current?.kind === 'alias' ? undefined : current;
  }

  misfit(node: ContentNode, tag: string, typeName: string): void {
    const shown = node.tag === '' ? tag : shortTag(node.tag);
    const text = node.kind === 'scalar' ? node.value : '';
    const value = shown === '!!seq' || shown === '!!map' ? '' : ` \`${shorten(text)}\``;
    this.#problems.push(`line ${node.start.line + 1}: cannot unmarshal ${shown}${value} into ${typeName}`);
  }

  get problemCount(): number {
    return this.#problems.length;
  }

  /** Throws `ReadFailure` if anything did not fit. */
  assertFits(): void {
    if (this.#problems.length === 0) return;
    const lines = this.#problems.map((problem) => `\n  ${problem}`);
    throw new ReadFailure(`yaml: unmarshal errors:${lines.join('')}`);
  }

  #countExpanded(): void {
    this.#expanded += 1;
    const { configExpandedFreeMax, configExpandedPerNodeMax } = LIMITS;
    if (this.#expanded > configExpandedFreeMax + configExpandedPerNodeMax * this.#document.size)
      throw yamlFailure('document contains excessive aliasing');
  }
}

const ENCODER = new TextEncoder();

/** More than ten bytes are shown as seven. */
function shorten(text: string): string {
  if (text.length * 3 <= 10) return text;
  const bytes = ENCODER.encode(text);
  return bytes.length > 10 ? `${new TextDecoder().decode(bytes.subarray(0, 7))}...` : text;
}
