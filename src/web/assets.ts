import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from './asset.ts';
import { loadModules, type Modules } from './modules.ts';

/** The files that pages name. */
export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
  readonly icon: Asset;
  /** The script of the page that transpiles, and the library that this does it with. */
  readonly transpiler: Asset;
  readonly library: Modules;
}

/** Every file, by its path. */
export function filesOf({ icon, library, script, style, transpiler }: Assets): ReadonlyMap<string, Asset> {
  const files = [style, script, icon, transpiler, ...library.files];
  return new Map(files.map((file) => [file.path, file]));
}

const FOLDER = new URL('../../../web/', import.meta.url);

/** Reads the files that stand in `web/`. Throws where one is missing, which only a broken package does. */
export function loadAssets(): Assets {
  return {
    style: loadAsset('muster', 'css', 'text/css; charset=utf-8'),
    script: loadAsset('muster', 'js', 'text/javascript; charset=utf-8'),
    icon: loadAsset('icon', 'svg', 'image/svg+xml'),
    transpiler: loadAsset('transpile', 'js', 'text/javascript; charset=utf-8'),
    library: loadModules('library', new URL('../', import.meta.url), [
      'transpile/public.js',
      'boot-config/lint/lint-etcd.js',
    ]),
  };
}

function loadAsset(name: string, extension: string, contentType: string): Asset {
  const body = readFileSync(new URL(`${name}.${extension}`, FOLDER));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/-/${name}.${hash}.${extension}`, contentType, body };
}
