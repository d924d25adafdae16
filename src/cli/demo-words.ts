import type { DemoMember } from '../demo/demo-cluster.ts';
import type { EtcdProgram } from '../demo/find-etcd.ts';
import type { MemberStatus } from '../demo/member-status.ts';
import { listNames } from '../demo/story.ts';
import type { Teller } from './demo-teller.ts';
import { quote } from './join-output.ts';

/** What begins. */
interface Beginning {
  readonly url: string;
  readonly size: number;
  readonly dialect: 'v2' | 'v3';
  readonly etcd: EtcdProgram;
}

/** Says what is going to be seen, and where else. */
export function introduce(teller: Teller, { url, size, dialect, etcd: { file, version } }: Beginning): void {
  const who = size === 1 ? 'One etcd becomes' : `${size} etcds become`;
  teller.write(`${who} a cluster. All they are told is this URL; open it in a browser to watch:`);
  teller.write('');
  teller.show(url);
  teller.write('');
  teller.write(`etcd ${version} (${file}), discovery over ${dialect}.`);
  teller.write('');
}

/** Says who leads, as the members themselves tell. */
export function conclude(
  teller: Teller,
  members: readonly DemoMember[],
  statuses: readonly MemberStatus[],
): void {
  const leaderId = statuses[0]?.leaderId;
  const named = members.map(({ name }, index) => ({
    name,
    isLeader: statuses[index]?.memberId === leaderId,
  }));
  const leader = named.find(({ isLeader }) => isLeader)?.name ?? String(leaderId);
  const followers = named.filter(({ isLeader }) => !isLeader).map(({ name }) => name);
  const verb = followers.length === 1 ? 'follows' : 'follow';
  const rest = followers.length === 0 ? '' : `; ${listNames(followers)} ${verb}`;
  teller.say(`The cluster is up and takes writes: ${leader} leads${rest}.`);
}

/** What is there at the end. */
interface Outcome {
  readonly url: string;
  readonly etcd: EtcdProgram;
  readonly folder: string;
  readonly members: readonly DemoMember[];
  /** How a person runs Muster. */
  readonly program: string;
}

/** Says what can be done with the cluster. */
export function invite(teller: Teller, { url, etcd, folder, members, program }: Outcome): void {
  const etcdctl = quote(etcd.etcdctl);
  const last = members.at(-1);
  teller.write('');
  teller.write('To try it, in another terminal:');
  teller.write('');
  teller.show(`export ETCDCTL_ENDPOINTS=${members.map(({ clientUrl }) => clientUrl).join(',')}`);
  teller.show(`${etcdctl} member list`);
  teller.show(`${etcdctl} put greeting hello`);
  if (last !== undefined && members.length > 2) {
    teller.write('');
    teller.write(`To lose ${last.name}, and see how it would come back:`);
    teller.write('');
    teller.show(`kill -9 ${last.process.pid}`);
    teller.show(`${program} replace ${url} --name ${last.name}`);
  }
  teller.write('');
  teller.write(`Logs and data: ${folder}`);
  teller.write('Ctrl-C ends all of it, and removes them.');
}
