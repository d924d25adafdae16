import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { toDataUrl } from '../../src/transpile/text/data-text.ts';
import { dataUrlProblem } from '../../src/transpile/text/data-url.ts';
import { isDuration } from '../../src/transpile/text/duration.ts';
import { quote } from '../../src/transpile/text/quote.ts';
import { readUnitContent } from '../../src/transpile/text/unit-content.ts';
import { formatUrl, parseUrl } from '../../src/transpile/text/url.ts';
import { ReadFailure } from '../../src/transpile/yaml/failure.ts';
import { decodeInput } from '../../src/transpile/yaml/input.ts';
import type { YamlNode } from '../../src/transpile/yaml/nodes.ts';
import { parseYaml } from '../../src/transpile/yaml/parse.ts';
import { resolveScalar } from '../../src/transpile/yaml/resolve.ts';
import { missingPeers, peerDir } from '../support/peers.ts';
import { readGoldenCases } from './golden-case.ts';

const skip = missingPeers('go-texts');

/** Always the same texts: what the age of a library changes is known for these. */
const SEED = 20170801;

type Meaning = string | boolean | readonly Meaning[];

interface Answer {
  readonly meaning?: Meaning;
  readonly problem?: string;
}

/** What Go's libraries say of many texts of one kind; starting the program takes longer than reading them. */
function askGo(kind: string, texts: readonly string[]): Answer[] {
  const input = texts.map((text) => `${JSON.stringify([kind, text])}\n`).join('');
  const options = { input, encoding: 'utf8', maxBuffer: 2 ** 30 } as const;
  const { stdout, status } = spawnSync(`${peerDir('go-texts')}/judge`, options);
  assert.equal(status, 0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

function compare(kind: string, texts: readonly string[], read: (text: string) => Answer): void {
  for (const [index, answer] of askGo(kind, texts).entries()) {
    const text = texts[index] ?? '';
    assert.deepEqual(read(text), answer, `of ${JSON.stringify(text)}`);
  }
}

/** Half of a pair of code units is no text that could be handed to another program. */
const isText = (text: string): boolean => !/\p{Cs}/u.test(text);

function someTexts(pieces: readonly string[], count: number, length: number): readonly string[] {
  const text = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: length });
  return fc.sample(
    text.map((all) => all.join('')),
    { numRuns: count, seed: SEED },
  );
}

