// Gets the real programs that Muster is tested with and measured against into .cache/peers, which git ignores:
// no root, nothing outside that folder (but Go's own caches), and no cost when they are there already.
//
//   node scripts/peers.mjs
//
// What cannot be had is said loudly, with the reason. With CI=true or MUSTER_REQUIRE_PEERS=1 it is an error.
// MUSTER_PEERS_DIR names another folder, so that several checkouts can share one.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeChromiumPortable } from './peers/chromium.mjs';
import { unpackDebian } from './peers/from-debian.mjs';
import { buildGo } from './peers/from-go.mjs';
import { run } from './peers/run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folder that holds one folder per peer. */
export const peersDir = resolve(process.env.MUSTER_PEERS_DIR ?? `${root}.cache/peers`);

/**
 * The peers. A peer comes either as `files` out of `packages` of Debian, or as `programs` from the Go module in
 * `test/peers/<name>`, which has one main package per program. `version` runs one of them and says what it must
 * print; the first group of the pattern is the version.
 */
const peers = [
  {
    name: 'etcd-3.4',
    proves: 'clients and members of etcd 3.4, and the reference for the v2 API',
    packages: ['etcd-server', 'etcd-client'],
    files: ['usr/bin/etcd', 'usr/bin/etcdctl'],
    version: { program: 'etcd', args: ['--version'], pattern: /^etcd Version: (3\.4\.\d+)/ },
  },
  {
    name: 'etcd-3.5',
    proves: 'clients and members of etcd 3.5',
    programs: ['etcd', 'etcdctl'],
    version: { program: 'etcd', args: ['--version'], pattern: /^etcd Version: (3\.5\.\d+)/ },
  },
  {
    name: 'etcd-3.6',
    proves: 'clients and members of etcd 3.6',
    programs: ['etcd', 'etcdctl'],
    version: { program: 'etcd', args: ['--version'], pattern: /^etcd Version: (3\.6\.\d+)/ },
  },
  {
    name: 'etcd-3.7',
    proves: 'clients and members of etcd 3.7',
    programs: ['etcd', 'etcdctl'],
    version: { program: 'etcd', args: ['--version'], pattern: /^etcd Version: (3\.7\.\d+)/ },
  },
  {
    name: 'etcd-discovery',
    proves: 'the Go discovery server, to compare with',
    packages: ['etcd-discovery'],
    files: ['usr/bin/discovery.etcd.io', 'etc/etcd-discovery/etcd-discovery.conf'],
    prepare: readSettingsFromWorkingFolder,
  },
  {
    name: 'ignition-2.14',
    proves: 'ignition-validate as Debian has it, the judge of Ignition 3.0 to 3.3',
    packages: ['ignition'],
    files: ['usr/bin/ignition-validate'],
    version: {
      program: 'ignition-validate',
      args: ['--version'],
      pattern: /^Ignition (?:Debian )?(2\.14\.\S+)/,
    },
  },
  {
    name: 'ignition-2.24',
    proves: 'the judge of Ignition 3.0 to 3.5',
    programs: ['ignition-validate'],
  },
  {
    name: 'ignition-0.35',
    proves: 'the judge of Ignition 2.0 to 2.4',
    programs: ['ignition-validate'],
  },
  {
    name: 'boot-formats',
    proves: 'what Butane, ct, Compose and Quadlet make of the files that machines boot with',
    programs: ['butane', 'ct', 'compose', 'quadlet'],
  },
  {
    name: 'go-texts',
    proves: 'how the Go libraries that ct was made of read YAML, URLs and units',
    programs: ['judge'],
  },
  {
    name: 'wrk',
    proves: 'the load of the benchmarks',
    packages: ['wrk'],
    files: ['usr/bin/wrk'],
    // It prints its version and then the usage, and ends with status 1.
    version: { program: 'wrk', args: ['--version'], pattern: /^wrk (?:\w+\/)?(\S+)/, statuses: [1] },
  },
  {
    name: 'chromium',
    proves: 'the pages, in a real browser',
    packages: ['chromium-headless-shell', 'chromium-common', 'fonts-liberation', 'fonts-dejavu-core'],
    files: [
      'usr/lib/chromium/chromium-headless-shell',
      'usr/lib/chromium/headless_command_resources.pak',
      'usr/lib/chromium/headless_lib_data.pak',
      'usr/lib/chromium/headless_lib_strings.pak',
      'usr/lib/chromium/icudtl.dat',
      'usr/lib/chromium/v8_context_snapshot.bin',
      'usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
      'usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf',
      'usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf',
      'usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf',
      'usr/share/fonts/truetype/liberation/LiberationMono-Bold.ttf',
      'usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
    ],
    prepare: makeChromiumPortable,
    version: { program: 'chromium', args: ['--version'], pattern: /^Chromium (\d+(?:\.\d+){3})/ },
  },
];

/**
 * Makes sure that every peer is there. Never rejects for a peer that cannot be had.
 *
 * @returns `{ name, proves, version?, missing? }[]`, where `missing` is the reason, as one line
 */
