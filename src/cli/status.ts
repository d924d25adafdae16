import { readReport } from '../api-client/api-client.ts';
import { followReports } from '../api-client/follow.ts';
import { systemClock } from '../clock/clock.ts';
import type { CallOptions } from '../join/options.ts';
import { isOver, type TokenReport } from '../registry/token-report.ts';
import { parseArguments } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import { openProgress } from './join-progress.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';
import { callOptionsOf, SERVICE_FLAGS } from './service-arguments.ts';
import { askService, SERVICE_EXIT_CODES } from './service-command.ts';
import { emphasisFor, textWidth } from './terminal.ts';
import { formatState, formatStatus, type StatusReader } from './token-status.ts';
import { formatJson } from './token-table.ts';

const FLAGS = {
  watch: { help: 'tell what happens as it happens, until the cluster is complete or the token is over' },
  json: { help: 'print the report as JSON; with --watch, a line each time that something changed' },
  ...SERVICE_FLAGS,
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['URL [--watch] [--json]'],
  about: [
    'Tells how the cluster of a discovery URL stands: who has registered, who is missing, what is the matter and what to do about it. What only the machines themselves can see, such as whether they reach each other, "muster doctor" finds out on one of them.',
  ],
  flags: FLAGS,
  examples: [
    'muster status http://10.0.0.5:8087/TOKEN',
    'muster status http://10.0.0.5:8087/TOKEN --watch',
    "muster status http://10.0.0.5:8087/TOKEN --json | jq -r '.members[].name'",
  ],
  exitCodes: [['0', 'the token is open or complete; with --watch, complete'], ...SERVICE_EXIT_CODES],
};

const OVER_EXIT_CODE = 5;

/** `muster status`. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Tell how the cluster of a token stands.',
  manual: MANUAL,
  help: (context) => formatManual('status', MANUAL, context),
  run(args, context) {
    const { values, words, isHelp } = parseArguments('status', args, FLAGS, 2);
    if (isHelp) {
      context.stdout.write(formatManual('status', MANUAL, context));
      return Promise.resolve(EXIT_CODES.ok);
    }
    const url = parseDiscoveryUrl('status', words);
    return askService('status', context, async (signal) => {
      const options = callOptionsOf(values, signal);
      const json = values.json === true;
      const report =
        values.watch === true ? await watch(url, options, json, context) : await readReport(url, options);
      if (!json) context.stdout.write(formatStatus(report, readerOf(context)));
      else if (values.watch !== true) context.stdout.write(formatLine(report));
      return isOver(report) ? OVER_EXIT_CODE : EXIT_CODES.ok;
    });
  },
};

/** Tells what happens until nothing more is to be waited for, and answers how it stands then. */
async function watch(
  url: string,
  options: CallOptions,
  json: boolean,
  context: CliContext,
): Promise<TokenReport> {
  const progress = openProgress(context.stderr, context.env, systemClock);
  const onRetry = (reason: string, delayMs: number): void =>
    progress.note(`${reason}; asking again in ${Math.ceil(delayMs / 1000)} s`);
  let before: TokenReport | undefined;
  try {
    for await (const report of followReports(url, { ...options, retryForMs: WATCH_RETRY_MS, onRetry })) {
      for (const note of json ? [] : newsOf(before, report)) progress.note(note);
      if (json) context.stdout.write(formatLine(report));
      else progress.state(formatState(report));
      before = report;
      // That the reader is gone, such as head, shows in the turn after the write.
      await new Promise(setImmediate);
      if (report.state !== 'open' || context.isOutputClosed?.() === true) return report;
    }
  } finally {
    progress.end();
  }
  // The stream of a token ends with its end only.
  return before ?? (await readReport(url, options));
}

/** Whoever watches wants to see the service come back, too. */
const WATCH_RETRY_MS = 300_000;

/** What is new in a report, each as a line. */
function newsOf(before: TokenReport | undefined, report: TokenReport): string[] {
  const known = new Set(before?.members.map(({ id }) => id));
  const came = report.members
    .filter(({ id }) => !known.has(id))
    .map(
      ({ name, id, peerUrls, from }) =>
        `${name ?? id} registered ${peerUrls.join(' ')}${from === null ? '' : ` from ${from}`}`,
    );
  const told = new Set(before?.findings.map(({ id }) => id));
  const found = report.findings
    .filter(({ id, severity }) => !told.has(id) && severity !== 'note')
    .map(({ severity, sentence }) => `${severity}: ${sentence}`);
  return [...came, ...found];
}

function formatLine(report: TokenReport): string {
  return `${formatJson(report)}\n`;
}

function readerOf({ stdout, env }: CliContext): StatusReader {
  return { width: textWidth(stdout), strong: emphasisFor(stdout, env), now: systemClock.now() };
}
