import { type NoReplacement, planReplacement } from '../cluster/replacement.ts';
import { type SurveyedMember, surveyCluster } from '../cluster/survey.ts';
import { watchToken } from '../join/client.ts';
import type { DiscoveredMember } from '../join/discovered-member.ts';
import { openNodeFetch } from '../join/node/node-fetch.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { formatManual } from './manual.ts';
import { parseReplaceArguments, REPLACE_MANUAL, type ReplaceArguments } from './replace-arguments.ts';
import { formatReplacement, formatReplacementJson, type ReplacementReport } from './replace-output.ts';
import { askService } from './service-command.ts';
import { emphasisFor, formatProblem } from './terminal.ts';

const NO_REPLACEMENT_EXIT_CODES: Readonly<Record<NoReplacement['kind'], number>> = {
  unclear: EXIT_CODES.usageError,
  alive: 10,
  impossible: 11,
};

/** A person waits for it. */
const RETRY_FOR_MS = 15_000;

/** `muster replace`. */
export const replaceCommand: Command = {
  name: 'replace',
  summary: 'Say how a lost machine comes back to its cluster.',
  manual: REPLACE_MANUAL,
  help: (context) => formatManual('replace', REPLACE_MANUAL, context),
  run(args, context) {
    const wanted = parseReplaceArguments(args);
    if (wanted === undefined) {
      context.stdout.write(formatManual('replace', REPLACE_MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    return askService('replace', context, (signal) => replace(wanted, context, signal));
  },
};

async function replace(wanted: ReplaceArguments, context: CliContext, signal: AbortSignal): Promise<number> {
  const registered = wanted.url === undefined ? [] : await readMembers(wanted.url, wanted, signal);
  const members = await survey(registered, wanted, signal);
  const { member, peerUrls, isForced, format } = wanted;
  const plan = planReplacement(members, { member, peerUrls, registered, isForced });
  if (plan.kind !== 'replacement') {
    context.stderr.write(formatProblem(plan.problem, plan.remedy));
    return NO_REPLACEMENT_EXIT_CODES[plan.kind];
  }
  for (const { problem } of plan.warnings)
    context.stderr.write(formatProblem(`forced: ${problem}`, undefined));
  const endpoints = endpointsOf(members, plan.remove, wanted.endpoints);
  const report: ReplacementReport = { members, plan, endpoints, files: wanted.clientTls.files };
  const text =
    format === 'json'
      ? formatReplacementJson(report)
      : formatReplacement(report, format, emphasisFor(context.stdout, context.env));
  context.stdout.write(text);
  return EXIT_CODES.ok;
}

/** Who has registered so far. */
async function readMembers(
  url: string,
  { tls }: ReplaceArguments,
  signal: AbortSignal,
): Promise<readonly DiscoveredMember[]> {
  const states = watchToken(url, { tls: tls.texts, signal, retryForMs: RETRY_FOR_MS });
  for await (const { members } of states) return members;
  return [];
}

async function survey(
  registered: readonly DiscoveredMember[],
  { endpoints, peerTls, clientTls }: ReplaceArguments,
  signal: AbortSignal,
): Promise<readonly SurveyedMember[]> {
  const peers = openNodeFetch(peerTls.texts);
  const clients = openNodeFetch(clientTls.texts);
  // Whoever names the cluster means that one, whoever has the addresses of the token now.
  const peerUrls = endpoints.length > 0 ? [] : registered.flatMap((member) => member.peerUrls);
  try {
    const places = { peerUrls, endpoints, peerFetch: peers.fetch, clientFetch: clients.fetch };
    return await surveyCluster(places, signal);
  } finally {
    peers.close();
    clients.close();
  }
}

/** Those that were given, unless they are for peers; else those of living members that stay; where none of them tells one, those of all that stay. */
function endpointsOf(
  members: readonly SurveyedMember[],
  removed: string | undefined,
  given: readonly string[],
): readonly string[] {
  const peerUrls = new Set(members.flatMap((member) => member.peerUrls));
  if (given.length > 0 && given.every((url) => !peerUrls.has(url))) return given;
  const staying = members.filter(({ id }) => id !== removed);
  const alive = staying.filter(({ state }) => state !== 'silent');
  const urls = (some: readonly SurveyedMember[]): string[] => some.flatMap(({ clientUrls }) => clientUrls);
  return urls(alive).length > 0 ? urls(alive) : urls(staying);
}
