import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { Commit } from '../../src/store/store.ts';
import { DAY_SECONDS, refusalOf, registrationOf } from '../support/registry.ts';
import { eventually, type OpenedStore, type OpenStore, settle } from './open-store.ts';

const ADMIN = { isAdmin: true, secret: undefined };
/** Each with its note: three commits, and then the token's own. */
const MEMBERS = (3 * LIMITS.extendedKeysPerCommit) / 2 + 1;
const DAY_MS = DAY_SECONDS * 1000;

function openRegistry({ store, clock }: OpenedStore): Registry {
  const createToken = (): string => randomBytes(16).toString('hex');
  return new Registry({ store, clock, createToken, policy: { guard: true }, registrants: new Registrants() });
}

/** A token gets a later end over every store, with all that stands below it. */
export function contractOfExtension(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: a later end of a token`, { timeout: 300_000, skip }, () => {
    test('all that registered lives as long, more than one commit holds; and no reader is told', async (t) => {
      const opened = await open(t);
      const { store, clock } = opened;
      const registry = openRegistry(opened);
      const token = await registry.create({ size: MEMBERS + 1, ttlSeconds: DAY_SECONDS });
      for (let n = 1; n <= MEMBERS; n++) await registry.register(registrationOf(token, n), undefined);
      const before = registry.revision;
      const told: Commit[] = [];
      const following = registry.follow(token, before + 1, (commit) => void told.push(commit));
      following.ended.catch(() => {});

      await registry.extend(token, { claim: ADMIN, ttlSeconds: 3 * DAY_SECONDS });
      const { entries } = await store.range(token);
      const ends = new Set(
        entries.map(({ expiresAt = 0 }) => Math.round((expiresAt - clock.now()) / DAY_MS)),
      );
      const tombstone = LIMITS.tombstoneSeconds / DAY_SECONDS + 3;
      ends.delete(tombstone);
      ends.delete(0);
      assert.deepEqual([...ends], [3]);

      // Beyond the first end everybody is still there, in the same order, and the next one comes in.
      clock.advance(2 * DAY_MS);
      await settle(store, token);
      const { members } = await registry.report(token);
      assert.deepEqual(
        members.map(({ name }) => name),
        Array.from({ length: MEMBERS }, (_, index) => `n${index + 1}`),
      );
      const last = await registry.register(registrationOf(token, MEMBERS + 1), undefined);
      await eventually(() => Promise.resolve(told.map(({ revision }) => revision)), [last.revision]);
      following.stop();
      assert.equal((await registry.report(token)).state, 'complete');

      clock.advance(DAY_MS);
      assert.equal((await refusalOf(() => registry.read(token))).code, 'expired-token');
    });

    test('an end before the one that there is is refused, and so is a token that is over', async (t) => {
      const opened = await open(t);
      const registry = openRegistry(opened);
      const token = await registry.create({ size: 1, ttlSeconds: DAY_SECONDS });
      const sooner = await refusalOf(() => registry.extend(token, { claim: ADMIN, ttlSeconds: 3600 }));
      assert.equal(sooner.code, 'invalid-ttl');
      assert.match(sooner.remedy ?? '', /revoke/);
      await registry.revoke(token, ADMIN);
      const over = await refusalOf(() =>
        registry.extend(token, { claim: ADMIN, ttlSeconds: 2 * DAY_SECONDS }),
      );
      assert.equal(over.code, 'revoked-token');
    });
  });
}
