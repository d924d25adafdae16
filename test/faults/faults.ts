import { setTimeout as pause } from 'node:timers/promises';
import type { EtcdMember } from '../support/etcd.ts';
import type { ProxyMode } from '../support/fault-proxy.ts';
import type { Random } from '../support/seeded-random.ts';
import type { Site } from './site.ts';

/** Something that goes wrong for a while. Resolves when all is as it was. */
export type Fault = (site: Site, random: Random) => Promise<void>;

/** How long a fault lasts: shorter and longer than an election, a deadline and a back-off. */
const lasting = (random: Random): Promise<void> => pause(random.integer(50, 2500));

async function restart(members: readonly EtcdMember[], random: Random): Promise<void> {
  for (const member of members) {
    member.program.kill('SIGKILL');
    await member.program.exited;
  }
  await lasting(random);
  for (const member of members) await member.start();
  for (const member of members) await member.waitHealthy();
}

async function freeze(member: EtcdMember, random: Random): Promise<void> {
  member.program.kill('SIGSTOP');
  await lasting(random);
  member.program.kill('SIGCONT');
  await member.waitHealthy();
}

/** What the network between one replica, or all, and one member, or all, does. */
async function disturb({ replicas }: Site, random: Random, mode: ProxyMode): Promise<void> {
  const those = random.chance(0.3) ? replicas : [random.pick(replicas)];
  const place = random.chance(0.4) ? undefined : random.integer(0, 2);
  const proxies = those.flatMap((replica) =>
    replica.proxies.filter((_, index) => place === undefined || index === place),
  );
  for (const proxy of proxies) proxy.set(mode);
  await lasting(random);
  for (const proxy of proxies) proxy.set('pass');
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'a member is killed': ({ cluster }, random) => restart([random.pick(cluster.all)], random),
  'the leader is killed': async ({ cluster }, random) => restart([await cluster.leader()], random),
  'the majority is killed': ({ cluster }, random) => {
    const spared = random.integer(0, cluster.all.length - 1);
    return restart(
      cluster.all.filter((_, index) => index !== spared),
      random,
    );
  },
  'a member is frozen': ({ cluster }, random) => freeze(random.pick(cluster.all), random),
  'the leader is frozen': async ({ cluster }, random) => freeze(await cluster.leader(), random),
  'a replica is killed': async ({ replicas }, random) => {
    const { muster } = random.pick(replicas);
    await muster.kill9();
    await lasting(random);
    await muster.restart();
  },
  'connections are cut': (site, random) => disturb(site, random, 'cut'),
  'connections stall': (site, random) => disturb(site, random, 'stall'),
  'answers are lost': (site, random) => disturb(site, random, 'mute'),
  'answers are late': (site, random) => disturb(site, random, random.integer(20, 700)),
  'connections are cut again and again': async ({ replicas }, random) => {
    for (let cuts = random.integer(3, 12); cuts > 0; cuts--) {
      const { proxies } = random.pick(replicas);
      for (const proxy of proxies) proxy.set('cut');
      await pause(random.integer(5, 60));
      for (const proxy of proxies) proxy.set('pass');
      await pause(random.integer(20, 300));
    }
  },
};