test('URLs are read and written as in Go', { skip }, () => {
  const pieces =
    'http https data : : // / host :80 :8a @ user user:pa%20ss ? q=1 # frag %20 %zz % " < > \u00e9 [::1] * \\ ^ ` { } | %7E ~ %41 + S3 . .. ! ( %2F ; = & , \u{1f600}'.split(
      ' ',
    );
  const texts = someTexts([...pieces, ' ', '\t'], 3000, 7)
    // Newer versions of Go know more about addresses in hosts than the one that built ct.
    .filter((text) => !/\[|\/\/[^/?#]*:[^/?#]*:/.test(text));
  compare('url', texts, (text) => {
    const url = parseUrl(text);
    return typeof url === 'string' ? { problem: url } : { meaning: formatUrl(url) };
  });
});

/** Parts of Unicode that have not changed for long: what is printable depends on its version. */
const SETTLED: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x2ff],
  [0x2000, 0x206f],
  [0x3000, 0x303f],
  [0xe000, 0xe00f],
  [0xfff0, 0xffff],
  [0x1f600, 0x1f64f],
  [0xe0000, 0xe0020],
];

test('texts are quoted as in Go', { skip }, () => {
  const character = fc.oneof(...SETTLED.map(([min, max]) => fc.integer({ min, max })));
  const text = fc.array(character, { maxLength: 12 }).map((codes) => String.fromCodePoint(...codes));
  const texts = fc.sample(text, { numRuns: 2000, seed: SEED });
  compare('quote', texts, (one) => ({ meaning: quote(one) }));
  compare('escape', texts, (one) => ({ meaning: toDataUrl(one).slice('data:,'.length) }));
});

test('durations are those of Go', { skip }, () => {
  const pieces = '1 30 h m s ms us \u00b5s \u03bcs ns . - + 0 5.5 d H 2562047h'.split(' ');
  compare('duration', [' ', '', ...someTexts(pieces, 2000, 6)], (text) => ({ meaning: isDuration(text) }));
});

test('data URLs are read as Ignition reads them', { skip }, () => {
  const pieces =
    ', ; ; base64 text / plain charset = utf-8 " \\ x- foo %20 % %zz %a aGk= aGk QQ== \u00e9 < # { A image [ !'.split(
      ' ',
    );
  const texts = someTexts([...pieces, ' ', '\n'], 3000, 8).map((text) => `data:${text}`);
  compare('data', texts, (text) => {
    const problem = dataUrlProblem(text);
    return problem === undefined ? { meaning: 'fine' } : { problem };
  });
});

test('units are read as Ignition reads them', { skip }, () => {
  const pieces = '[Unit] [Install] [ ] A=b = X \\ #c ;d K=v [S]'.split(' ');
  const breaks = [
    '\n',
    '\n',
    '\r\n',
    '\\\n',
    ' ',
    '\t',
    '\u00a0',
    '\u00e9',
    'x'.repeat(2100),
    'y'.repeat(1000),
  ];
  compare('unit', someTexts([...pieces, ...breaks], 3000, 10), (text) => {
    const read = readUnitContent(text);
    if ('problem' in read) return { problem: read.problem };
    // Names of sections are kept as bytes.
    return { meaning: read.sections.map((name) => Buffer.from(name, 'latin1').toString()) };
  });
});

/** What a node means when no field has a say, in the words of the judge. */
function describe(node: YamlNode): Meaning {
  switch (node.kind) {
    case 'alias':
      return 'alias';
    case 'sequence':
      return ['seq', ...node.items.map(describe)];
    case 'mapping':
      return ['map', ...node.pairs.map(([key, value]) => [describe(key), describe(value)])];
    case 'scalar': {
      const { resolved } = resolveScalar(node);
      if (resolved.kind === 'null') return 'null';
      // A byte that is no text does not come through JSON.
      return `${resolved.kind} ${String(resolved.value).replace(/\p{Cs}/gu, '\ufffd')}`;
    }
  }
}

function readYaml(text: string): Answer {
  try {
    const root = parseYaml(decodeInput(text))?.root;
    return { meaning: root?.kind === 'mapping' ? describe(root) : ['map'] };
  } catch (error) {
    if (error instanceof ReadFailure) return { problem: error.message };
    throw error;
  }
}

/** Those that the scanner of libyaml tells of, and not its parser. */
const OF_SCANNER =
  /: (?:found (?!undefined|incompatible|duplicate)|could not find|block sequence entries|mapping (?:keys|values)|did not find (?:expected (?:alphabetic|hexdecimal|comment|whitespace|tag URI|version|digit|'!')|the|URI))/;

/** The newer library counts the lines of its scanner from 1. */
function asOlder({ problem, ...answer }: Answer): Answer {
  if (problem === undefined) return answer;
  if (!OF_SCANNER.test(problem)) return { problem };
  return { problem: problem.replace(/line (\d+)/, (_match, line: string) => `line ${Number(line) - 1}`) };
}

/** What the newer library reads otherwise: more inside and right behind brackets, and numbers like 1e3. */
function differsByAge(text: string, mine: Answer, { problem = '' }: Answer): boolean {
  if (/[&*]|<<|!!float|\d\.?[eE]\d|\d\.(?!\d)|[}\]][^\s,\]}:]|[{[]\s*[}\]]/.test(text)) return true;
  if (/<document start>|incompatible|duplicate/.test(mine.problem ?? '') || /\n\.\.\./.test(text))
    return true;
  if (/unmarshal errors|invalid map key|panic|cannot decode|time/.test(problem)) return true;
  return /[[{]/.test(text) && /[:?]/.test(text) && /unexpected ':'|expected ',' or/.test(mine.problem ?? '');
}

const sameFloats = (meaning: Meaning | undefined): Meaning | undefined =>
  Array.isArray(meaning)
    ? meaning.map((part: Meaning) => sameFloats(part) ?? '')
    : typeof meaning === 'string' && meaning.startsWith('float ')
      ? `float ${Number(meaning.slice('float '.length).replace(/Inf$/, 'Infinity'))}`
      : meaning;

/** A key that no colon follows is seen later by the newer library, and may not be the first thing that it sees. */
function isKeyProblem({ problem = '' }: Answer): boolean {
  return problem.includes("could not find expected ':'");
}

const settle = ({ meaning, problem }: Answer): unknown => problem ?? sameFloats(meaning);

test('YAML is read, and refused at the same line, as by the library that ct had', { skip }, () => {
  const pieces = [
    ...'a|b|key|x y|: |:| |  |    |- |-|? |[|]|{|}|,|, |"|\'|"a\\n"|# c|#|>|\t|!|!!str |%|@|`|---|...|1|0x1F|017|1.5|true|null|~|yes|\\|\\x41|\u00e9|\u{1f600}|"x|\'y|k: v\n|- a: b\n  c: d\n|k:\n  - 1\n  - 2\n|%YAML 1.1\n---\n|!<tag:yaml.org,2002:str> |0b11|1e+3|.5|08|1_000|-1|.inf|\u0085|\u2028|"\\u00e9"'.split(
      '|',
    ),
    ...['|', '|\n', '>-\n', '|+\n', '|2\n', '\n', '\n', '\n  ', '\n    ', '\r\n', '\n---\n'],
  ];
  const seeds = readGoldenCases()
    .map(({ input }) => input)
    .filter((input) => input !== '' && input.length < 600);
  const mutated = fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5), fc.constantFrom('', ...pieces)),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([seed, edits]) =>
      edits.reduce((text, [where, cut, piece]) => {
        const at = Math.floor(where * text.length);
        return text.slice(0, at) + piece + text.slice(at + cut);
      }, seed),
    );
  const texts = [...someTexts(pieces, 3000, 12), ...fc.sample(mutated, { numRuns: 3000, seed: SEED })].filter(
    (text) => isText(text),
  );
  let compared = 0;
  for (const [index, answer] of askGo('yaml', texts).entries()) {
    const text = texts[index] ?? '';
    const [mine, go] = [readYaml(text), asOlder(answer)];
    if (differsByAge(text, mine, go)) continue;
    // The judge wants a mapping, and says of nothing that it is an empty one.
    if (mine.problem === undefined && go.problem === undefined && JSON.stringify(mine.meaning) === '["map"]')
      continue;
    compared += 1;
    if (isKeyProblem(mine) && go.problem !== undefined) continue;
    assert.deepEqual(settle(mine), settle(go), `of ${JSON.stringify(text)}`);
  }
  assert(compared > texts.length / 3, `only ${compared} of ${texts.length} texts could be compared`);
});
