import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateIgnition } from '../../src/ignition/validate.ts';
import { missingPeers } from '../support/peers.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { compareWithEnds, compareWithPaths, type Differences } from './compare.ts';
import { judgeAll, readCorpus, type Verdict } from './judges.ts';
import { mutateStructure, mutateText } from './mutate.ts';

/** Changed documents for each one of the corpus; MUSTER_IGNITION_ROUNDS asks for more. */
const { MUSTER_IGNITION_ROUNDS = '150' } = process.env;
const ROUNDS = Number(MUSTER_IGNITION_ROUNDS);

const corpus = readCorpus();
const versions2 = corpus.filter(({ version }) => version.startsWith('2.'));
const versions3 = corpus.filter(({ version }) => version.startsWith('3.'));

function mutationsOf(documents: typeof corpus, random: Random): string[] {
  const others = documents.map(({ text }) => text);
  return documents.flatMap(({ text }) =>
    Array.from({ length: ROUNDS }, () =>
      random.chance(0.85) ? mutateStructure(text, others, random) : mutateText(text, random),
    ),
  );
}

function assertAgreement(
  documents: readonly string[],
  verdicts: readonly Verdict[],
  compare: (text: string, report: ReturnType<typeof validateIgnition>, verdict: Verdict) => Differences,
): void {
  assert.equal(verdicts.length, documents.length);
  for (const [index, text] of documents.entries()) {
    const verdict = verdicts[index];
    assert(verdict);
    // A crash is no verdict.
    if (verdict.reason === 'panic') continue;
    const differences = compare(text, validateIgnition(text), verdict);
    assert.deepEqual(differences, [], `they differ about ${text}`);
  }
}

const skip3 = { skip: missingPeers('ignition-2.24'), timeout: 300_000 };
const skip2 = { skip: missingPeers('ignition-0.35'), timeout: 300_000 };

test('Ignition 2.24 takes the corpus of 3.x, and so does Muster, without a word', skip3, () => {
  const documents = versions3.map(({ text }) => text);
  assert.deepEqual(
    judgeAll('ignition-2.24', documents),
    documents.map(() => ({ accepted: true, entries: [] })),
  );
  for (const text of documents) assert.deepEqual(validateIgnition(text).entries, []);
});

test('Ignition 2.24 and Muster say the same of changed documents of 3.x', skip3, async (t) => {
  await withSeed(t, async (random) => {
    const documents = mutationsOf(versions3, random);
    assertAgreement(documents, judgeAll('ignition-2.24', documents), compareWithPaths);
  });
});

test('Ignition 0.35 takes the corpus of 2.x, and so does Muster', skip2, () => {
  const documents = versions2.map(({ text }) => text);
  assertAgreement(documents, judgeAll('ignition-0.35', documents), compareWithEnds);
  for (const text of documents) assert(validateIgnition(text).isValid);
});

test('Ignition 0.35 and Muster say the same of changed documents of 2.x', skip2, async (t) => {
  await withSeed(t, async (random) => {
    const documents = mutationsOf(versions2, random);
    assertAgreement(documents, judgeAll('ignition-0.35', documents), compareWithEnds);
  });
});
