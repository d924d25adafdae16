import type { DiscoveryErrorCode } from '../join/discovery-error.ts';
import { DiscoveryError } from '../join/discovery-error.ts';
import type { HttpAnswer } from '../join/http.ts';

/** The service has no such API: it is another one, or an older Muster. */
export class NoApiError extends DiscoveryError {
  constructor({ host }: URL) {
    super('refused', `${host} does not speak Muster's API`, {
      remedy:
        'Check that the address is that of a Muster, and that no proxy before it hides the paths below /v1/.',
    });
  }
}

const CODES: Readonly<Record<string, DiscoveryErrorCode>> = {
  'unknown-token': 'unknown',
  'expired-token': 'expired',
  'revoked-token': 'expired',
};

/**
 * The value of a successful answer; undefined where it has none.
 *
 * @throws DiscoveryError `unknown`, `expired`, `refused`
 * @throws NoApiError
 */
export function readAnswer({ status, headers, text }: HttpAnswer, url: URL): unknown {
  if (status === 204) return undefined;
  const type = headers.get('Content-Type') ?? '';
  if (status >= 200 && status <= 299 && type.startsWith('application/json')) return parse(text, url);
  if (!type.startsWith('application/problem+json')) throw new NoApiError(url);
  const { code, detail, remedy } = parse(text, url) as Record<string, unknown>;
  throw new DiscoveryError(CODES[String(code)] ?? 'refused', String(detail), {
    remedy: typeof remedy === 'string' ? toSentence(remedy) : undefined,
  });
}

function parse(text: string, url: URL): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new NoApiError(url);
}

function toSentence(text: string): string {
  const first = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
