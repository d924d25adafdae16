import { type Configuration, type GivenSetting, settingsOf } from '../configuration.ts';
import type { LintEntry } from '../entry.ts';
import type { LintContext } from './context.ts';

const TOKEN = /(?:^|\/)([0-9a-f]{32})$/;

/** What stands for the token: discovery URLs, and v3 tokens of either form. */
function tokenSettings(configuration: Configuration): readonly GivenSetting[] {
  return settingsOf(configuration, 'discovery', 'discovery-token');
}

/** Filled in by a shell or a template before etcd sees it, and so unknown; `<token>` is not. */
function isUnknown(value: string): boolean {
  return /[$%]|\{\{|\$?\{[A-Za-z_.]+\}/.test(value);
}

/** The token that a configuration names, where it has the form of one. */
export function tokenOf(configuration: Configuration): string | undefined {
  return tokenSettings(configuration)
    .map(({ value }) => TOKEN.exec(value)?.[1])
    .find((token) => token !== undefined);
}

/** The discovery URL that a configuration names; over v3 put together, where it has the bare token. */
export function discoveryUrlOf(configuration: Configuration): string | undefined {
  const token = tokenOf(configuration);
  if (token === undefined) return undefined;
  const url = tokenSettings(configuration).find(({ value }) => /^https?:\/\//.test(value))?.value;
  if (url !== undefined) return url;
  const [endpoint] = settingsOf(configuration, 'discovery-endpoints').flatMap(({ value }) =>
    value.split(','),
  );
  if (endpoint === undefined || isUnknown(endpoint)) return undefined;
  return `${/^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`}/${token}`.replace(
    /([^:/])\/+(?=[0-9a-f]{32}$)/,
    '$1/',
  );
}

/** A discovery URL or token that no machine can use. */
export function checkTokenForm({ configuration }: LintContext): readonly LintEntry[] {
  return tokenSettings(configuration).flatMap((setting): LintEntry[] => {
    const { value, flag } = setting;
    if (isUnknown(value) || isPublicService(value)) return [];
    if (flag === 'discovery' && !/^https?:\/\//.test(value)) {
      return [wrongForm(setting, 'is no URL', 'Give the whole discovery URL, as /new printed it.')];
    }
    if (TOKEN.test(value)) return [];
    const { sentence, remedy } = explainForm(value);
    return [wrongForm(setting, sentence, remedy)];
  });
}

function wrongForm({ spelling, line }: GivenSetting, problem: string, remedy: string): LintEntry {
  return { id: 'token-form', severity: 'problem', line, sentence: `${spelling} ${problem}.`, remedy };
}

function explainForm(value: string): { sentence: string; remedy: string } {
  const last =
    value
      .replace(/[?#].*$/, '')
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? '';
  const asPrinted = 'Give the discovery URL as /new printed it, letter by letter.';
  if (/[<>]|^(?:token|your.*|x+)$/i.test(last)) {
    return {
      sentence: 'still has a place holder for the token',
      remedy: 'Make a token for this cluster, with /new?size=N, and put its URL here.',
    };
  }
  if (/^[0-9a-f]{32}$/.test(last)) {
    return {
      sentence: 'goes on behind the token, and etcd hashes the ids of members with all of it',
      remedy: asPrinted,
    };
  }
  if (/^[0-9a-f]{32}$/i.test(last)) {
    return { sentence: 'has a token in capitals, which is another one', remedy: asPrinted };
  }
  return { sentence: 'does not end in a token of 32 digits 0-9 and a-f', remedy: asPrinted };
}

/** Two tokens are two clusters. */
export function checkSeveralTokens({ configuration }: LintContext): readonly LintEntry[] {
  const settings = tokenSettings(configuration).filter(({ value }) => TOKEN.test(value));
  const [first] = settings;
  const other = settings.find(({ value }) => TOKEN.exec(value)?.[1] !== TOKEN.exec(first?.value ?? '')?.[1]);
  if (first === undefined || other === undefined) return [];
  return [
    {
      ...{ id: 'several-tokens', severity: 'problem', line: other.line },
      sentence: `The token in line ${other.line} is not the one in line ${first.line}: members with different tokens never meet.`,
      remedy: 'Give every member of one cluster the same discovery URL.',
    },
  ];
}

function isPublicService(value: string): boolean {
  return /^https?:\/\/discovery\.etcd\.io(?:[:/]|$)/i.test(value);
}

/** The service that etcd's documentation names. */
export function checkPublicService({ configuration }: LintContext): readonly LintEntry[] {
  const found = settingsOf(configuration, 'discovery', 'discovery-token', 'discovery-endpoints').find(
    ({ value }) => isPublicService(value),
  );
  if (found === undefined) return [];
  return [
    {
      ...{ id: 'public-service', severity: 'problem', line: found.line },
      sentence: 'discovery.etcd.io is no longer served.',
      remedy: 'Make a token with a discovery service of your own, and give its URL.',
    },
  ];
}

/** What the service says of the token. */
export function checkTokenState({ configuration, report, size }: LintContext): readonly LintEntry[] {
  if (report === undefined) return [];
  const line = tokenSettings(configuration)[0]?.line ?? null;
  const anew = 'Make a new token for a new cluster, with /new?size=N, and give its URL to every member.';
  if (report === null) {
    return [
      {
        ...{ id: 'token-unknown', severity: 'problem', line },
        sentence: 'The service does not know this token, and members are refused.',
        remedy: `Check that the URL is the one that was printed. ${anew}`,
      },
    ];
  }
  const over = (id: 'token-expired' | 'token-revoked', how: string): LintEntry => ({
    ...{
      id,
      severity: 'problem',
      line,
      sentence: `The token ${how}, and members are refused.`,
      remedy: anew,
    },
  });
  const entries: LintEntry[] = [];
  if (report.state === 'expired') entries.push(over('token-expired', `expired on ${report.expiresAt}`));
  if (report.state === 'revoked') entries.push(over('token-revoked', `was revoked on ${report.revokedAt}`));
  if (report.state === 'complete') entries.push(complete(configuration, report, line, anew));
  if (size !== undefined && report.size !== size) {
    entries.push({
      ...{ id: 'size-differs', severity: 'problem', line },
      sentence: `The token is for a cluster of ${report.size}, and ${size} is meant: ${report.size > size ? 'members wait for more than will come' : 'members beyond that do not get in'}.`,
      remedy: `Make a token with /new?size=${size}, or start ${report.size} members.`,
    });
  }
  return entries;
}

function complete(
  configuration: Configuration,
  report: NonNullable<LintContext['report']>,
  line: number | null,
  anew: string,
): LintEntry {
  const names = settingsOf(configuration, 'name').map(({ value }) => value);
  const isIn = report.members.some(
    ({ name, slot }) => slot !== null && name !== null && names.includes(name),
  );
  const since = report.completedAt === null ? '' : ` since ${report.completedAt}`;
  return {
    ...{ id: 'token-complete', severity: isIn ? 'note' : 'problem', line },
    sentence: isIn
      ? `The cluster of this token is complete${since}, and this member is in it: it starts from its data, and not without.`
      : `The cluster of this token is complete${since}: a further member becomes a proxy (etcd up to 3.5) or ends.`,
    remedy: isIn
      ? 'Keep its data; where they are lost, etcdctl member remove and member add bring it back.'
      : `${anew} To a running cluster, members are added with etcdctl member add.`,
  };
}
