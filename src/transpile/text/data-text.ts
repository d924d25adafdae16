import { toByteText } from './bytes.ts';

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
