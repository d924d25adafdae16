/** Markup that is safe to send: what was put into it as text is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers become text, nothing becomes nothing. */
export type Part = Html | string | number | false | null | undefined | readonly Part[];

/**
 * Puts markup together. Whatever is put in is escaped, for text and for attributes in double quotes, unless it is
 * `Html` itself: names and values of members come from anybody.
 */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = markup[0] ?? '';
  for (const [index, part] of parts.entries()) text += render(part) + (markup[index + 1] ?? '');
  return new Html(text);
}

function render(part: Part): string {
  if (part === undefined || part === null || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeText(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, and those that turn the text around them, become the mark of what cannot be shown. */
function escapeText(text: string): string {
  return text
    .replace(/(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
