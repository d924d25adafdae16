import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface BenchOptions {
  /** Names of benches; empty means all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly jsonFile: string | undefined;
  readonly help: boolean;
}

/** Reads the command line. Throws a `TypeError` that says what is wrong with it. */
export function parseBenchOptions(args: readonly string[], names: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`there is no bench "${unknown}"; there are ${names.join(', ')}`);
  }
  return { only: positionals, quick: values.quick, jsonFile: values.json, help: values.help };
}
