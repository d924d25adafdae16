import type { Command } from './command.ts';

/**
 * Every command, in the order of the help. Each is loaded when it is asked for: `muster version` need not read what the
 * doctor knows.
 */
const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  new: async () => (await import('./new.ts')).newCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  extend: async () => (await import('./extend.ts')).extendCommand,
  revoke: async () => (await import('./revoke.ts')).revokeCommand,
  'boot-config': async () => (await import('./boot-config.ts')).bootConfigCommand,
  lint: async () => (await import('./lint.ts')).lintCommand,
  join: async () => (await import('./join.ts')).joinCommand,
  replace: async () => (await import('./replace.ts')).replaceCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  transpile: async () => (await import('./transpile.ts')).transpileCommand,
  validate: async () => (await import('./validate.ts')).validateCommand,
  completion: async () => (await import('./completion.ts')).createCompletionCommand(loadCommands),
  man: async () => (await import('./man.ts')).createManCommand(loadCommands),
  version: async () => (await import('./version.ts')).versionCommand,
};

export const COMMAND_NAMES: readonly string[] = Object.keys(LOADERS);

/** Undefined where there is no such command. */
export function loadCommand(name: string): Promise<Command> | undefined {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name]?.() : undefined;
}

/** All of them, for what tells of each. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load()));
}
