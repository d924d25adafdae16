// Programs built from Go modules. A folder holds go.mod and go.sum, which name the exact versions, and one main
// package per program. ("go install program@version" refuses etcd's modules because of their replace directives.)
import { accessSync, constants } from 'node:fs';
import { run } from './run.mjs';

/**
 * Builds every program of a folder.
 *
 * @param source the folder with go.mod; each of `programs` is a main package in a folder of that name
 * @param into the folder that gets the programs
 * @param fallbackHome where Go may keep its caches when the user has no usable home folder
 */
export async function buildGo(source, programs, into, fallbackHome) {
  const build = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', `${into}/`];
  await run('go', [...build, ...programs.map((program) => `./${program}`)], {
    cwd: source,
    env: {
      // Where Go's own installer puts it, for a shell whose PATH was never extended.
      PATH: `${process.env.PATH}:/usr/local/go/bin`,
      // No C compiler is needed this way, and a go.work of a folder above changes nothing.
      CGO_ENABLED: '0',
      GOWORK: 'off',
      ...(hasUsableHome() ? {} : homelessGo(fallbackHome)),
    },
  });
}

function hasUsableHome() {
  try {
    accessSync(process.env.HOME ?? '', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function homelessGo(home) {
  return {
    GOPATH: process.env.GOPATH ?? home,
    GOCACHE: process.env.GOCACHE ?? `${home}/build`,
    // Go write-protects its module cache; this keeps it removable with the rest of the folder.
    GOFLAGS: `${process.env.GOFLAGS ?? ''} -modcacherw`.trim(),
  };
}
