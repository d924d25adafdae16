/**
 * Ends the reading of a document at once. The text is what the report says behind "error: ", in the words of the Go
 * library that `ct` read YAML with.
 */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
}

/** A failure of the YAML itself. The line of libyaml counts from 0, and its first line goes unsaid. */
export function yamlFailure(problem: string, line = 0): ReadFailure {
  return new ReadFailure(`yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`);
}
