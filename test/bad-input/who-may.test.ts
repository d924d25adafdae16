import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { sendRaw } from '../support/raw-connection.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

const ADMIN_TOKEN = 'correct-horse-battery-staple';
const AS_ADMIN = `Authorization: Bearer ${ADMIN_TOKEN}\r\n`;
const FORWARDED = 'X-Forwarded-For: 10.1.2.3\r\n';

let dir: TempDir;
let adminTokenFile: string;
before(async () => {
  dir = await createTempDir();
  adminTokenFile = `${dir.path}/admin-token`;
  await writeFile(adminTokenFile, `${ADMIN_TOKEN}\n`);
});
after(() => dir[Symbol.asyncDispose]());

/** Runs tests against a server with these arguments. */
function withServer(
  title: string,
  args: () => string[],
  define: (server: () => WatchedMuster) => void,
): void {
  describe(title, () => {
    let server: WatchedMuster;
    before(async () => {
      server = await startWatchedMuster({ args: ['--rate-limit', 'off', ...args()] });
    });
    after(async () => {
      assert.doesNotMatch(server.muster.log.lines.join('\n'), new RegExp(ADMIN_TOKEN));
      await server[Symbol.asyncDispose]();
    });
    define(() => server);
  });
}

withServer(
  '--create admin',
  () => ['--create', 'admin', '--admin-token-file', adminTokenFile],
  (server) => {
    for (const [what, headers] of Object.entries({
      nothing: '',
      'another token': 'Authorization: Bearer wrong-horse-battery-staple\r\n',
      'a piece of the token': `Authorization: Bearer ${ADMIN_TOKEN.slice(0, -1)}\r\n`,
      'the token twice': `Authorization: Bearer ${ADMIN_TOKEN}${ADMIN_TOKEN}\r\n`,
      'the token as a password': `Authorization: Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}\r\n`,
      'the token without a scheme': `Authorization: ${ADMIN_TOKEN}\r\n`,
      'an empty token': 'Authorization: Bearer \r\n',
      'the token in a header of another name': `X-Authorization: Bearer ${ADMIN_TOKEN}\r\n`,
    })) {
      test(`/new with ${what} is refused, and says what to send`, async () => {
        const answer = await server().get('/new', headers);
        assert.equal(answer.status, 403);
        assert.match(
          answer.body,
          /^only its operator may make tokens here: .*"Authorization: Bearer TOKEN"\n$/,
        );
      });
    }

    test('/new with the token is answered, also through a proxy', async () => {
      assert.equal((await server().get('/new', AS_ADMIN)).status, 200);
      assert.equal((await server().get('/new', AS_ADMIN + FORWARDED)).status, 200);
      assert.equal((await server().get('/new', `authorization: bearer ${ADMIN_TOKEN}\r\n`)).status, 200);
    });

    test('who may not make tokens may use them, but not take back what others rely on', async () => {
      const token = (await server().get('/new', AS_ADMIN)).body.slice(-32);
      assert.equal((await server().register(token, 1)).status, 201);
      assert.equal((await server().register(token, 2)).status, 201);
      const refused = await server().request('DELETE', `/${token}/a1`);
      assert.equal(refused.status, 403);
      assert.match(refused.body, /"errorCode":152,"message":"other members have registered/);
      assert.equal((await server().request('DELETE', `/${token}/a1`, AS_ADMIN)).status, 200);
    });
  },
);

withServer(
  '--create loopback',
  () => ['--create', 'loopback'],
  (server) => {
    test('/new from this machine is answered', async () => {
      assert.equal((await server().get('/new')).status, 200);
    });

    for (const headers of [
      FORWARDED,
      'X-Forwarded-For: 127.0.0.1\r\n',
      'X-Forwarded-For: \r\n',
      'Forwarded: for=127.0.0.1\r\n',
      AS_ADMIN + FORWARDED,
    ]) {
      test(`/new that a proxy passed on is refused: ${JSON.stringify(headers)}`, async () => {
        const answer = await server().get('/new', headers);
        assert.equal(answer.status, 403);
        assert.match(answer.body, /^only programs on the machine of this service may make tokens here: /);
      });
    }
  },
);

withServer(
  '--create open',
  () => ['--create', 'open'],
  (server) => {
    test('/new is answered whoever asks', async () => {
      assert.equal((await server().get('/new', FORWARDED)).status, 200);
    });

    test('what a client says of itself in forwarding headers is not believed', async () => {
      const answer = await server().get(
        '/new',
        'X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example;proto=https\r\n',
      );
      assert.match(answer.body, new RegExp(`^http://127\\.0\\.0\\.1:${server().port}/`));
    });

    test('answers may be read by pages of other sites', async () => {
      const token = await server().newToken();
      for (const target of ['/new', `/${token}`, '/health', '/nothing']) {
        assert.equal((await server().get(target)).headers.get('access-control-allow-origin'), '*', target);
      }
      const preflight = await server().request(
        'OPTIONS',
        `/${token}/a1`,
        'Origin: http://x\r\nAccess-Control-Request-Method: PUT\r\n',
      );
      assert.equal(preflight.status, 200);
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PUT/);
    });
  },
);

