import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { MusterError } from '../errors.ts';

/** An etcd that can be started. */
export interface EtcdProgram {
  readonly file: string;
  /** As it tells, such as `3.6.16`. */
  readonly version: string;
  /** How it can be told a token, the usual one first. */
  readonly dialects: readonly ('v2' | 'v3')[];
  /** The words that run the etcdctl that belongs to it. */
  readonly etcdctl: string;
}

/** Where an etcd may be. */
export interface EtcdPlaces {
  /** What a person gave: the program, or the folder that has it. Nothing else counts then. */
  readonly given: string | undefined;
  /** The variable PATH. */
  readonly path: string | undefined;
  /** A folder with folders `etcd-VERSION`, of which the newest counts. */
  readonly cache: string;
}

const HOW_TO_GET =
  'Install etcd 3.4 or newer (https://github.com/etcd-io/etcd/releases, or the package etcd-server of Debian and Ubuntu), or name one with --etcd PATH.';

/** How long an etcd may take to say its version. */
const VERSION_MS = 20_000;

/** @throws MusterError `program-failed` */
export async function findEtcd(places: EtcdPlaces): Promise<EtcdProgram> {
  const { given } = places;
  const file = given === undefined ? findFile(places) : findGiven(given);
  const version = await readVersion(file);
  if (isOlder(version)) {
    throw new MusterError('program-failed', `${file} is etcd ${version}, and the demo needs 3.4 or newer`, {
      remedy: HOW_TO_GET,
    });
  }
  const beside = join(dirname(file), 'etcdctl');
  const isOnPath = foldersOf(places.path).includes(dirname(file));
  return {
    file,
    version,
    dialects: dialectsOf(version),
    etcdctl: !isOnPath && isProgram(beside) ? beside : 'etcdctl',
  };
}

/** Older ones have their status at another address. */
function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 4);
}

/** etcd 3.6 brought v3 discovery, and 3.7 knows no other one (etcd-io/etcd:CHANGELOG/CHANGELOG-3.7.md). */
export function dialectsOf(version: string): EtcdProgram['dialects'] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 6)) return ['v2'];
  return major === 3 && minor === 6 ? ['v3', 'v2'] : ['v3'];
}

function findFile({ path, cache }: EtcdPlaces): string {
  const found = [...foldersOf(path), ...cachedFolders(cache)]
    .map((folder) => join(folder, 'etcd'))
    .find(isProgram);
  if (found !== undefined) return found;
  throw new MusterError('program-failed', 'there is no etcd on this machine: none is on the PATH', {
    remedy: HOW_TO_GET,
  });
}

function findGiven(given: string): string {
  const found = [given, join(given, 'etcd')].map((file) => resolve(file)).find(isProgram);
  if (found !== undefined) return found;
  throw new MusterError('program-failed', `--etcd ${JSON.stringify(given)} is no program`, {
    remedy: 'Give the path of etcd, or of the folder that has it.',
  });
}

function foldersOf(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}

function cachedFolders(cache: string): readonly string[] {
  try {
    return readdirSync(cache)
      .filter((name) => /^etcd-\d/.test(name))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(cache, name));
  } catch {
    return [];
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function readVersion(file: string): Promise<string> {
  return new Promise((resolveVersion, reject) => {
    execFile(file, ['--version'], { timeout: VERSION_MS }, (error, stdout) => {
      const version = /etcd Version: (\d+\.\d+\S*)/.exec(stdout)?.[1];
      if (version !== undefined) return resolveVersion(version);
      const problem = error === null ? 'it tells no version' : (error.code ?? error.message);
      const message = `${file} is no etcd that can be started: ${problem}`;
      reject(new MusterError('program-failed', message, { remedy: HOW_TO_GET, cause: error ?? undefined }));
    });
  });
}
