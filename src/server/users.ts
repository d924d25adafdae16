import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { readSettingFile } from './load-settings.ts';
import { digestSecret } from './secret-digest.ts';

/** Those who may register, by name and password. */
export interface Users {
  /** An auth token for the calls that follow; undefined where name and password do not belong together. */
  authenticate(name: string, password: string): string | undefined;
  /** Whether an auth token is one of this process, and not too old. */
  isValid(authToken: string): boolean;
  /** Whether an Authorization header of HTTP holds a name with its password (RFC 7617). */
  acceptsBasic(authorization: string | undefined): boolean;
}

const REMEDY = 'Write one NAME:PASSWORD a line; lines that begin with # are passed over.';

/** Reads the users of a file. @throws MusterError `bad-setting`, which never shows a password */
export function readUsers(file: string, now: () => number): Users {
  return createUsers(parseUsers(readSettingFile(file, 'users file'), file), now);
}

/** @throws MusterError `bad-setting` */
export function parseUsers(text: string, file: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const [name, password] = [line.slice(0, colon), line.slice(colon + 1)];
    const where = `the users file ${JSON.stringify(file)}, line ${index + 1},`;
    if (colon < 1 || password === '') throw refuse(`${where} is not NAME:PASSWORD`);
    if (users.has(name)) throw refuse(`${where} names ${JSON.stringify(name)} again`);
    users.set(name, password);
  }
  if (users.size === 0) throw refuse(`the users file ${JSON.stringify(file)} names nobody`);
  return users;
}

function refuse(problem: string): MusterError {
  return new MusterError('bad-setting', problem, { remedy: REMEDY });
}

/**
 * Auth tokens are signed and not kept: nothing grows with them, and after a restart their holders authenticate again,
 * as they do with etcd.
 *
 * @param now in milliseconds
 */
export function createUsers(passwords: ReadonlyMap<string, string>, now: () => number): Users {
  const key = randomBytes(32);
  const digests = new Map([...passwords].map(([name, password]) => [name, digestSecret(password)]));
  // Someone unknown takes as long as someone known with another password.
  const nobody = randomBytes(32);
  const isUser = (name: string, password: string): boolean =>
    timingSafeEqual(digestSecret(password), digests.get(name) ?? nobody);
  const sign = (expiresAt: string): string => createHmac('sha256', key).update(expiresAt).digest('hex');
  return {
    authenticate(name, password) {
      if (!isUser(name, password)) return undefined;
      const expiresAt = String(now() + LIMITS.authTokenMs);
      return `${expiresAt}.${sign(expiresAt)}`;
    },
    isValid(authToken) {
      const [expiresAt = '', signature = ''] = authToken.split('.');
      return (
        timingSafeEqual(digestSecret(signature), digestSecret(sign(expiresAt))) && Number(expiresAt) > now()
      );
    },
    acceptsBasic(authorization) {
      const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
      if (encoded === undefined) return false;
      const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
      return name !== undefined && password !== undefined && isUser(name, password);
    },
  };
}
