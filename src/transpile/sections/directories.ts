import type { IgnitionDirectory } from '../ignition2/document.ts';
import { type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { NO_FINDINGS, warning } from '../report.ts';
import { optional } from '../schema/collections.ts';
import { int } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import {
  convertMode,
  convertNode,
  modeField,
  NODE_FIELDS,
  NODE_SHAPE_FIELDS,
  type Node,
  OVERWRITE_FIELD,
} from './nodes.ts';

/** `storage.directories[]`. */
export interface Directory extends Node {
  mode: bigint | undefined;
}

/** The fields of `storage.directories[]`, and what is checked of them. */
export const directory: Type<Directory> = struct<Directory>('Directory', {
  ...NODE_FIELDS,
  mode: {
    type: optional(int),
    check: ({ mode }: Directory) =>
      mode === undefined ? warning('mode unspecified for directory, defaulting to 0755') : NO_FINDINGS,
  },
  overwrite: OVERWRITE_FIELD,
});

const DEFAULT_MODE = 0o755n;

/** `storage.directories[]` in the terms of Ignition. */
export function convertDirectory(given: Directory, profile: Profile): IgnitionDirectory {
  return { ...convertNode(given, profile), mode: convertMode(given.mode, DEFAULT_MODE, profile) };
}

/** `storage.directories[]` as Ignition has it: what is written, in which order, and what is checked. */
export const directoryShape: Shape<IgnitionDirectory> = shape<IgnitionDirectory>(
  [],
  [...NODE_SHAPE_FIELDS, modeField()],
);
