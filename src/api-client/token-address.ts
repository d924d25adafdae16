import { isToken } from '../registry/token.ts';

/** Where a token is, and where the API is that tells of it. */
export interface TokenAddress {
  readonly token: string;
  /** The service, without a slash at the end: what stands before the token. */
  readonly service: string;
  /** The token in the API, without a slash at the end. */
  readonly api: URL;
}

/**
 * Takes a discovery URL apart.
 *
 * @throws TypeError where the text is no discovery URL
 */
export function parseTokenAddress(text: string): TokenAddress {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new TypeError(`${quote(text)} is not a discovery URL, such as http://10.0.0.5:8087/TOKEN`);
  }
  const { origin, pathname } = new URL(text);
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const token = segments.pop() ?? '';
  if (!isToken(token)) {
    throw new TypeError(
      `${quote(text)} does not end in a token, which has 32 digits 0-9 and a-f, as /new printed it`,
    );
  }
  // A service behind a proxy may have a path of its own; keys of a keys API have one that the API does not.
  const before = segments.join('/').replace(/(?:^|\/)(?:v2\/keys\/)?_etcd\/registry$/, '');
  const service = `${origin}${before === '' ? '' : `/${before}`}`;
  return { token, service, api: new URL(`${service}/v1/tokens/${token}`) };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
