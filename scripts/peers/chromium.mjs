// What turns the unpacked files of a browser into one that runs from any folder, on a system that lacks its
// libraries and has no fonts.
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';

/**
 * Puts the fonts into a folder of their own, and beside the program a launcher `chromium` that makes it use the
 * libraries and the fonts of this folder alone. Pages so look the same on every machine.
 *
 * The text of this function counts as part of the peer's recipe, so all that it writes stands in it.
 */
export async function makeChromiumPortable(folder) {
  await mkdir(`${folder}/fonts`);
  for (const font of (await readdir(folder)).filter((file) => file.endsWith('.ttf')))
    await rename(`${folder}/${font}`, `${folder}/fonts/${font}`);
  // Generic families, and those that the browser's own settings ask for in their place. DejaVu comes last: it has the
  // signs that Liberation lacks.
  const families = {
    'Liberation Sans': ['sans-serif', 'sans', 'Arial', 'Helvetica'],
    'Liberation Serif': ['serif', 'Times New Roman', 'Times'],
    'Liberation Mono': ['monospace', 'ui-monospace', 'Courier New', 'Courier'],
  };
  const aliases = Object.entries(families).flatMap(([font, names]) =>
    names.map(
      (name) =>
        `<alias binding="same"><family>${name}</family>` +
        `<prefer><family>${font}</family><family>DejaVu Sans</family></prefer></alias>`,
    ),
  );
  const fonts = [
    '<?xml version="1.0"?>',
    '<fontconfig>',
    '<dir prefix="relative">fonts</dir>',
    '<cachedir prefix="xdg">fontconfig</cachedir>',
    ...aliases,
    '</fontconfig>',
  ];
  await writeFile(`${folder}/fonts.conf`, `${fonts.join('\n')}\n`);
  const launcher = [
    '#!/bin/sh',
    'here=$(cd "$(dirname "$0")" && pwd)',
    'export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_FILE="$here/fonts.conf"',
    'exec "$here/chromium-headless-shell" "$@"',
  ];
  await writeFile(`${folder}/chromium`, `${launcher.join('\n')}\n`);
  await chmod(`${folder}/chromium`, 0o755);
}
