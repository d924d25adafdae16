import type { TokenReport } from '../registry/token-report.ts';
import type { Page } from './layout.ts';
import { describeTokenPage, type TokenView, type Visit } from './token-page.ts';

/** What one report was made into. A registry gives all who ask within a second the same one. */
const pages = new WeakMap<TokenReport, Map<string, Page>>();

/** Those who look at one token have a few things in common: how they spell it, and how they start etcd. */
const PAGES_PER_REPORT = 16;

/** The page of a token, made once for all who look at it together: an event brings every open page back at once. */
export function readTokenPage(view: TokenView, visit: Visit): Page {
  const { url, choice } = visit;
  const question = `${choice.etcd.id} ${choice.platform} ${choice.cloud} ${url}`;
  const known = pages.get(view.report);
  const page = known?.get(question);
  if (page !== undefined) return page;
  const made = describeTokenPage(view, visit);
  if (known === undefined) pages.set(view.report, new Map([[question, made]]));
  else if (known.size < PAGES_PER_REPORT) known.set(question, made);
  return made;
}
