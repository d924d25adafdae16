import type { Replacement } from '../cluster/replacement.ts';
import type { SurveyedMember } from '../cluster/survey.ts';
import { listNames } from '../demo/story.ts';
import { formatSettings, quote } from './join-output.ts';
import type { TlsFileOptions } from './join-tls.ts';
import type { Emphasis } from './terminal.ts';

/** Everything that the lines are made of. */
export interface ReplacementReport {
  readonly members: readonly SurveyedMember[];
  readonly plan: Replacement;
  /** Where etcdctl finds the members that stay. */
  readonly endpoints: readonly string[];
  /** What etcdctl shows and trusts there. */
  readonly files: TlsFileOptions;
}

/** The commands that change the cluster, word by word. */
export function commandsOf({ plan, endpoints, files }: ReplacementReport): readonly (readonly string[])[] {
  const { ca, cert, key } = files;
  const tls = endpoints.some((url) => url.startsWith('https:'))
    ? Object.entries({ cacert: ca, cert, key }).flatMap(([flag, file]) =>
        file === undefined ? [] : [`--${flag}=${file}`],
      )
    : [];
  const etcdctl = ['etcdctl', `--endpoints=${endpoints.join(',')}`, ...tls, 'member'];
  const learner = plan.isLearner ? ['--learner'] : [];
  const add = ['add', plan.name, ...learner, `--peer-urls=${plan.peerUrls.join(',')}`];
  return [
    ...(plan.remove === undefined ? [] : [[...etcdctl, 'remove', plan.remove]]),
    ...(plan.isToAdd ? [[...etcdctl, ...add]] : []),
  ];
}

/** What the new member is started with, by the names of etcd's flags. */
export function settingsOf({ name, peerUrls, initialCluster }: Replacement): readonly [string, string][] {
  return [
    ['name', name],
    ['initial-advertise-peer-urls', peerUrls.join(',')],
    ['initial-cluster', initialCluster],
    ['initial-cluster-state', 'existing'],
  ];
}

/** All of it for programs. */
export function formatReplacementJson(report: ReplacementReport): string {
  const { members, plan } = report;
  const { name, peerUrls, initialCluster, isLearner } = plan;
  const document = {
    ...{ name, peerUrls, isLearner, remove: plan.remove ?? null },
    commands: commandsOf(report),
    ...{ initialCluster, initialClusterState: 'existing' },
    members: members.map((member) => ({
      ...{ id: member.id, name: member.name, peerUrls: member.peerUrls, clientUrls: member.clientUrls },
      ...{ isLearner: member.isLearner, state: member.state },
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** All of it for a person, in the form of a shell script whose last line needs the machine's own flags. */
export function formatReplacement(
  report: ReplacementReport,
  format: 'flags' | 'env' | 'yaml',
  strong: Emphasis,
): string {
  const { members, plan } = report;
  const commands = commandsOf(report).map((words) => `${strong(words.map(quote).join(' '))}\n`);
  const settings = formatSettings(format, settingsOf(plan));
  const what =
    plan.remove === undefined ? `Put ${plan.name} in` : `Take the lost ${plan.name} out, and the new one in`;
  return [
    `# ${describeMembers(members)}\n\n`,
    commands.length === 0
      ? `# 1. ${plan.name} has been added already, and has not started.\n\n`
      : `# 1. ${what}, with etcdctl, anywhere. ${UNHEALTHY}\n\n${commands.join('')}\n`,
    `# 2. On the machine of ${plan.name}, remove the data folder of etcd, and take --discovery or\n`,
    '#    --discovery-token (ETCD_DISCOVERY, ETCD_DISCOVERY_TOKEN) out of its configuration.\n',
    '#    Then start it with its other settings and these:\n\n',
    format === 'flags' ? `${strong(`etcd ${settings.trimEnd()}`)}\n` : settings,
  ].join('');
}

/** etcd-io/etcd:server/etcdserver/server.go, mayAddMember: all members must have been connected for `HealthInterval`. */
const UNHEALTHY = `Where etcd says\n#    "unhealthy cluster", its members have been together for less than 5 s: try again.`;

function describeMembers(members: readonly SurveyedMember[]): string {
  const label = ({ name, id }: SurveyedMember): string => (name === '' ? id : name);
  const alive = members.filter(({ state }) => state !== 'silent').map(label);
  const silent = members.filter(({ state }) => state === 'silent');
  const count = `The cluster has ${members.length} ${members.length === 1 ? 'member' : 'members'}`;
  const verb = alive.length === 1 ? 'answers' : 'answer';
  if (silent.length === 0) return `${count}, and ${listNames(alive)} ${verb}.`;
  const named = silent.map((member) => (member.name === '' ? member.id : `${member.name} (${member.id})`));
  const not = silent.length === 1 ? 'does not' : 'do not';
  return `${count}. As seen from here, ${listNames(alive)} ${verb}, ${listNames(named)} ${not}.`;
}
