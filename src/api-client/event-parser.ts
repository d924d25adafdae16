import { LIMITS } from '../limits.ts';

/** One Server-Sent Event. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string | undefined;
}

/**
 * Takes a stream of Server-Sent Events apart, whatever pieces it comes in (html.spec.whatwg.org, 9.2.6; without its
 * `retry`, and with line feeds only, as Muster writes them).
 */
export class EventParser {
  #rest = '';

  /**
   * The events that are whole with this piece.
   *
   * @throws Error for an event that does not end
   */
  push(piece: string): ServerSentEvent[] {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > LIMITS.eventMaxChars) throw new Error('an event of the stream does not end');
    return blocks.map(parseBlock).filter((event) => event !== undefined);
  }
}

/** Undefined for a block of comments. */
function parseBlock(block: string): ServerSentEvent | undefined {
  const fields = block
    .split('\n')
    .filter((line) => !line.startsWith(':'))
    .map((line) => /^([^:]*): ?(.*)$/.exec(line) ?? []);
  const valuesOf = (wanted: string): string[] =>
    fields.flatMap(([, name, value = '']) => (name === wanted ? [value] : []));
  const data = valuesOf('data');
  if (data.length === 0) return undefined;
  return { name: valuesOf('event').at(-1) ?? 'message', data: data.join('\n'), id: valuesOf('id').at(-1) };
}
