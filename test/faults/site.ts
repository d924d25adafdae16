import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import type { EtcdVersion } from '../support/peers.ts';

/** A Muster of several, with a proxy of its own before each etcd member. */
export interface Replica {
  readonly muster: Muster;
  readonly proxies: readonly FaultProxy[];
}

/** Several Musters on one etcd cluster. */
export interface Site extends AsyncDisposable {
  readonly cluster: EtcdCluster;
  readonly replicas: readonly Replica[];
}

/** Starts it, with folders below `dir`. */
export async function startSite(version: EtcdVersion, dir: string, replicas: number): Promise<Site> {
  const stack = new AsyncDisposableStack();
  try {
    const cluster = stack.use(await startEtcdCluster(version, dir));
    const all: Replica[] = [];
    for (let number = 0; number < replicas; number++) {
      const proxies: FaultProxy[] = [];
      // Each replica begins with another member.
      for (let place = 0; place < cluster.endpoints.length; place++) {
        const endpoint = cluster.endpoints[(place + number) % cluster.endpoints.length] ?? '';
        proxies.push(stack.use(await startFaultProxy(endpoint)));
      }
      const store = `etcd:${proxies.map(({ url }) => url).join(',')}`;
      const args = ['--rate-limit', 'off', '--log-level', 'warn'];
      all.push({ muster: stack.use(await startMuster({ store, args })), proxies });
    }
    return { cluster, replicas: all, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Ends what it was given in the reverse order. Node 20 has no such class of its own. */
class AsyncDisposableStack {
  readonly #all: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#all.push(resource);
    return resource;
  }

  async disposeAsync(): Promise<void> {
    for (const resource of this.#all.splice(0).reverse()) await resource[Symbol.asyncDispose]();
  }
}
