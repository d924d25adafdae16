import type { IgnitionLink } from '../ignition2/document.ts';
import { plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, NO_FINDINGS } from '../report.ts';
import { bool, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { convertNode, NODE_FIELDS, NODE_SHAPE_FIELDS, type Node, OVERWRITE_FIELD } from './nodes.ts';

/** `storage.links[]`. */
export interface Link extends Node {
  hard: boolean;
  target: string;
}

/** The fields of `storage.links[]`, and what is checked of them. */
export const link: Type<Link> = struct<Link>('Link', {
  ...NODE_FIELDS,
  hard: bool,
  target: text,
  overwrite: OVERWRITE_FIELD,
});

/** `storage.links[]` in the terms of Ignition. */
export function convertLink(given: Link, profile: Profile): IgnitionLink {
  const { hard, target } = given;
  return { ...convertNode(given, profile), hard, target };
}

/** Before 2.3.0 a soft link could not have a relative target. */
function isTargetFine({ hard, target }: IgnitionLink): boolean {
  return hard || target.startsWith('/');
}

/** `storage.links[]` as Ignition has it: what is written, in which order, and what is checked. */
export const linkShape: Shape<IgnitionLink> = shape<IgnitionLink>(
  [],
  [
    ...NODE_SHAPE_FIELDS,
    plain('hard'),
    plain('target', {
      always: ['2.3.0'],
      check: (one, profile) =>
        profile !== '2.2.0' || isTargetFine(one) ? NO_FINDINGS : error('path not absolute'),
    }),
  ],
  (one, profile) =>
    profile !== '2.1.0' || isTargetFine(one)
      ? NO_FINDINGS
      : error(`problem with target path ${quote(one.target)}: path not absolute`),
);
