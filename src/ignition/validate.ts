import { Decoder } from './decode.ts';
import { Findings } from './findings.ts';
import { parseJson } from './json/parse-json.ts';
import { recognizeOther } from './not-ignition.ts';
import type { Report } from './report.ts';
import { config } from './schema/config.ts';
import { readSpec } from './version.ts';
import { runChecks } from './walk.ts';

export type { Entry, Report } from './report.ts';

/**
 * Says whether Ignition takes a document, and what else there is to say about it, with the place of each. Any text is
 * answered with a report, in time linear in its length. It reads nothing but the text: what a document refers to is not
 * fetched.
 *
 * Where something has the wrong type, only the structure is reported on: what the document means cannot be told then.
 */
export function validateIgnition(text: string): Report {
  const { root, problem } = parseJson(text);
  if (problem !== undefined) {
    const findings = new Findings(text);
    const other = recognizeOther(text);
    if (other === undefined) findings.add('json-syntax', [], problem.message, problem.offset);
    else findings.add('not-ignition', [], other, 0);
    return findings.toReport(undefined);
  }
  const findings = new Findings(text, root);
  const spec = readSpec(root, findings);
  if (spec === undefined) return findings.toReport(undefined);
  const item = new Decoder(spec, findings).decode(config, root, []);
  if (!findings.hasErrors) runChecks(config, item, { spec, findings });
  return findings.toReport(spec);
}
