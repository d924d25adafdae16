import assert from 'node:assert/strict';
import { environmentOf, read } from './files.ts';

export const CONTAINERFILE = 'deploy/container/Containerfile';

/** One instruction, such as `COPY` with `bin bin`. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What the Containerfile comes to. */
export interface Image {
  /** The instructions of each stage, from its FROM on. */
  readonly stages: readonly (readonly Instruction[])[];
  /** Program and arguments that a container starts with. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly volume: string;
  readonly port: number;
  readonly healthCommand: readonly string[];
}

function parseInstructions(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name, rest] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    assert(name !== undefined && rest !== undefined, `no instruction: ${line}`);
    return { name, text: rest };
  });
}

/** Reads the Containerfile. */
export function readImage(): Image {
  const stages: Instruction[][] = [];
  for (const instruction of parseInstructions(read(CONTAINERFILE))) {
    if (instruction.name === 'FROM') stages.push([]);
    const stage = stages.at(-1);
    assert(stage, 'the first instruction is FROM');
    stage.push(instruction);
  }
  const last = stages.at(-1) ?? [];
  const only = (name: string): string => {
    const found = last.filter((one) => one.name === name);
    assert.equal(found.length, 1, `the last stage has one ${name}`);
    return found[0]?.text ?? '';
  };
  const list = (text: string): readonly string[] => JSON.parse(text);
  return {
    stages,
    command: [...list(only('ENTRYPOINT')), ...list(only('CMD'))],
    env: environmentOf(only('ENV').split(/ +/)),
    user: only('USER'),
    volume: only('VOLUME'),
    port: Number(only('EXPOSE')),
    healthCommand: list(only('HEALTHCHECK').replace(/^.*? CMD /, '')),
  };
}

/** What a health check of the container asks, as `/path` and port. */
export function askedBy(command: string): { readonly path: string; readonly port: number } {
  const [, port, path] = /fetch\('http:\/\/127\.0\.0\.1:(\d+)(\/\w+)'\)/.exec(command) ?? [];
  assert(path !== undefined, `asks nothing: ${command}`);
  return { path, port: Number(port) };
}
