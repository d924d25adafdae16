import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles, type SourceFile } from './source-files.ts';

const files = readSourceFiles();

/** What everything may import: words that all parts share. */
const BASE = ['errors.ts', 'limits.ts', 'clock/clock.ts'];
const STORE_PORT = 'store/store.ts';
/** What a commit makes of keys: pure, and the same for every store. */
const STORE_SEMANTICS = 'store/apply-operations.ts';

/** The one form of a member that all its readers share. */
const MEMBER_VALUE = 'registry/member-value.ts';

/** What each part may import beside itself and the base. Imports point inward: edges, dialects, registry, store port. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  clock: [],
  store: ['grpc/', 'proto/'],
  registry: [STORE_PORT, STORE_SEMANTICS],
  http: [],
  proto: [],
  grpc: ['proto/'],
  dialect: ['registry/', 'boot-config/', 'http/', 'grpc/', 'proto/', STORE_PORT],
  // Words that are spelt a bit wrong are recognised in one way everywhere.
  ignition: ['server/closest-word.ts'],
  join: [MEMBER_VALUE, 'grpc/', 'proto/'],
  'boot-config': ['registry/', 'transpile/public.ts'],
  transpile: [],
  move: ['registry/', 'grpc/', 'proto/', 'join/v3/methods.ts', STORE_PORT],
  web: ['registry/', 'http/', 'boot-config/', 'transpile/'],
  server: ['dialect/', 'web/', 'registry/', 'http/', 'grpc/', STORE_PORT],
  'api-client': ['join/', 'registry/'],
  cluster: ['join/'],
  demo: ['join/'],
  doctor: ['api-client/', 'cluster/', 'join/', 'registry/', STORE_PORT],
  cli: [
    'server/',
    'join/',
    'move/',
    'api-client/',
    'boot-config/',
    'registry/',
    'demo/',
    'cluster/',
    'doctor/',
    'transpile/',
    'ignition/',
    STORE_PORT,
  ],
};

/** Registry code decides; it reads no file, opens no socket, and asks neither the time nor for chance. */
const REGISTRY_PACKAGES = ['node:crypto', 'node:net'];
const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomBytes\b|\bsetTimeout\b|\bsetInterval\b|\bprocess\./;

const partOf = (path: string): string => path.split('/', 1)[0] ?? '';

function offences(file: SourceFile, allowed: readonly string[]): string[] {
  return file.imports
    .filter((target) => partOf(target) !== partOf(file.path) && !BASE.includes(target))
    .filter((target) => !allowed.some((prefix) => target.startsWith(prefix)))
    .map((target) => `${file.path} imports ${target}`);
}

test('imports point inward: edges, dialects, registry, store port', () => {
  const parts = files.filter(({ path }) => path.includes('/'));
  const unknown = parts.filter(({ path }) => ALLOWED[partOf(path)] === undefined);
  assert.deepEqual(
    unknown.map(({ path }) => path),
    [],
    'give the new part a place in ALLOWED',
  );
  assert.deepEqual(
    parts.flatMap((file) => offences(file, ALLOWED[partOf(file.path)] ?? [])),
    [],
  );
});

test('dialects do not know each other', () => {
  const dialectOf = (path: string): string | undefined => /^dialect\/([^/]+)\//.exec(path)?.[1];
  const crossings = files.flatMap((file) =>
    file.imports
      .filter((target) => dialectOf(file.path) !== undefined && dialectOf(target) !== undefined)
      .filter((target) => dialectOf(file.path) !== dialectOf(target))
      .map((target) => `${file.path} imports ${target}`),
  );
  assert.deepEqual(crossings, []);
});

test('only main.ts names a concrete store, and stores do not know each other', () => {
  const storeOf = (path: string): string | undefined => /^store\/([^/]+)\//.exec(path)?.[1];
  const offenders = files.flatMap((file) =>
    file.imports
      .filter((target) => storeOf(target) !== undefined && storeOf(target) !== storeOf(file.path))
      .filter(() => file.path !== 'main.ts')
      .map((target) => `${file.path} imports ${target}`),
  );
  assert.deepEqual(offenders, []);
});

test('the registry is pure: no I/O, no clock, no randomness of its own', () => {
  const registry = files.filter(({ path }) => partOf(path) === 'registry');
  const packages = registry.flatMap(({ packages }) => packages);
  assert.deepEqual(
    packages.filter((name) => !REGISTRY_PACKAGES.includes(name)),
    [],
  );
  assert.deepEqual(
    registry.filter(({ text }) => IMPURE.test(text)).map(({ path }) => path),
    [],
  );
});

/** A file and all that it loads, itself and by others. */
function loadedBy(root: string): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const target of byPath.get(path)?.imports ?? []) load(target);
  };
  load(root);
  return loaded;
}

const BROWSER_FILES = [
  ['join/browser.ts', 'join/v2/registry.ts'],
  ['boot-config/boot-config.ts', 'boot-config/formats/systemd.ts'],
  ['transpile/public.ts', 'transpile/sections/etcd.ts'],
  ['ignition/validate.ts', 'ignition/checks/source.ts'],
] as const;

for (const [root, part] of BROWSER_FILES) {
  test(`what browsers load of ${root} needs nothing of Node, and no package`, () => {
    const loaded = loadedBy(root);
    assert(loaded.has(part));
    const packages = files
      .filter(({ path }) => loaded.has(path))
      .flatMap(({ path, packages }) => packages.map((name) => `${path}: ${name}`));
    assert.deepEqual(packages, []);
  });
}

test('no import goes in a circle', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    assert(!trail.includes(path), `a circle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
    if (done.has(path)) return;
    for (const target of byPath.get(path)?.imports ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
});
