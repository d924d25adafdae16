import { readFileSync } from 'node:fs';
import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { resolveSettings, type SettingSources, type Settings, settingsFileName } from './settings.ts';

/** Reads a file that a setting names. Throws `bad-setting` that says which setting and why. */
export function readSettingFile(name: string, what: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new MusterError('bad-setting', `cannot read the ${what} ${JSON.stringify(name)}: ${reason}`, {
      remedy: 'Check that the file exists and that the user of this process may read it.',
      cause: error,
    });
  }
}

/** The settings from flags, environment and the settings file that they name. Throws `bad-setting`. */
export function loadSettings(sources: Omit<SettingSources, 'file'>): Settings {
  const name = settingsFileName(sources.argv, sources.env);
  if (name === undefined) return resolveSettings(sources);
  return resolveSettings({ ...sources, file: { name, text: readSettingFile(name, 'settings file') } });
}

/**
 * The admin token in a file, without the white space around it. It travels in an HTTP header, so it is
 * printable ASCII without spaces. Throws `bad-setting`; never shows the token.
 */
export function readAdminToken(file: string): string {
  const token = readSettingFile(file, 'admin token file').trim();
  const { adminTokenMinChars, adminTokenMaxChars } = LIMITS;
  const name = JSON.stringify(file);
  const remedy = 'Make one with: head -c 24 /dev/urandom | base64';
  if (token.length < adminTokenMinChars) {
    throw new MusterError(
      'bad-setting',
      `the admin token in ${name} has ${token.length} characters; at least ${adminTokenMinChars} are needed`,
      { remedy },
    );
  }
  if (token.length > adminTokenMaxChars || !/^[\x21-\x7e]+$/.test(token)) {
    throw new MusterError(
      'bad-setting',
      `the admin token in ${name} is not one line of at most ${adminTokenMaxChars} printable characters without spaces`,
      { remedy },
    );
  }
  return token;
}
