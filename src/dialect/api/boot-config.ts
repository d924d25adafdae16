import {
  type BootConfigRequest,
  type CloudId,
  createBootConfig,
  type Dialect,
  type PlatformId,
} from '../../boot-config/boot-config.ts';
import { isMusterError, MusterError } from '../../errors.ts';
import { type Exchange, sendText } from '../../http/exchange.ts';
import { sendJson } from './answers.ts';
import { serviceOf, type TokensOptions } from './tokens.ts';

/** What may be asked for, by the parameters of the query. */
const PARAMETERS = ['platform', 'etcd', 'dialect', 'token-form', 'cloud', 'name', 'address', 'file'] as const;

/** What the platform is where none is named: lines for a shell. */
const DEFAULT_PLATFORM = 'flags';

/**
 * `GET /v1/tokens/<token>/boot-config`: what machines are told of the token, for a platform and a version of etcd. With
 * `file`, that one file as it is.
 */
export async function readBootConfig(
  exchange: Exchange,
  token: string,
  options: TokensOptions,
): Promise<void> {
  // What is over starts no machine.
  const { content } = await options.registry.read(token);
  const query = readQuery(exchange.query);
  const discoveryUrl = `${serviceOf(exchange, options)}/${token}`;
  const config = refusing(() =>
    createBootConfig({
      discoveryUrl,
      platform: (query.get('platform') ?? DEFAULT_PLATFORM) as PlatformId,
      etcdVersion: query.get('etcd'),
      dialect: query.get('dialect') as Dialect | undefined,
      tokenForm: query.get('token-form') as BootConfigRequest['tokenForm'],
      cloud: query.get('cloud') as CloudId | undefined,
      name: query.get('name'),
      address: query.get('address'),
      size: content.record.size,
    }),
  );
  const wanted = query.get('file');
  if (wanted === undefined) return sendJson(exchange, 200, config);
  const file = config.files.find(({ name }) => name === wanted);
  if (file === undefined) {
    throw new MusterError('bad-request', `there is no file "${wanted.slice(0, 64)}"`, {
      remedy: `for this platform there is ${config.files.map(({ name }) => name).join(', ')}`,
    });
  }
  sendText(exchange, 200, file.text, ['Cache-Control', 'no-store']);
}

function readQuery(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.some((known) => known === name)) {
      throw new MusterError('bad-request', `"${name.slice(0, 64)}" is no parameter of this`, {
        remedy: `there are ${PARAMETERS.join(', ')}`,
      });
    }
    if (value !== '') given.set(name, value);
  }
  return given;
}

/** What is no good here came with the request, and is no setting of the operator. */
function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isMusterError(error, 'bad-setting')) throw error;
    const { message, remedy } = error;
    throw new MusterError('bad-request', message, remedy === undefined ? {} : { remedy });
  }
}
