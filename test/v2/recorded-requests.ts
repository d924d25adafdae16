/** The versions whose requests differ on the wire; the last one stands for 2.2 to 3.6. */
export const RECORDED_VERSIONS = ['2.0.13', '2.1.3', '3.4.23'] as const;
export type RecordedVersion = (typeof RECORDED_VERSIONS)[number];

const READ_QUERIES: Readonly<Record<RecordedVersion, string>> = {
  '2.0.13': 'recursive=false',
  '2.1.3': 'recursive=false&sorted=false',
  '3.4.23': 'quorum=false&recursive=false&sorted=false',
};

/** Requests byte for byte as members sent them, with the host and the path of the discovery URL filled in. */
export class RecordedRequests {
  readonly #host: string;
  readonly #path: string;
  readonly #readQuery: string;
  readonly #ridesBefore: string;
  readonly #ridesAfter: string;

  /**
   * @param host of the `Host` header
   * @param path of the discovery URL, or the whole URL for a client behind `--discovery-proxy`
   * @param rides the discovery URL's own parameters, which go along on every request in the order of their names:
   *   those that come before `prevExist`, and those that come after `waitIndex`
   */
  constructor(
    version: RecordedVersion,
    host: string,
    path: string,
    rides: readonly [string, string] = ['', ''],
  ) {
    this.#host = host;
    this.#path = path;
    this.#readQuery = READ_QUERIES[version];
    this.#ridesBefore = rides[0] === '' ? '' : `${rides[0]}&`;
    this.#ridesAfter = rides[1] === '' ? '' : `&${rides[1]}`;
  }

  size(): string {
    return this.#get(`${this.#keyPath}/_config/size`, this.#readQuery);
  }

  list(): string {
    return this.#get(this.#path, this.#readQuery);
  }

  register(memberId: string, name: string, peerUrl: string): string {
    return formRequest(
      this.#host,
      `${this.#keyPath}/${memberId}?${this.#ridden('prevExist=false')}`,
      `value=${encodeURIComponent(`${name}=${peerUrl}`)}`,
    );
  }

  watchSelf(memberId: string, waitIndex: number): string {
    return this.#get(`${this.#keyPath}/${memberId}`, `recursive=false&wait=true&waitIndex=${waitIndex}`);
  }

  watchOthers(waitIndex: number): string {
    return this.#get(this.#path, `recursive=true&wait=true&waitIndex=${waitIndex}`);
  }

  /** A slash at the end of the discovery URL stays for the folder, and is not doubled for keys in it. */
  get #keyPath(): string {
    return this.#path.replace(/\/$/, '');
  }

  #get(path: string, query: string): string {
    return getRequest(this.#host, `${path}?${this.#ridden(query)}`);
  }

  #ridden(query: string): string {
    return `${this.#ridesBefore}${query}${this.#ridesAfter}`;
  }
}

/** A GET as Go's client sends it. */
export function getRequest(host: string, target: string): string {
  return [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Go-http-client/1.1',
    'Accept-Encoding: gzip',
    '\r\n',
  ].join('\r\n');
}

/** A PUT of a form as Go's client sends it. etcd 0.4 adds a parameter to the media type. */
export function formRequest(
  host: string,
  target: string,
  body: string,
  mediaType = 'application/x-www-form-urlencoded',
): string {
  return [
    `PUT ${target} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Go-http-client/1.1',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Content-Type: ${mediaType}`,
    'Accept-Encoding: gzip',
    '',
    body,
  ].join('\r\n');
}
