import { parseParameters } from '../dialect/v2/parameters.ts';
import { formatReading } from '../dialect/v2/read.ts';
import { formatJsonView } from '../dialect/v3/json-view.ts';
import { isMusterError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { shownEntries } from '../registry/shown-keys.ts';
import { isOver, type TokenReport } from '../registry/token-report.ts';
import type { TokenView } from '../web/token-page.ts';
import type { RawViews } from '../web/token-views.ts';

const NO_PARAMETERS = parseParameters(new Map(), 'GET');

/** The views that belong to a report, for all who look at the same. */
const views = new WeakMap<TokenReport, RawViews>();

/** Reads a token for its page, with what clients of each dialect are shown of it. Rejects with `unknown-token`. */
export async function readTokenView(registry: Registry, token: string, now: number): Promise<TokenView> {
  const report = await registry.report(token);
  if (isOver(report)) return { report, views: undefined };
  let known = views.get(report);
  if (known === undefined) {
    known = await readViews(registry, token, now);
    if (known !== undefined) views.set(report, known);
  }
  return { report, views: known };
}

async function readViews(registry: Registry, token: string, now: number): Promise<RawViews | undefined> {
  try {
    const reading = await registry.read(token);
    const { revision, content } = reading;
    const v2 = formatReading({ kind: 'registry', token }, reading, NO_PARAMETERS, now) ?? '';
    const facts = { clusterId: registry.clusterId, revision };
    return { v2, v3: formatJsonView(token, shownEntries(content), facts) };
  } catch (error) {
    // The token may end between the two reads.
    if (isMusterError(error, 'expired-token', 'revoked-token')) return undefined;
    throw error;
  }
}
