/** Text that a client may have chosen, unable to move the cursor, to turn the text around or to begin a line. */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) =>
    JSON.stringify(character) === `"${character}"`
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      : JSON.stringify(character).slice(1, -1),
  );
}

function formatFact(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return escapeControls(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
}

/** The stack or message of a logged error, indented below its line. */
function formatErrorFact(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const stack = 'stack' in error ? error.stack : 'message' in error ? error.message : undefined;
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .map((line) => `    ${escapeControls(line)}\n`)
    .join('');
}

/**
 * One JSON line of the log as a line for people: `2026-11-23 01:27:21.123 INFO  message key=value`, with the
 * stack of an error below it. A line that is no JSON passes unchanged.
 */
export function formatLogText(line: string): string {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof record !== 'object' || record === null) return line;
  const { level, time, msg, err, ...facts } = record as Record<string, unknown>;
  const head = [
    String(time).replace('T', ' ').replace('Z', ''),
    String(level).toUpperCase().padEnd(5),
    ...(msg === undefined ? [] : [escapeControls(String(msg))]),
    ...Object.entries(facts).map(([key, value]) => `${escapeControls(key)}=${formatFact(value)}`),
  ];
  return `${head.join(' ')}\n${formatErrorFact(err)}`;
}
