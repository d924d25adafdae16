import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { FILE_OPTION, GO_SERVER_OPTIONS, OPTIONS } from '../../src/server/setting-options.ts';
import { type Environment, resolveSettings, type Settings } from '../../src/server/settings.ts';
import { repositoryRoot } from '../support/repository.ts';

/** What stands in a YAML file, as far as a test asks for it. */
// biome-ignore lint/suspicious/noExplicitAny: files of four other projects, each with a form of its own
export type Yaml = any;

/** A line `KEY=VALUE` of a unit. */
export type UnitEntry = readonly [key: string, value: string];

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** The documents of a YAML file, none with an error or a warning. */
export function readYaml(path: string, version: '1.1' | '1.2' = '1.2'): readonly Yaml[] {
  const documents = parseAllDocuments(read(path), { version });
  assert(Array.isArray(documents) && documents.length > 0, `${path} is empty`);
  return documents.map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings].map(String), [], path);
    return document.toJS();
  });
}

/** The sections of a unit of systemd, also of a Quadlet file. */
export function parseUnit(text: string): ReadonlyMap<string, readonly UnitEntry[]> {
  const sections = new Map<string, UnitEntry[]>();
  let section: UnitEntry[] | undefined;
  for (const line of text.replace(/\\\n\s*/g, '').split('\n')) {
    if (line.trim() === '' || /^[#;]/.test(line)) continue;
    const heading = /^\[([\w-]+)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      section = [];
      sections.set(heading, section);
      continue;
    }
    const [, key, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    assert(section !== undefined && key !== undefined && value !== undefined, `no line of a unit: ${line}`);
    section.push([key, value]);
  }
  return sections;
}

/** All values of a key in a section, in their order. */
export function valuesOf(entries: readonly UnitEntry[] | undefined, key: string): readonly string[] {
  return (entries ?? []).filter(([name]) => name === key).map(([, value]) => value);
}

/** `NAME=VALUE` texts as an environment. */
export function environmentOf(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((text) => {
      const at = text.indexOf('=');
      assert(at > 0, `no assignment: ${text}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

const VARIABLES: ReadonlySet<string> = new Set([
  FILE_OPTION.variable,
  ...Object.values(OPTIONS).map(({ variable }) => variable),
  ...GO_SERVER_OPTIONS.flatMap(({ variable }) => variable ?? []),
]);

/** What `muster serve` makes of arguments and variables; every one of them is a setting, and no notice is given. */
export function settingsOf(argv: readonly string[], env: Environment): Settings {
  const unknown = Object.keys(env).filter((name) => name.startsWith('MUSTER_') && !VARIABLES.has(name));
  assert.deepEqual(unknown, [], 'variables that are no settings');
  const settings = resolveSettings({ argv, env });
  assert.deepEqual(settings.notices, []);
  return settings;
}

/** The path of a program of this machine, if it has it. Without it the test is skipped, with what is not checked. */
export function findTool(t: TestContext, name: string, checks: string): string | undefined {
  const { PATH = '' } = process.env;
  const path = PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (path === undefined) t.skip(`NOT CHECKED HERE: ${checks}, because this machine has no ${name}`);
  return path;
}