export async function ensurePeers() {
  const work = `${peersDir}/work-${process.pid}`;
  try {
    const absent = peers.filter((peer) => readStamp(peer) === undefined);
    if (absent.length > 0) {
      console.log(
        `Fetching ${absent.map((peer) => peer.name).join(', ')} into ${peersDir} (once; a few minutes)`,
      );
      await mkdir(work, { recursive: true });
      const fetches = [
        fetchPackages(
          absent.filter((peer) => peer.packages !== undefined),
          work,
        ),
      ];
      for (const peer of absent.filter((one) => one.packages === undefined))
        fetches.push(fetchModule(peer, work));
      await Promise.all(fetches);
    }
    return peers.map(({ name, proves, ...peer }) => {
      const stamp = readStamp({ name, ...peer });
      return stamp ? { name, proves, version: stamp.version } : { name, proves, missing: readReason(name) };
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Whether a peer that is missing is an error on this machine. */
export function peersRequired() {
  return process.env.CI === 'true' || process.env.MUSTER_REQUIRE_PEERS === '1';
}

/** What to tell people about the peers that are missing; empty when there are none. */
export function describeMissing(all) {
  const missing = all.filter((peer) => peer.missing !== undefined);
  if (missing.length === 0) return '';
  const bar = '!'.repeat(100);
  const lines = missing.map(
    (peer) => `!! NOT EXERCISED: ${peer.proves} (${peer.name})\n!!   because ${peer.missing}`,
  );
  return [bar, ...lines, bar].join('\n');
}

async function fetchPackages(wanted, work) {
  if (wanted.length === 0) return;
  const unpacked = wanted.map((peer) => ({ packages: peer.packages, into: `${work}/${peer.name}-unpacked` }));
  let failures;
  try {
    await mkdir(`${work}/apt`);
    failures = await unpackDebian(`${work}/apt`, unpacked);
  } catch (error) {
    failures = wanted.map(() => error);
  }
  for (const [index, peer] of wanted.entries()) {
    await settle(peer, work, async (folder) => {
      if (failures[index]) throw failures[index];
      await collect(unpacked[index].into, peer, folder);
    });
  }
}

async function fetchModule(peer, work) {
  await settle(peer, work, (folder) => buildGo(moduleDir(peer), peer.programs, folder, `${peersDir}/go`));
}

/** Fills a new folder with `fill`, checks the programs in it, and puts it in the place of the old one, whole or not at all. */
async function settle(peer, work, fill) {
  const place = `${peersDir}/${peer.name}`;
  try {
    const folder = `${work}/${peer.name}`;
    await mkdir(folder);
    await fill(folder);
    if (peer.prepare) await peer.prepare(folder);
    const version = await readVersion(peer, folder);
    await writeFile(`${folder}/stamp.json`, JSON.stringify({ recipe: recipeOf(peer), version }));
    await rm(place, { recursive: true, force: true });
    await rename(folder, place);
    await rm(`${place}.missing`, { force: true });
  } catch (error) {
    // Another run that was faster has left the same thing there.
    if (readStamp(peer) === undefined) await writeFile(`${place}.missing`, `${error.message}\n`);
  }
}

/** Copies the wanted files, and the shared libraries that came with them, out of an unpacked package tree. */
async function collect(tree, peer, folder) {
  for (const file of peer.files) {
    if (!existsSync(`${tree}/${file}`))
      throw new Error(`the packages ${peer.packages.join(', ')} hold no ${file}`);
    await copyFile(`${tree}/${file}`, `${folder}/${basename(file)}`);
  }
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || !isLibrary(entry)) continue;
    await mkdir(`${folder}/lib`, { recursive: true });
    await cp(`${entry.parentPath}/${entry.name}`, `${folder}/lib/${entry.name}`, { verbatimSymlinks: true });
  }
}

/** One of the system's places. What a program brings in a folder of its own comes along when its `files` name it. */
function isLibrary({ parentPath, name }) {
  return /-linux-gnu/.test(parentPath) && /\.so(\.\d|$)/.test(name);
}

/**
 * Debian's build of the discovery server does not start without one file in /etc, where a test must not write. In
 * our copy that path is overwritten with one of the same length that means the working folder; nothing else differs.
 */
async function readSettingsFromWorkingFolder(folder) {
  const path = '/etc/etcd-discovery/etcd-discovery.conf';
  const here = `${'./'.padEnd(path.length - 'etcd-discovery.conf'.length, '/')}etcd-discovery.conf`;
  const program = await readFile(`${folder}/discovery.etcd.io`);
  const at = program.indexOf(path);
  if (at < 0)
    throw new Error(`discovery.etcd.io does not name ${path}, so it is another build than the known one`);
  program.write(here, at, 'latin1');
  await writeFile(`${folder}/discovery.etcd.io`, program);
}

async function readVersion(peer, folder) {
  if (!peer.version) return 'present';
  const { program, args, pattern, statuses } = peer.version;
  const env = existsSync(`${folder}/lib`) ? { LD_LIBRARY_PATH: `${folder}/lib` } : {};
  const printed = await run(`${folder}/${program}`, args, { env, statuses });
  const match = pattern.exec(printed);
  if (!match)
    throw new Error(`${program} says "${printed.split('\n', 1)[0]}", which is not the wanted version`);
  return match[1];
}

function readStamp(peer) {
  try {
    const stamp = JSON.parse(readFileSync(`${peersDir}/${peer.name}/stamp.json`, 'utf8'));
    return stamp.recipe === recipeOf(peer) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

function readReason(name) {
  try {
    return readFileSync(`${peersDir}/${name}.missing`, 'utf8').trim();
  } catch {
    return 'it could not be fetched';
  }
}

/** Changes whenever the peer would come out differently: its row above, its Go module, the kind of machine. */
function recipeOf(peer) {
  const { packages, files, prepare } = peer;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.platform, process.arch, packages, files, String(prepare)]));
  if (!packages) {
    for (const file of ['go.mod', 'go.sum', ...peer.programs.map((program) => `${program}/main.go`)]) {
      hash.update(readFileSync(`${moduleDir(peer)}/${file}`));
    }
  }
  return hash.digest('hex');
}

function moduleDir(peer) {
  return `${root}test/peers/${peer.name}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = await ensurePeers();
  for (const peer of all.filter((one) => one.version)) console.log(`${peer.name}: ${peer.version}`);
  const missing = describeMissing(all);
  if (missing) console.error(missing);
  if (missing && peersRequired()) process.exitCode = 1;
}
