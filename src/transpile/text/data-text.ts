import { fromByteText, toByteText } from './bytes.ts';

/** Everything that `ct` writes as `%XX` in a `data:` URL. */
const ENCODED = /[^A-Za-z0-9\-_.!~*'()]/g;

/** A text as the URL that holds it. */
export function toDataUrl(text: string): string {
  const encoded = toByteText(text).replace(
    ENCODED,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `data:,${encoded}`;
}

/** The text that such a URL holds; undefined if it is another URL, or holds no text. */
export function textOfDataUrl(url: string): string | undefined {
  if (!url.startsWith('data:,')) return undefined;
  const data = url.slice('data:,'.length);
  if (/%(?![0-9A-Fa-f]{2})/.test(data)) return undefined;
  const bytes = toByteText(data).replaceAll(/%(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  const text = fromByteText(bytes);
  return /[\udc80-\udcff](?<![\ud800-\udbff][\udc80-\udcff])/.test(text) ? undefined : text;
}
