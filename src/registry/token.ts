const TOKEN = /^[0-9a-f]{32}$/;

/** Whether a text has the form of a token: 128 bits as 32 lower-case hex digits. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
