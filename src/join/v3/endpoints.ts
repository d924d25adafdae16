import { type GrpcClient, openGrpcClient } from '../../grpc/client.ts';
import type { TlsFiles } from '../options.ts';

/** Several addresses of one service, of which one is in use. */
export class Endpoints {
  readonly #urls: readonly URL[];
  readonly #tls: TlsFiles;
  #index = 0;
  #client: GrpcClient | undefined;

  /**
   * @param endpoints `http://host:port` or `https://host:port`; `host:port` is plain text, unless there is TLS
   * @throws TypeError where there is none, or one is no address
   */
  constructor(endpoints: readonly string[], tls: TlsFiles) {
    const scheme = (tls.ca ?? tls.cert) ? 'https' : 'http';
    this.#urls = endpoints.map((text) => new URL(text.includes('://') ? text : `${scheme}://${text}`));
    this.#tls = tls;
    if (endpoints.length === 0) throw new TypeError('a token that is no URL needs endpoints');
    const odd = this.#urls.find(({ protocol }) => !/^https?:$/.test(protocol));
    if (odd !== undefined) throw new TypeError(`an endpoint begins with http:// or https://: ${odd.href}`);
  }

  /** The address in use, for people. */
  get host(): string {
    return this.#urls[this.#index]?.host ?? '';
  }

  get client(): GrpcClient {
    this.#client ??= openGrpcClient(this.#urls[this.#index]?.origin ?? '', this.#tls);
    return this.#client;
  }

  /** Leaves the address in use for the next one. */
  next(): void {
    this.close();
    this.#index = (this.#index + 1) % this.#urls.length;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
