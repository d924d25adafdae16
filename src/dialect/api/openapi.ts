import { CLOUDS, DEFAULT_ETCD_VERSION, PLATFORMS } from '../../boot-config/boot-config.ts';
import { LIMITS } from '../../limits.ts';
import { FINDING_IDS } from '../../registry/findings.ts';
import { SCHEMAS } from './schemas.ts';

/** The OpenAPI document of the API, as a JSON value (spec.openapis.org, 3.1.0). */
export function describeApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Muster',
      version,
      summary: 'Cluster discovery for etcd: tokens, and what is registered under them.',
      description:
        "For programs that are no member of a cluster. Members register over etcd's own protocols, v2 and v3. " +
        'Whoever has a token may read it; extending and revoking take its management secret.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/v1/tokens': { post: CREATE },
      '/v1/tokens/{token}': { parameters: [TOKEN], get: READ, patch: EXTEND, delete: REVOKE },
      '/v1/tokens/{token}/events': { parameters: [TOKEN], get: EVENTS },
      '/v1/tokens/{token}/boot-config': { parameters: [TOKEN], get: BOOT_CONFIG },
      '/v1/tokens/{token}/initial-cluster': { parameters: [TOKEN], get: INITIAL_CLUSTER },
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        managementSecret: {
          type: 'http',
          scheme: 'bearer',
          description: 'The management secret of the token, or the admin token of the service.',
        },
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The admin token of the service, where it lets only its operator make tokens.',
        },
      },
    },
  };
}

const TOKEN = {
  name: 'token',
  in: 'path',
  required: true,
  description: 'The last part of a discovery URL.',
  schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
};

const json = (schema: string): object => ({
  'application/json': { schema: { $ref: `#/components/schemas/${schema}` } },
});

const problem = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const UNKNOWN = problem('The token was never issued here, or is forgotten.');
const OVER = problem('The token has expired or was revoked.');
const LATER = problem('Too many requests; `Retry-After` says when to come again.');
const UNAVAILABLE = problem('The store cannot be used at the moment.');

const CREATE = {
  operationId: 'createToken',
  summary: 'Make a token.',
  security: [{}, { adminToken: [] }],
  requestBody: { required: true, content: json('NewToken') },
  responses: {
    '201': {
      description: 'The token, and its management secret, which is not told again.',
      headers: { Location: { description: 'The token in this API.', schema: { type: 'string' } } },
      content: json('CreatedToken'),
    },
    '400': problem('The size, the life or the body is wrong.'),
    '401': problem('Only the operator makes tokens here.'),
    '403': problem("Not the operator's token, or not from the machine of the service."),
    '413': problem(`The body is over ${LIMITS.bodyMaxBytes} bytes.`),
    '429': LATER,
    '503': UNAVAILABLE,
  },
};

const READ = {
  operationId: 'readToken',
  summary: 'Read all that is known of a token, also when it is over.',
  responses: {
    '200': { description: 'The report.', content: json('TokenReport') },
    '404': UNKNOWN,
    '429': LATER,
    '503': UNAVAILABLE,
  },
};

const EXTEND = {
  operationId: 'extendToken',
  summary: 'Give a token a later end.',
  security: [{ managementSecret: [] }],
  requestBody: { required: true, content: json('Extension') },
  responses: {
    '200': { description: 'The report with the new end.', content: json('TokenReport') },
    '400': problem('The time is wrong, or would end the token sooner.'),
    '401': problem('There is no management secret.'),
    '403': problem('It is not the management secret of this token.'),
    '404': UNKNOWN,
    '410': OVER,
    '503': UNAVAILABLE,
  },
};

const REVOKE = {
  operationId: 'revokeToken',
  summary: 'End a token before its time. Nothing brings it back.',
  security: [{ managementSecret: [] }],
  responses: {
    '204': { description: 'It is revoked.' },
    '401': problem('There is no management secret.'),
    '403': problem('It is not the management secret of this token.'),
    '404': UNKNOWN,
    '410': OVER,
    '503': UNAVAILABLE,
  },
};

const EVENTS = {
  operationId: 'followToken',
  summary: 'Follow a token as Server-Sent Events.',
  description:
    'Begins with `open`, a `TokenState`. Then `member` (a `Member`), `removed` (its `id`) and `election`, and `state` (a ' +
    '`TokenState`) after each of them; `attempt` (the findings) when a registration was refused. The stream ends with ' +
    'the token. The id of an event is the revision that all before it is known at: send it back as `Last-Event-ID`.',
  parameters: [
    {
      name: 'Last-Event-ID',
      in: 'header',
      description: 'The id of the last event that was seen: only later ones are told.',
      schema: { type: 'string', pattern: '^[0-9]+$' },
    },
  ],
  responses: {
    '200': { description: 'The events.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    '404': UNKNOWN,
    '429': LATER,
    '503': UNAVAILABLE,
  },
  'x-finding-ids': FINDING_IDS,
};

const queryOf = (name: string, description: string, schema: object): object => ({
  name,
  in: 'query',
  description,
  schema,
});

const BOOT_CONFIG = {
  operationId: 'readBootConfig',
  summary: 'What machines are told of the token, for a platform and a version of etcd.',
  parameters: [
    queryOf('platform', 'Where etcd runs.', { enum: PLATFORMS.map(({ id }) => id), default: 'flags' }),
    queryOf('etcd', 'The version, such as 3.6.', { type: 'string', default: DEFAULT_ETCD_VERSION }),
    queryOf('dialect', 'Where the version leaves a choice.', { enum: ['v2', 'v3'] }),
    queryOf('token-form', 'What --discovery-token is in v3.', { enum: ['url', 'bare'], default: 'url' }),
    queryOf('cloud', 'Where machines get their address from metadata.', { enum: CLOUDS.map(({ id }) => id) }),
    queryOf('name', 'The name of the member. Default: what the platform has for it.', { type: 'string' }),
    queryOf('address', 'Its address. Default: what the platform has for it.', { type: 'string' }),
    queryOf('file', 'Only this file, as it is.', { type: 'string' }),
  ],
  responses: {
    '200': {
      description: 'The files and notes; with `file`, its text.',
      content: { ...json('BootConfig'), 'text/plain': { schema: { type: 'string' } } },
    },
    '400': problem('There is no such platform, version or file, or they do not go together.'),
    '404': UNKNOWN,
    '410': OVER,
    '429': LATER,
    '503': UNAVAILABLE,
  },
};

const INITIAL_CLUSTER = {
  operationId: 'readInitialCluster',
  summary: "The value of etcd's --initial-cluster, once all members are there.",
  responses: {
    '200': { description: 'One line.', content: { 'text/plain': { schema: { type: 'string' } } } },
    '404': UNKNOWN,
    '409': problem('Members are missing.'),
    '410': OVER,
    '429': LATER,
    '503': UNAVAILABLE,
  },
};
