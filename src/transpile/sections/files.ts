import type { Conversion } from '../conversion.ts';
import type { IgnitionFile, IgnitionFileContents } from '../ignition2/document.ts';
import { nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, errorUnless, type Findings, hasError, NO_FINDINGS, warning } from '../report.ts';
import { optional } from '../schema/collections.ts';
import type { Place } from '../schema/place.ts';
import { bool, int, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { textOfBytes } from '../text/bytes.ts';
import { toDataUrl } from '../text/data-text.ts';
import { quote } from '../text/quote.ts';
import { formatUrl, parseUrl } from '../text/url.ts';
import {
  convertMode,
  convertNode,
  modeField,
  NODE_FIELDS,
  NODE_SHAPE_FIELDS,
  type Node,
  OVERWRITE_FIELD,
} from './nodes.ts';
import { sourceProblem } from './source.ts';
import { convertVerification, type Verification, verification, verificationShape } from './verification.ts';

/** Something that is fetched when the machine boots. */
export interface Remote {
  url: string;
  compression: string;
  verification: Verification;
}

/** What is in a file: one of a URL, a text and a file of this machine. */
export interface FileContents {
  remote: Remote;
  inline: string;
  local: string;
}

/** `storage.files[]`. */
export interface File extends Node {
  mode: bigint | undefined;
  contents: FileContents;
  append: boolean;
}

const remote: Type<Remote> = struct<Remote>('Remote', { url: text, compression: text, verification });

const contents: Type<FileContents> = struct<FileContents>(
  'FileContents',
  { remote, inline: text, local: { type: text, since: '2.1.0' } },
  ({ remote: { url }, inline, local }, profile) => {
    const isOne = [url, inline, local].filter((one) => one !== '').length <= 1;
    return errorUnless(
      isOne || profile < '2.2.0',
      'only one of the following can be set: local, inline, remote.url',
    );
  },
);

function checkMode({ mode, append }: File, profile: Profile): Findings {
  if (mode !== undefined || profile === '2.0.0') return NO_FINDINGS;
  const message = 'mode unspecified for file, defaulting to 0644';
  return append && profile === '2.3.0'
    ? [{ severity: 'info', message: `${message} if the file does not exist` }]
    : warning(message);
}

/** The fields of `storage.files[]`, and what is checked of them. */
export const file: Type<File> = struct<File>('File', {
  ...NODE_FIELDS,
  mode: { type: optional(int), check: checkMode },
  contents,
  overwrite: OVERWRITE_FIELD,
  append: { type: bool, since: '2.2.0' },
});

const DEFAULT_MODE = 0o644n;

/** Why there is no source; a `warning` where `ct` left the file out without a word. */
interface NoSource {
  readonly findings: Findings;
  readonly key: 'url' | 'local';
}

function readLocal(path: string, { files }: Conversion): string | NoSource {
  const content =
    files?.read(path) ??
    'local files require setting the --files-dir flag to the directory that contains the file';
  return typeof content === 'string'
    ? { findings: error(content), key: 'local' }
    : toDataUrl(textOfBytes(content));
}

function convertSource(given: FileContents, conversion: Conversion): string | NoSource {
  const { inline, local, remote: fetched } = given;
  const held = local === '' ? toDataUrl(inline) : readLocal(local, conversion);
  // Up to 2.1.0 there may be a URL as well, which then counts; the file must be there all the same.
  if (typeof held === 'string' && fetched.url !== '') {
    const url = parseUrl(fetched.url);
    if (typeof url !== 'string') return formatUrl(url);
    return { findings: conversion.profile === '2.0.0' ? warning(url) : error(url), key: 'url' };
  }
  return held;
}

/** Answers undefined for a file that cannot be converted. */
export function convertFile(given: File, place: Place, conversion: Conversion): IgnitionFile | undefined {
  const { append, contents: held, mode } = given;
  const { profile, report } = conversion;
  const source = convertSource(held, conversion);
  if (typeof source !== 'string') {
    const at = place.key('contents');
    report.add(source.findings, (source.key === 'url' ? at.key('remote').key('url') : at.key('local')).found);
    if (hasError(source.findings) || source.key === 'url') return undefined;
  }
  const { compression, url, verification: wanted } = held.remote;
  return {
    ...convertNode(given, profile),
    append,
    contents: {
      compression,
      source: source as string,
      verification: convertVerification(wanted),
      isRemote: url !== '',
    },
    mode: convertMode(mode, DEFAULT_MODE, profile),
  };
}

/** A file with a text, as sections make them. */
export function textFile(path: string, content: string): IgnitionFile {
  return {
    filesystem: 'root',
    group: undefined,
    overwrite: undefined,
    path,
    user: undefined,
    append: false,
    contents: { compression: '', source: toDataUrl(content), verification: {}, isRemote: false },
    mode: DEFAULT_MODE,
  };
}

function checkSource({ source }: IgnitionFileContents, profile: Profile): Findings {
  const problem = sourceProblem(source, profile);
  if (problem === undefined) return NO_FINDINGS;
  const isWrapped = profile === '2.1.0' || profile === '2.3.0';
  return error(isWrapped ? `invalid url ${quote(source)}: ${problem}` : problem);
}

const contentsShape: Shape<IgnitionFileContents> = shape<IgnitionFileContents>(
  ['compression', 'source', 'verification'],
  [
    plain('compression', {
      check: ({ compression }) =>
        errorUnless(['', 'gzip'].includes(compression), 'invalid compression method'),
    }),
    plain('source', { check: checkSource }),
    nested('verification', verificationShape),
  ],
);

/** `storage.files[]` as Ignition has it: what is written, in which order, and what is checked. */
export const fileShape: Shape<IgnitionFile> = shape<IgnitionFile>(
  ['filesystem', 'path', 'contents', 'mode', 'user', 'group'],
  [
    ...NODE_SHAPE_FIELDS,
    plain('append'),
    nested('contents', contentsShape, {
      place: (at, _profile, { contents: { isRemote } }) =>
        isRemote ? at.key('contents').key('remote').renamed('url', 'source') : at.key('contents'),
    }),
    modeField(),
  ],
  ({ append, filesystem, overwrite: overwrites }, profile) => {
    if (profile === '2.0.0') return errorUnless(filesystem !== '', 'no filesystem specified');
    return errorUnless(!(append && overwrites === true), 'cannot set both append and overwrite to true');
  },
);
