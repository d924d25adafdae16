import { Item } from './item.ts';
import { type CheckContext, type FieldType, fieldIn, type Section } from './schema/declare.ts';

/** Runs the checks of a section and of all sections below it. */
export function runChecks(section: Section, item: Item, context: CheckContext): void {
  for (const check of section.checks ?? []) check(item, context);
  for (const key of Object.keys(section.fields)) {
    const field = fieldIn(section, key, context.spec);
    const below = field === undefined ? undefined : sectionOf(field.type);
    if (below === undefined) continue;
    const value = item.get(key);
    const items = value instanceof Item ? [value] : item.children(key);
    for (const one of items) runChecks(below, one, context);
  }
}

function sectionOf(type: FieldType): Section | undefined {
  if (type.kind === 'list') return sectionOf(type.of);
  return type.kind === 'section' ? type.section : undefined;
}
