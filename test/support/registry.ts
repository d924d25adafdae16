import { isMusterError, type MusterError } from '../../src/errors.ts';
import { memberId } from '../../src/registry/member-id.ts';
import type { RegistrationRequest } from '../../src/registry/register.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry, type Written } from '../../src/registry/registry.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeClock } from './fake-clock.ts';

export const DAY_SECONDS = 86_400;

/** A registry over the memory store, with a clock that stands still. */
export interface OpenRegistry {
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly registrants: Registrants;
}

/** Tokens are 1, 2, 3 .. in 32 digits. */
export function openRegistry(guard: boolean = true): OpenRegistry {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock });
  const registrants = new Registrants();
  let issued = 0;
  const createToken = (): string => String(++issued).padStart(32, '0');
  const registry = new Registry({ store, clock, createToken, policy: { guard }, registrants });
  return { registry, store, clock, registrants };
}

export type Registration = Omit<RegistrationRequest, 'isTwinConnected' | 'awaySinceRevision'>;

/** What the n-th machine of a cluster sends: its own name, address and source, and a create-if-absent. */
export function registrationOf(token: string, n: number, changes: Partial<Registration> = {}): Registration {
  const url = `http://10.0.0.${n}:2380`;
  const salt = `http://muster.example/${token}`;
  return {
    token,
    memberId: memberId([url], salt),
    text: `n${n}=${url}`,
    condition: { exists: false },
    dialect: 'v2',
    from: `10.0.0.${n}`,
    salts: [salt],
    wantedSalt: undefined,
    formatRelease: (id) => `"release ${id}"`,
    ...changes,
  };
}

/** What an etcd 0.4 machine sends: its URL under its name, overwriting, with an end. */
export function bareRegistrationOf(
  token: string,
  name: string,
  changes: Partial<Registration> = {},
): Registration {
  return registrationOf(token, 1, {
    memberId: name,
    text: `http://${name}.example:7001`,
    condition: {},
    ...changes,
  });
}

/** Registers the machines 1 to `count`, each on no connection of its own. */
export async function registerMany(registry: Registry, token: string, count: number): Promise<Written[]> {
  const written: Written[] = [];
  for (let n = 1; n <= count; n++) {
    written.push(await registry.register(registrationOf(token, n), undefined));
  }
  return written;
}

/** The error of Muster that a call ends with. */
export async function refusalOf(call: () => unknown): Promise<MusterError> {
  try {
    await call();
  } catch (error) {
    if (isMusterError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
