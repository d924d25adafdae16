import { closestWord } from '../server/closest-word.ts';
import { Decoder } from './decode.ts';
import { Findings } from './findings.ts';
import type { JsonNode } from './json/node.ts';
import { versionOnly } from './schema/ignition.ts';
import { PREVIEW_VERSION, parseSpec, SPECS, type Spec } from './spec.ts';

const VERSION_PATH = ['ignition', 'version'];

/** Which spec a document follows; undefined, with an entry that says why, where that cannot be told. */
export function readSpec(root: JsonNode, findings: Findings): Spec | undefined {
  // Only types count here: which keys there are depends on the spec.
  const structure = new Findings('', root);
  const item = new Decoder('3.0', structure).decode(versionOnly, root, []);
  findings.addErrorsOf(structure);
  if (findings.hasErrors) return undefined;
  const version = item.child('ignition').text('version') ?? '';
  const spec = parseSpec(version);
  if (spec === undefined) findings.add('spec-version', VERSION_PATH, describeUnknown(version, root));
  if (version === PREVIEW_VERSION) {
    const message = `only Ignition 2.11 to 2.14 take "${PREVIEW_VERSION}"; newer ones want "3.4.0", as which this document is read here`;
    findings.add('preview-spec', VERSION_PATH, message);
  }
  return spec;
}

function describeUnknown(version: string, root: JsonNode): string {
  const known = `the versions are ${SPECS.map((spec) => `${spec}.0`).join(', ')}`;
  if (version === '') {
    const isOld = root.kind === 'object' && root.members.some(({ key }) => key === 'ignitionVersion');
    return isOld
      ? `this is a document of the first generation, with "ignitionVersion"; nothing reads it any more (${known})`
      : `the document does not say its spec version; give "ignition": {"version": ...} (${known})`;
  }
  const shown = JSON.stringify(version.slice(0, 40));
  const near = closestSpec(version);
  const hint = near === undefined ? '' : `, did you mean "${near}.0"?`;
  return `there is no spec version ${shown} that is known here${hint} (${known})`;
}

/** The version that was probably meant, where the text is not another one. */
function closestSpec(version: string): Spec | undefined {
  if (/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  const exact = SPECS.find((spec) => spec === version);
  if (exact !== undefined) return exact;
  const near = closestWord(
    version,
    SPECS.map((spec) => `${spec}.0`),
  );
  return SPECS.find((spec) => `${spec}.0` === near);
}
