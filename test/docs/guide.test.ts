import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';

const HERE = 'http://127.0.0.1:8087';

/** The shell lines of a page, in their order. */
async function linesOf(page: string): Promise<string[]> {
  const text = await readFile(`${repositoryRoot}docs/${page}`, 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, lines = '']) => lines);
}

/** `muster` and etcd, as the page calls them. */
async function installPrograms(folder: string): Promise<string> {
  const bin = `${folder}/bin`;
  await mkdir(bin);
  await writeFile(
    `${bin}/muster`,
    `#!/bin/sh\nexec '${process.execPath}' '${repositoryRoot}bin/muster' "$@"\n`,
  );
  await chmod(`${bin}/muster`, 0o755);
  for (const program of ['etcd', 'etcdctl'] as const)
    await symlink(etcdProgram('3.5', program), `${bin}/${program}`);
  return bin;
}

test('the lines of the user guide run in their order, and do what it says', {
  skip: missingPeers('etcd-3.5'),
  timeout: 300_000,
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const bin = await installPrograms(dir.path);
  const blocks = (await linesOf('guide.md')).map((lines) => lines.replaceAll(HERE, muster.url));
  assert(blocks.length >= 9);
  // Whatever the lines start ends with them.
  const end = "trap 'kill $(cat ./*.pid) 2> /dev/null || true; wait' EXIT\n";
  const script = blocks.map((lines, index) => `echo "### ${index}"\n${lines}`).join('\n');
  const { PATH, ...others } = cleanEnvironment();
  await using shell = await startProgram({
    name: 'sh',
    file: '/bin/sh',
    args: ['-e', '-c', end + script],
    cwd: dir.path,
    env: { ...others, PATH: `${bin}:${PATH}` },
  });
  const { code } = await shell.exited;
  const printed = shell.log.lines.join('\n');
  assert.equal(code, 0, printed);
  const partOf = (first: string): string => {
    const index = blocks.findIndex((lines) => lines.includes(first));
    assert.notEqual(index, -1, first);
    return printed.split(/### \d+\n/)[index + 1] ?? '';
  };
  assert.match(partOf('curl -w'), new RegExp(`${muster.url}/[0-9a-f]{32}`));
  assert.match(partOf('muster new'), /Management secret/);
  assert.match(partOf('--platform cloud-init'), /^#cloud-config/m);
  assert.match(partOf('--watch'), /complete: 3 of 3 members are here/);
  const replace = partOf('muster replace');
  for (const line of [
    /member remove [0-9a-f]+/,
    /member add m2 --peer-urls/,
    /--initial-cluster-state[= ]existing/,
  ])
    assert.match(replace, line);
  assert.match(partOf('curl -s "$url"\n'), /"action":"get".*complete: 3 of 3/s);
  assert.match(partOf('/version'), /"etcdserver":"3\.5\./);
  assert.match(partOf('muster serve --help'), /--listen/);
});

test('every page of the guide is reached from the guide', async () => {
  const guide = await readFile(`${repositoryRoot}docs/guide.md`, 'utf8');
  for (const page of ['troubleshooting.md', 'faq.md', 'existing-clusters.md', 'doctor.md', 'boot-config.md'])
    assert(guide.includes(`](${page})`), page);
});

test('the page of troubleshooting names every finding', async () => {
  const page = await readFile(`${repositoryRoot}docs/troubleshooting.md`, 'utf8');
  const findings = await readFile(`${repositoryRoot}docs/findings.md`, 'utf8');
  const ids = [...findings.matchAll(/^## `([a-z-]+)`$/gm)].map(([, id = '']) => id);
  assert(ids.length > 20);
  assert.deepEqual(
    ids.filter((id) => !page.includes(`(findings.md#${id})`)),
    [],
  );
});