withServer(
  '--trust-proxy',
  () => ['--trust-proxy', '127.0.0.80', '--create', 'loopback'],
  (server) => {
    /** Sends a request from the address of the proxy. */
    async function viaProxy(target: string, headers: string): ReturnType<typeof sendRaw> {
      const request = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server().port}\r\n${headers}\r\n`;
      return await sendRaw(server().port, request, { from: '127.0.0.80' });
    }

    test('a request through the proxy does not come from this machine', async () => {
      for (const headers of ['', FORWARDED, 'X-Forwarded-For: 127.0.0.1\r\n']) {
        assert.equal((await viaProxy('/new', headers))?.status, 403);
      }
    });

    test('somebody else who names the proxy is not believed', async () => {
      const answer = await server().get('/new', 'X-Forwarded-For: 127.0.0.1, 127.0.0.80\r\n');
      assert.equal(answer.status, 403);
    });

    test('host and scheme of the proxy are believed, unless they make no sense', async () => {
      const home = async (headers: string): Promise<string> => (await viaProxy('/', headers))?.body ?? '';
      const good = 'X-Forwarded-Host: discovery.example.com\r\nX-Forwarded-Proto: https\r\n';
      assert.match(await home(good), /'https:\/\/discovery\.example\.com\/new/);
      const bad = 'X-Forwarded-Host: "><script>\r\nX-Forwarded-Proto: javascript\r\n';
      assert.match(await home(bad), new RegExp(`'http://127\\.0\\.0\\.1:${server().port}/new`));
    });
  },
);

withServer(
  '--public-url and --cors off',
  () => ['--public-url', 'https://discovery.example.com', '--cors', 'off'],
  (server) => {
    test('/new prints the public URL, whatever the Host header says', async () => {
      for (const host of ['evil.example', '"><script>', '']) {
        const answer = await server().send(`GET /new HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        assert.equal(answer.status, 200);
        assert.match(answer.body, /^https:\/\/discovery\.example\.com\/[0-9a-f]{32}$/);
      }
    });

    test('no answer has a header for pages of other sites', async () => {
      const token = await server().newToken();
      await server().register(token, 1);
      for (const target of [
        '/new',
        `/${token}`,
        `/${token}?wait=true&recursive=true&waitIndex=1`,
        '/health',
        '/x',
      ]) {
        const { headers } = await server().get(target);
        assert.deepEqual(
          [...headers.keys()].filter((name) => name.startsWith('access-control')),
          [],
          target,
        );
      }
      const options = await server().request('OPTIONS', `/${token}`);
      assert.equal(options.headers.get('access-control-allow-origin'), undefined);
    });
  },
);
