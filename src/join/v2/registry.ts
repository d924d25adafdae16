import type { RegisteredMember } from '../discovered-member.ts';
import { type DiscoveryError, isDiscoveryError } from '../discovery-error.ts';
import { type Fetch, type HttpAnswer, REQUEST_TIMEOUT_MS, sendRequest } from '../http.ts';
import { parseSize } from '../parse-size.ts';
import type { MemberList, RegistryClient } from '../registry-client.ts';
import { type RetryPolicy, retry, Unanswered } from '../retry.ts';
import { membersOf, readError, readNode, toMember, type V2Node } from './answers.ts';
import { openTokenUrl, type TokenUrl } from './token-url.ts';

/** What a token's client over HTTP needs. */
export interface V2RegistryOptions {
  /** The discovery URL. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly policy: RetryPolicy;
}

/** The query of etcd's reads, in its order. */
const PLAIN = { quorum: 'false', recursive: 'false', sorted: 'false' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/**
 * A token of a discovery service that speaks etcd's v2 keys API. Requests are those of etcd itself
 * (etcd-io/etcd@v3.4.23:etcdserver/api/v2discovery/discovery.go), so any service that it can use will do.
 *
 * @throws TypeError where the text is no URL
 */
export function openV2Registry({ url, fetch, policy }: V2RegistryOptions): RegistryClient {
  return new V2Registry(url, openTokenUrl(url), fetch, policy);
}

class V2Registry implements RegistryClient {
  readonly salt: string;
  readonly #url: TokenUrl;
  readonly #fetch: Fetch;
  readonly policy: RetryPolicy;

  constructor(salt: string, url: TokenUrl, fetch: Fetch, policy: RetryPolicy) {
    this.salt = salt;
    this.#url = url;
    this.#fetch = fetch;
    this.policy = policy;
  }

  async readSize(signal: AbortSignal): Promise<number> {
    const url = this.#url.key('_config/size', PLAIN);
    return parseSize(readNode(await this.#get(url, signal), url).value);
  }

  async list(signal: AbortSignal): Promise<MemberList> {
    const url = this.#url.folder(PLAIN);
    const answer = await this.#get(url, signal);
    const folder = readNode(answer, url);
    // Pages of other origins may not see the header. The newest index in the list is older, but no event after
    // the list is before it.
    const newest = Math.max(folder.modifiedIndex, ...folder.nodes.map(({ modifiedIndex }) => modifiedIndex));
    return { members: membersOf(folder), revision: Number(answer.headers.get('X-Etcd-Index') ?? newest) };
  }

  async register(memberId: string, value: string, signal: AbortSignal): Promise<void> {
    let isUncertain = false;
    const put = async (): Promise<V2Node> => {
      try {
        return await this.#put(memberId, value, signal);
      } catch (error) {
        // Services that do not answer a repetition as the first time call it a duplicate of itself.
        if (isUncertain && isDiscoveryError(error, 'duplicate'))
          return this.#ownNode(memberId, value, error, signal);
        isUncertain ||= error instanceof Unanswered;
        throw error;
      }
    };
    const { createdIndex } = await retry(this.policy, signal, put);
    await this.#watchSelf(memberId, createdIndex, signal);
  }

  async *watch(fromRevision: number, signal: AbortSignal): AsyncGenerator<RegisteredMember> {
    for (let index = fromRevision; ; ) {
      const url = this.#url.folder({ recursive: 'true', wait: 'true', waitIndex: String(index) });
      const node = await this.#poll(url, signal);
      index = Math.max(index, node.modifiedIndex) + 1;
      const member = toMember(node);
      if (member !== undefined) yield member;
    }
  }

  close(): void {}

  #get(url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    return retry(this.policy, signal, () => this.#getOnce(url, signal));
  }

  #getOnce(url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    return sendRequest({ fetch: this.#fetch, method: 'GET', url, signal, timeoutMs: REQUEST_TIMEOUT_MS });
  }

  async #put(memberId: string, value: string, signal: AbortSignal): Promise<V2Node> {
    const url = this.#url.key(memberId, { prevExist: 'false' });
    const body = new URLSearchParams({ value }).toString();
    const request = { fetch: this.#fetch, method: 'PUT', url, headers: FORM, body, signal } as const;
    return readNode(await sendRequest({ ...request, timeoutMs: REQUEST_TIMEOUT_MS }), url);
  }

  /** The member as it stands, if that is what was to be registered. */
  async #ownNode(
    memberId: string,
    value: string,
    error: DiscoveryError,
    signal: AbortSignal,
  ): Promise<V2Node> {
    const url = this.#url.key(memberId, PLAIN);
    const node = readNode(await this.#getOnce(url, signal), url);
    if (node.value !== value) throw error;
    return node;
  }

  /**
   * A member asks for its own key as soon as it is registered. It is the receipt by which a service knows that the
   * member has its answer; what comes back is of no interest here, nor is it worth a failure.
   */
  async #watchSelf(memberId: string, createdIndex: number, signal: AbortSignal): Promise<void> {
    const parameters = { recursive: 'false', wait: 'true', waitIndex: String(createdIndex) };
    try {
      await this.#getOnce(this.#url.key(memberId, parameters), signal);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }

  /** One long poll. Go's server ends it after a minute, with nothing. */
  async #poll(url: URL, signal: AbortSignal): Promise<V2Node> {
    const answer = await sendRequest({ fetch: this.#fetch, method: 'GET', url, signal });
    const errorCode = readError(answer)?.errorCode;
    // 401: the history is gone; 400: the store was restored from a snapshot.
    if (errorCode === 401 || errorCode === 400)
      throw new Unanswered(`${url.host} has forgotten what to tell`);
    if (answer.status === 200 && answer.text === '') throw new Unanswered(`${url.host} ended a watch`);
    return readNode(answer, url);
  }
}
