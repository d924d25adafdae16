import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BootConfigRequest, createBootConfig, type Dialect } from '../../src/boot-config/boot-config.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { httpsGet } from '../support/https-get.ts';
import { type EtcdVersion, etcdProgram } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';

/** The forms that etcd itself reads. */
export const ETCD_FORMS = ['flags', 'env', 'yaml'] as const;
export type EtcdForm = (typeof ETCD_FORMS)[number];

/** Every version that tests start, with each dialect that it speaks. */
export const VERSIONS_AND_DIALECTS: ReadonlyArray<readonly [version: EtcdVersion, dialect: Dialect]> = [
  ['3.4', 'v2'],
  ['3.5', 'v2'],
  ['3.6', 'v2'],
  ['3.6', 'v3'],
  ['3.7', 'v3'],
];

/** The one text of a configuration, or the one of the given name. */
export function textOf(request: BootConfigRequest, name?: string): string {
  const { files } = createBootConfig(request);
  const file = name === undefined ? files[0] : files.find((candidate) => candidate.name === name);
  assert(file !== undefined && (name !== undefined || files.length === 1));
  return file.text;
}

/** What a member is booted with, beside what its configuration says. */
export interface BootOptions {
  /** The real etcd. */
  readonly version: EtcdVersion;
  readonly form: EtcdForm;
  /** Below a `TempDir`; its file and its data go there. */
  readonly dir: string;
  readonly request: Omit<BootConfigRequest, 'platform' | 'etcdVersion' | 'dataDir'>;
}

/** A real etcd that was started as a configuration says. */
export interface BootedMember extends AsyncDisposable {
  readonly program: Program;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

/** Gives a request a loopback address with free ports. */
export async function withPorts(
  request: Omit<BootConfigRequest, 'platform'>,
  address: string,
): Promise<Omit<BootConfigRequest, 'platform'>> {
  return { ...request, address, peerPort: await freePort(address), clientPort: await freePort(address) };
}

/** Boots a member by the text that the generator makes, and nothing else. */
export async function bootMember({ version, form, dir, request }: BootOptions): Promise<BootedMember> {
  const { name = 'etcd', memberTls } = request;
  const scheme = memberTls === undefined ? 'http' : 'https';
  const dataDir = `${dir}/${name}`;
  const text = textOf({ ...request, platform: form, etcdVersion: version, dataDir });
  const file = `${dir}/${name}.${form}`;
  await writeFile(file, form === 'flags' ? execEtcd(text) : text);
  const program = await startForm(form, file, version);
  return {
    program,
    clientUrl: `${scheme}://${request.address}:${request.clientPort}`,
    peerUrl: `${scheme}://${request.address}:${request.peerPort}`,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The shell becomes etcd, so that its process is the one that a test ends. */
export function execEtcd(script: string): string {
  return script.replace(/^((?:SSL_CERT_FILE=\S+ )?)etcd \\$/m, 'exec env $1etcd \\');
}

/** Runs a file of one form as its notes say. */
export function startForm(form: EtcdForm, file: string, version: EtcdVersion): Promise<Program> {
  const { PATH, ...rest } = cleanEnvironment();
  const etcd = etcdProgram(version, 'etcd');
  const env = { ...rest, PATH: `${dirname(etcd)}:${PATH}` };
  const start = (program: string, args: readonly string[]): Promise<Program> =>
    startProgram({ name: `etcd by ${form}`, file: program, args, env });
  switch (form) {
    case 'flags':
      return start('/bin/sh', [file]);
    case 'env':
      return start('/bin/sh', ['-c', 'set -a && . "$0" && exec etcd', file]);
    case 'yaml':
      return start(etcd, ['--config-file', file]);
  }
}

/** What a client shows and trusts, in PEM form. */
export interface ClientTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

async function get(url: string, tls: ClientTls | undefined, signal: AbortSignal): Promise<string> {
  if (tls !== undefined) return (await httpsGet(url, { ...tls, signal })).body;
  return (await fetch(url, { signal })).text();
}

/** The peer URLs of all members of a cluster by their names, as a member that takes writes lists them. */
export async function membersSeenBy(member: BootedMember, tls?: ClientTls): Promise<Record<string, string>> {
  return poll(
    `the cluster of ${member.clientUrl}`,
    60_000,
    async (signal) => {
      const health = await get(`${member.clientUrl}/health`, tls, signal);
      if (!/"health":\s*"true"/.test(health)) return undefined;
      // Not by the gateway of the client URL, which etcd 3.4 leaves off where it has a file.
      const list = await get(`${member.peerUrl}/members`, tls, signal);
      const members = JSON.parse(list) as { name: string; peerURLs: string[] }[];
      return Object.fromEntries(members.map(({ name, peerURLs }) => [name, peerURLs.join(',')]));
    },
    member.program.ended,
  );
}
