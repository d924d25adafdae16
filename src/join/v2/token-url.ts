/** The addresses below a discovery URL. */
export interface TokenUrl {
  /** The folder of the members, as the URL spells it. */
  folder(query: Readonly<Record<string, string>>): URL;
  /** A key in it, such as `_config/size`. */
  key(name: string, query: Readonly<Record<string, string>>): URL;
}

/**
 * Takes a discovery URL apart. Its path is used as it is, its own query rides on every request, and a user name or
 * a fragment in it reaches nobody, all as with etcd.
 *
 * @throws TypeError where the text is no URL of http or https
 */
export function openTokenUrl(text: string): TokenUrl {
  const base = new URL(text);
  if (!/^https?:$/.test(base.protocol))
    throw new TypeError(`a discovery URL begins with http:// or https://: ${text}`);
  base.username = '';
  base.password = '';
  base.hash = '';
  const folderPath = base.pathname;
  const keysPath = folderPath.replace(TRAILING_SLASHES, '');
  const at = (path: string, query: Readonly<Record<string, string>>): URL => {
    const url = new URL(base);
    url.pathname = path;
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    return url;
  };
  return {
    folder: (query) => at(folderPath, query),
    key: (name, query) => at(`${keysPath}/${name}`, query),
  };
}

const TRAILING_SLASHES = /\/+$/;
