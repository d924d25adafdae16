import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from './asset.ts';

/** Modules that a browser loads as they are, which only import each other. */
export interface Modules {
  /** The paths of those that were asked for, in that order. */
  readonly entries: readonly string[];
  readonly files: readonly Asset[];
}

/** As the compiler writes them: each on a line of its own. */
const IMPORTS = /^(?:import|export)\b[^'"=\n]*['"]([^'"\n]+)['"];$/gm;

/**
 * Reads compiled modules and all that they import. They are served below one folder that changes with their content, so
 * that they find each other as they do in the package, without a build for browsers and without a map of imports, which a
 * strict policy of a page does not let in.
 *
 * @param name of the folder, for people
 * @param root the folder that all modules are in
 */
export function loadModules(name: string, root: URL, entries: readonly string[]): Modules {
  const texts = new Map<string, string>();
  const read = (url: URL): void => {
    const path = url.href.slice(root.href.length);
    if (!url.href.startsWith(root.href)) throw new Error(`${url.href} is not below ${root.href}`);
    if (texts.has(path)) return;
    // Where its source is stands in the last line, and is of no use there.
    const text = readFileSync(url, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
    texts.set(path, text);
    for (const [, target = ''] of text.matchAll(IMPORTS)) {
      if (!target.startsWith('.')) throw new Error(`${path} imports ${target}, which no browser finds`);
      read(new URL(target, url));
    }
  };
  for (const entry of entries) read(new URL(entry, root));
  const hash = createHash('sha256');
  for (const [path, text] of texts) hash.update(`${path}\n${text}\n`);
  const folder = `/-/${name}.${hash.digest('hex').slice(0, 12)}/`;
  const files = [...texts].map(([path, text]): Asset => {
    return { path: folder + path, contentType: 'text/javascript; charset=utf-8', body: Buffer.from(text) };
  });
  return { entries: entries.map((entry) => folder + entry), files };
}
