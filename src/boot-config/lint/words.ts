/** A word of a text, without its quotes. */
export interface Word {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The last one of its command: the line does not go on. */
  readonly isLast: boolean;
}

/** A quote that nobody closes goes to the end, so that no text takes longer than its length. */
const PIECES = /"(?:[^"\\]|\\.)*(?:"|\\?$)|'[^']*(?:'|$)|[^\s"']+/g;

/**
 * The words of any text that holds settings of etcd: a shell's line, a unit, a file of variables, YAML, JSON. Comments
 * are left out. What is quoted and holds a whole command is taken apart as well.
 */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|;|\/\/)/.test(line)) continue;
    const texts = splitLine(line);
    const goesOn = texts.at(-1) === '\\' || /\\$/.test(line.trimEnd());
    const kept = texts.filter((word) => word !== '\\' && word !== '-' && word !== '');
    for (const [at, word] of kept.entries()) {
      words.push({ text: word, line: index + 1, isLast: !goesOn && at === kept.length - 1 });
    }
  }
  return words;
}

function splitLine(line: string): readonly string[] {
  // A list of JSON, as commands of containers are: its marks are no part of the words.
  const plain = /\[\s*["']/.test(line)
    ? line.replaceAll(/[[\],](?=\s*(?:["']|$))|(?<=["'])[[\],]/g, ' ')
    : line;
  const words: string[] = [];
  let end = -1;
  for (const match of plain.matchAll(PIECES)) {
    const [piece] = match;
    const isApart = match.index !== end;
    if (isApart && piece.startsWith('#')) break;
    end = match.index + piece.length;
    if (isApart || words.length === 0) words.push('');
    words[words.length - 1] += unquote(piece);
  }
  return words.flatMap(takeApart);
}

function unquote(piece: string): string {
  const quote = piece[0] ?? '';
  if (quote !== '"' && quote !== "'") return piece;
  const isClosed = piece.length > 1 && piece.endsWith(quote);
  const inner = piece.slice(1, isClosed ? -1 : undefined);
  return quote === "'" ? inner : inner.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
}

/** A text of several words, such as the whole unit in a file of Ignition, or a command for `sh -c`. */
function takeApart(word: string): readonly string[] {
  if (!/\s/.test(word) || !/(?:^|\s)--?[a-z]|ETCD_[A-Z_]+[=:]/.test(word)) return [word];
  return word.split('\n').flatMap((line) => (/^\s*[#;]/.test(line) ? [] : splitLine(line)));
}
