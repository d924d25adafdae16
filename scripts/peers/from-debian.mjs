// Programs out of the packages of the machine's own Debian (or a relative), without root and without touching
// the system: apt keeps its state in a folder of its own, and a package is unpacked, never installed.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { reasonIn, run } from './run.mjs';

/**
 * Unpacks packages into folders of their own.
 *
 * @param work an empty folder for apt's state and the downloads; may be removed afterwards
 * @param wanted `{ packages, into }[]`: package names, and the folder that gets their files
 * @returns one entry per element of `wanted`: undefined, or the error that kept it from being unpacked
 */
export async function unpackDebian(work, wanted) {
  const settings = await writeAptSettings(work);
  // Sources that cannot be reached are only warnings to apt, which is right while others of them answer.
  const printed = await run('apt-get', ['update', ...settings]);
  const lists = await readdir(`${work}/lists`);
  if (!lists.some((file) => file.includes('_Packages')))
    throw new Error(`apt-get update: ${reasonIn(printed)}`);
  const results = [];
  for (const [index, { packages, into }] of wanted.entries()) {
    try {
      const downloads = `${work}/download-${index}`;
      await mkdir(downloads, { recursive: true });
      const names = [...packages, ...(await librariesOf(settings, packages))];
      await run('apt-get', ['download', ...settings, ...names], { cwd: downloads });
      for (const file of await readdir(downloads)) await run('dpkg', ['-x', `${downloads}/${file}`, into]);
      await rm(downloads, { recursive: true });
      results.push(undefined);
    } catch (error) {
      results.push(error);
    }
  }
  return results;
}

/**
 * The packages of shared libraries that the packages depend on, and those that these depend on. Other programs that
 * they would have installed beside them stay away. The C library is the machine's own.
 */
async function librariesOf(settings, packages) {
  const printed = await run('apt-cache', ['depends', '--recurse', '--important', ...settings, ...packages]);
  const dependencies = readDependencies(printed);
  const found = new Set();
  const visit = (name) => {
    for (const library of dependencies.get(name) ?? []) {
      if (found.has(library) || !/^(lib|zlib1g$)/.test(library) || /^libc\d/.test(library)) continue;
      found.add(library);
      visit(library);
    }
  };
  for (const name of packages) visit(name);
  return [...found].filter((name) => !packages.includes(name));
}

/**
 * Reads what `apt-cache depends` prints: a package at the start of a line, and below it one line for each dependency,
 * in `<>` where it is only a name that others provide. Lines that begin with `|` and the one after them are
 * alternatives, of which the first real package counts, as it does to apt.
 */
function readDependencies(printed) {
  const dependencies = new Map();
  let names = [];
  let settled = false;
  for (const line of printed.split('\n')) {
    if (/^[^\s<]/.test(line)) {
      names = [];
      dependencies.set(line, names);
    }
    const [, more, name] = /^ ([ |])(?:Pre)?Depends: (\S+)/.exec(line) ?? [];
    if (name === undefined) continue;
    const taken = !settled && !name.startsWith('<');
    if (taken) names.push(name);
    settled = more === '|' && (settled || taken);
  }
  return dependencies;
}

/**
 * Writes apt's settings and returns the options that make apt use them. They come on top of the system's own, so
 * that its package sources and proxies stay; its hooks are cleared, because those work on the system's own folders.
 */
async function writeAptSettings(work) {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'log']) {
    await mkdir(`${work}/${folder}`, { recursive: true });
  }
  await writeFile(`${work}/status`, '');
  const lines = [
    `Dir::State "${work}";`,
    `Dir::State::Lists "${work}/lists";`,
    `Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache";`,
    `Dir::Log "${work}/log";`,
    // Without this, apt started by root drops to a user that may not write into our folder.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
  ];
  await writeFile(`${work}/apt.conf`, `${lines.join('\n')}\n`);
  return ['-c', `${work}/apt.conf`, '-q'];
}
