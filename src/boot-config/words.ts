/**
 * A word of a shell's line. `$` keeps its meaning: what a plan holds is free of it, so that it stands only where a
 * platform's own variable is meant.
 */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_.:/=,@%+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\`]/g, '\\$&')}"`;
}

/** A text in YAML, in the form that is also JSON. */
export function yamlText(text: string): string {
  return JSON.stringify(text);
}

/** Every line of a text, further in. */
export function indent(text: string, spaces: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));
}

/** A command with one argument a line, as shells and systemd both read it. */
export function commandLines(command: string, args: readonly string[]): string {
  return `${[command, ...args].join(' \\\n  ')}\n`;
}
