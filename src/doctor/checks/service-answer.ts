import type { Cause } from '../cause.ts';
import type { Check } from '../check.ts';
import type { Answer } from '../probe/ask.ts';
import { isRedirect } from '../redirect.ts';

/** What the service answers to etcd's first question, and what is known of the token. */
export const serviceAnswer: Check = {
  id: 'service-answer',
  proves: 'The service answers as a discovery service does, and knows the token.',
  run: ({ service, token, url }) => {
    const { answer } = service;
    if (answer === undefined) return 'skipped';
    if (isRedirect(answer)) {
      const away = redirected(url, answer.status, answer.headers.location);
      return token.state === 'unknown' ? [away, unknown(url, NOT_FOUND)] : [away];
    }
    if (token.state === 'unknown') return [unknown(url, answer.status)];
    if (token.state === 'unread') return [late(url)];
    if (token.state !== 'refused') return [];
    return [
      answer.headers['content-type']?.includes('json') === true ? refused(url, token) : stranger(url, answer),
    ];
  },
};

const NOT_FOUND = 404;

function stranger(url: URL, { status, headers, text }: Answer): Cause {
  const said = text.replaceAll(/\s+/g, ' ').trim().slice(0, 120);
  return {
    id: 'service-no-discovery',
    severity: 'problem',
    sentence: `What answers at ${url.host} is no discovery service.`,
    evidence: [
      `status ${status} to GET ${url.pathname}/_config/size, ${headers['content-type'] ?? 'of no type'}${said === '' ? '' : `: ${said}`}`,
    ],
    remedy: 'Check that the URL is the one that /new printed, letter by letter.',
  };
}

function refused(
  url: URL,
  { message, remedy }: { readonly message: string; readonly remedy: string | undefined },
): Cause {
  return {
    id: 'refused-read',
    severity: 'problem',
    sentence: `${url.host} does not tell of the token: ${message}.`,
    evidence: [],
    remedy: remedy ?? 'Do as it says, and look into the log of the service.',
  };
}

/** etcd goes where an absolute Location leads, and nowhere with a relative one (etcd-io/etcd:client/v2/client.go). */
function redirected(url: URL, status: number, location: string | undefined): Cause {
  const isAbsolute = location !== undefined && URL.canParse(location);
  const base = {
    id: 'service-redirects',
    evidence: [`status ${status}, Location: ${location ?? 'none'}`],
  } as const;
  if (isAbsolute) {
    return {
      ...base,
      severity: 'warning',
      sentence: `${url.host} sends requests on to ${new URL(location).host}: members over v2 follow, members over v3 do not.`,
      remedy: 'Make the token where the service is, and give every member that URL.',
    };
  }
  return {
    ...base,
    severity: 'problem',
    sentence: `${url.host} redirects to a path of its own, which etcd cannot follow: it asks again without an end.`,
    remedy: 'Let what stands before the service pass requests on as they are, without a redirect.',
  };
}

function unknown(url: URL, status: number): Cause {
  return {
    id: 'unknown-token',
    severity: 'problem',
    sentence: `There is no such token at ${url.host}: it was never made there, or it was forgotten since.`,
    evidence: [`status ${status} to GET ${url.pathname}/_config/size`],
    remedy:
      'Check the URL letter by letter, or make a new token with /new?size=N and give it to every member.',
  };
}

function late(url: URL): Cause {
  return {
    id: 'service-unreachable',
    severity: 'problem',
    sentence: `${url.host} answered once, and then no more in time.`,
    evidence: [],
    remedy:
      'Look into the log of the service; a longer --timeout shows whether it is only slow. etcd waits 5 s.',
  };
}
