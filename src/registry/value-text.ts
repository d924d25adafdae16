// A byte order mark is a part of the value like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The value of a member's key or of the election's as text, as its writer sent it. */
export function valueText({ value }: { readonly value: Uint8Array }): string {
  return decoder.decode(value);
}
