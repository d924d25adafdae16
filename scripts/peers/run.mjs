// Runs a program to its end and gives back what it printed. Nothing here goes through a shell.
import { spawn } from 'node:child_process';

/** A fetch that takes longer than this is stuck, not slow. */
const RUN_TIMEOUT_MS = 15 * 60_000;

/**
 * Runs `file` with `args` and resolves to what it printed on both outputs. Rejects with one readable line when
 * it cannot be started, ends with a status that is not in `statuses`, or does not end in time.
 */
export function run(file, args, { cwd, env, statuses = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const program = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not spawn's own "timeout": that one keeps this process waiting when the program could not be started.
    const stuck = setTimeout(() => program.kill('SIGKILL'), RUN_TIMEOUT_MS);
    let printed = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        printed += text;
      });
    }
    const what = `${file} ${args.find((arg) => !arg.startsWith('-')) ?? ''}`.trim();
    program.on('error', (error) => {
      clearTimeout(stuck);
      reject(
        new Error(error.code === 'ENOENT' ? `this machine has no ${file}` : `${what}: ${error.message}`),
      );
    });
    program.on('close', (status, signal) => {
      clearTimeout(stuck);
      if (statuses.includes(status)) resolve(printed);
      else reject(new Error(`${what} ended with ${signal ?? `status ${status}`}: ${reasonIn(printed)}`));
    });
  });
}

/** The line of a failed program's output that says most: its first error line, otherwise its last line. */
export function reasonIn(printed) {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.find((line) =>
      /^E: |error|denied|cannot|could not|refused|temporary failure|failed to fetch/i.test(line),
    ) ??
    lines.at(-1) ??
    'no output'
  ).trim();
}
