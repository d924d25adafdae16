import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Report, validateIgnition } from '../../src/ignition/validate.ts';
import { missingPeers } from '../support/peers.ts';
import { withSeed } from '../support/seeded-random.ts';
import { SENSELESS_PLACE } from './compare.ts';
import { askDebian, readCorpus } from './judges.ts';
import { mutateStructure } from './mutate.ts';

const options = { skip: missingPeers('ignition-2.14'), timeout: 300_000 };

/** What Ignition 2.14 knows: 3.4 under the label that it had then. */
const corpus = readCorpus()
  .filter(({ version }) => /^3\.[0-4]\./.test(version))
  .map(({ version, text }) => ({ version, text: text.replace('"3.4.0"', '"3.4.0-experimental"') }));

/** Documents of each version; each costs a process. */
const ROUNDS = 30;

/** Rules that came to 3.0 to 3.3 later than Ignition 2.14, and what its preview of 3.4 did not have yet. */
const YOUNGER: readonly string[] = ['path-of-unit', 'tang-advertisement'];
/** Keys of 3.4.0 that the preview did not know, so that their types did not matter. */
const YOUNGER_KEYS = /\.(?:discard|openOptions|advertisement)\b/;

function isOlderWay({ entries }: Report): boolean {
  const errors = entries.filter(({ severity }) => severity === 'error');
  return (
    errors.length > 0 && errors.every(({ rule, path }) => YOUNGER.includes(rule) || YOUNGER_KEYS.test(path))
  );
}

test('ignition-validate 2.14 takes what Muster takes, of 3.0 to 3.3 without a word', options, () => {
  for (const { version, text } of corpus) {
    const { isAccepted, output } = askDebian(text);
    assert(isAccepted, `${version}: ${output}`);
    if (!version.startsWith('3.4')) assert.equal(output, '');
    assert(validateIgnition(text).isValid);
  }
});

test('ignition-validate 2.14 takes and refuses the same changed documents', options, async (t) => {
  await withSeed(t, async (random) => {
    const others = corpus.map(({ text }) => text);
    for (const { text } of corpus) {
      for (let round = 0; round < ROUNDS; round++) {
        const document = mutateStructure(text, others, random);
        const report = validateIgnition(document);
        // Of a key that stands twice, the second time with null, either value may be what counts.
        if (
          isOlderWay(report) ||
          (report.entries.some(({ rule }) => rule === 'key-twice') && document.includes('null'))
        )
          continue;
        // Nor does it know the final label.
        if (/"version": "3\.[45]\.0"/.test(document)) continue;
        const { isAccepted, output } = askDebian(document);
        if (SENSELESS_PLACE.test(document) && output.includes('partitions overlap')) continue;
        assert.equal(report.isValid, isAccepted, `${document}\n${output}\n${JSON.stringify(report.entries)}`);
      }
    }
  });
});
