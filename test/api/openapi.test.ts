import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Muster, startMuster } from '../support/muster.ts';
import { type ApiAnswer, type ApiRequest, ask, makeToken, register } from './api.ts';

interface Content {
  readonly schema: { readonly $ref?: string };
}
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const UNKNOWN = '0'.repeat(32);
const DAY = 86_400;

describe('the OpenAPI document says what is answered', { timeout: 60_000 }, () => {
  let muster: Muster;
  let document: Document;
  const validators = new Map<string, ValidateFunction>();
  /** `method path status`, of what was asked here. */
  const seen = new Set<string>();

  before(async () => {
    muster = await startMuster();
    document = (await ask(muster.url, { path: '/v1/openapi.json' })).value as Document;
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    addFormats.default(ajv);
    ajv.addKeyword('components');
    ajv.addSchema({ $id: 'muster:', components: document.components });
    for (const name of Object.keys(document.components.schemas))
      validators.set(name, ajv.compile({ $ref: `muster:#/components/schemas/${name}` }));
  });

  after(() => muster[Symbol.asyncDispose]());

  /** Asks, and holds the answer against the document. */
  async function check(request: ApiRequest, status: number): Promise<ApiAnswer> {
    const answer = await ask(muster.url, request);
    const { method = 'GET', path } = request;
    assert.equal(answer.status, status, answer.text);
    const template = path.replace(/\?.*/, '').replace(/\/tokens\/[^/]+/, '/tokens/{token}');
    const response = document.paths[template]?.[method.toLowerCase()]?.responses[String(status)];
    assert(response, `${method} ${template} ${status} is not in the document`);
    seen.add(`${method.toLowerCase()} ${template} ${status}`);
    if (response.content === undefined) {
      assert.equal(answer.text, '');
      return answer;
    }
    const type = String(answer.headers['content-type']).split(';', 1)[0] ?? '';
    const content = response.content[type];
    assert(content, `${type} is not what the document says for ${method} ${template} ${status}`);
    const name = /^#\/components\/schemas\/(\w+)$/.exec(content.schema.$ref ?? '')?.[1];
    if (name === undefined) return answer;
    const validate = validators.get(name);
    assert(validate?.(answer.value), `${answer.text}: ${JSON.stringify(validate?.errors)}`);
    return answer;
  }

  test('of a token and its life', async () => {
    const path = '/v1/tokens';
    const made = await check({ method: 'POST', path, body: { size: 2, ttlSeconds: DAY } }, 201);
    const {
      token,
      url,
      managementSecret: secret,
    } = made.value as { token: string; url: string; managementSecret: string };
    assert.equal(made.headers.location, `${path}/${token}`);
    const one = `${path}/${token}`;
    await check({ path: one }, 200);
    assert.equal(await register(url, 1), 201);
    await check({ path: `${one}/initial-cluster` }, 409);
    const config = await check({ path: `${one}/boot-config?platform=env&etcd=3.7` }, 200);
    assert.match(config.text, /ETCD_DISCOVERY_TOKEN=/);
    const { files } = config.value as { files: Array<{ name: string; text: string }> };
    const file = await check(
      { path: `${one}/boot-config?platform=env&etcd=3.7&file=${files[0]?.name}` },
      200,
    );
    assert.equal(file.text, files[0]?.text);
    assert(file.text.includes(url));
    for (const query of ['platform=dos', 'etcd=9', 'file=none', 'size=3'])
      await check({ path: `${one}/boot-config?${query}` }, 400);
    assert.equal(await register(url, 2, { value: 'n1=http://10.0.0.2:2380' }), 403);
    assert.match((await check({ path: one }, 200)).text, /refused-registration/);
    assert.equal(await register(url, 2), 201);
    assert.equal(await register(url, 3), 201);
    assert.match((await check({ path: one }, 200)).text, /"state":"complete"/);
    const { text } = await check({ path: `${one}/initial-cluster` }, 200);
    assert.equal(text, 'n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380\n');
    await check({ method: 'PATCH', path: one, body: { ttlSeconds: 2 * DAY } }, 401);
    await check({ method: 'PATCH', path: one, body: { ttlSeconds: 2 * DAY }, secret: 'another' }, 403);
    await check({ method: 'PATCH', path: one, body: { ttlSeconds: 60 }, secret }, 400);
    const longer = await check({ method: 'PATCH', path: one, body: { ttlSeconds: 2 * DAY }, secret }, 200);
    const { createdAt, expiresAt } = longer.value as { createdAt: string; expiresAt: string };
    assert(Date.parse(expiresAt) - Date.parse(createdAt) >= 2 * DAY * 1000);
    await check({ method: 'DELETE', path: one }, 401);
    await check({ method: 'DELETE', path: one, secret: 'another' }, 403);
    await check({ method: 'DELETE', path: one, secret }, 204);
    await check({ method: 'DELETE', path: one, secret }, 410);
    await check({ method: 'PATCH', path: one, body: { ttlSeconds: DAY }, secret }, 410);
    for (const leaf of ['initial-cluster', 'boot-config']) await check({ path: `${one}/${leaf}` }, 410);
    assert.match((await check({ path: one }, 200)).text, /"state":"revoked"/);
  });

  test('of a token that was never issued', async () => {
    for (const leaf of ['', '/events', '/initial-cluster', '/boot-config'])
      await check({ path: `/v1/tokens/${UNKNOWN}${leaf}` }, 404);
    await check({ method: 'DELETE', path: `/v1/tokens/${UNKNOWN}`, secret: 'any' }, 404);
    await check(
      { method: 'PATCH', path: `/v1/tokens/${UNKNOWN}`, secret: 'any', body: { ttlSeconds: DAY } },
      404,
    );
  });

  test('of a body that is wrong, with what to send instead', async () => {
    const cases: Array<[request: Partial<ApiRequest>, says: RegExp]> = [
      [{ body: { size: 0 } }, /size \\"0\\"/],
      [{ body: { size: 1001 } }, /from 1 to 1000/],
      [{ body: { size: 2.5 } }, /2\.5/],
      [{ body: { size: '3' } }, /\\"size\\" is not a number/],
      [{ body: { size: 3, ttlSeconds: 59 } }, /lives \\"59\\"/],
      [{ body: { seize: 3 } }, /\\"seize\\" is not known here/],
      [{ body: '{"size":' }, /not JSON/],
      [{ body: '[3]' }, /no JSON object/],
      [{ body: 'null' }, /no JSON object/],
      [
        { body: Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), contentType: 'text/plain' },
        /text\/plain/,
      ],
      [{}, /no body/],
    ];
    for (const [request, says] of cases) {
      const { text } = await check({ method: 'POST', path: '/v1/tokens', ...request }, 400);
      assert.match(text, says);
      assert.match(text, /"remedy":/);
    }
    await check({ method: 'POST', path: '/v1/tokens', body: `{"size":3${' '.repeat(20_000)}}` }, 413);
  });

  test('and what nobody asked for here is about limits and the store alone', async () => {
    const declared = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method]) => method !== 'parameters')
        .flatMap(([method, { responses }]) =>
          Object.keys(responses).map((status) => `${method} ${path} ${status}`),
        ),
    );
    const rest = declared.filter((one) => !seen.has(one));
    assert.deepEqual(
      rest.filter((one) => !/ (429|503)$/.test(one)),
      [
        // Only with --create admin, which test/api/who-may.test.ts starts.
        'post /v1/tokens 401',
        'post /v1/tokens 403',
        // A stream, which test/api/events.test.ts reads.
        'get /v1/tokens/{token}/events 200',
      ],
    );
  });

  test('methods that a path has not are refused with those that it has', async () => {
    const { token } = await makeToken(muster.url);
    for (const [method, path, allow] of [
      ['GET', '/v1/tokens', 'POST, OPTIONS'],
      ['PUT', `/v1/tokens/${token}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      ['POST', '/v1/openapi.json', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const { status, headers, text } = await ask(muster.url, { method, path });
      assert.equal(status, 405, text);
      assert.equal(headers.allow, allow);
      assert.equal((await ask(muster.url, { method: 'OPTIONS', path })).headers.allow, allow);
    }
    for (const path of ['/v1', '/v1/', '/v1/nothing', '/v1/tokens/short', `/v1/tokens/${token}/more/of/it`]) {
      const { status, value } = await ask(muster.url, { path });
      assert.equal(status, 404);
      assert.equal((value as { code: string }).code, 'unknown-key');
    }
  });
});
