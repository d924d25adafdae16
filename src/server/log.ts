import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { formatLogText } from './log-text.ts';
import type { LogFormat, LogLevel } from './setting-options.ts';

/** Takes a message alone, or facts about it first. An error goes under `err`. */
export interface LogMethod {
  (message: string): void;
  (facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** The log, as the rest of Muster sees it. */
export interface Log {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** Whether messages of this level are written, to spare the work of those that are not. */
  isLevelEnabled(level: LogLevel): boolean;
  /** A log whose every line carries these facts. */
  child(facts: Readonly<Record<string, unknown>>): Log;
}

/** Where log lines go, each with its line feed. */
export interface LogStream {
  write(line: string): unknown;
}

const SHOWN_TOKEN_DIGITS = 6;

/** What a log may show of a token: enough to find it among one's own, too little to use it. */
export function shortToken(token: string): string {
  return `${token.slice(0, SHOWN_TOKEN_DIGITS)}…`;
}

/**
 * Shortens every run of 32 or more hex digits. The last defence: a token may stand in the URL of a request,
 * in a value that a member sent, or in the message of an error that nobody thought of.
 */
export function redactTokens(text: string): string {
  return text.replace(/[0-9a-f]{32,}/gi, shortToken);
}

/** Passes lines on, without whole tokens and in the wanted format. */
function createRedactingStream(format: LogFormat, stream: LogStream): LogStream {
  return {
    write(line) {
      const redacted = redactTokens(line);
      stream.write(format === 'text' ? formatLogText(redacted) : redacted);
    },
  };
}

/** Opens the log, on standard output unless told otherwise. Each line is written before the call returns. */
export function createLog(
  level: LogLevel,
  format: LogFormat,
  stream: LogStream = destination({ fd: 1, sync: true }),
): Log {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    createRedactingStream(format, stream),
  );
  return logger;
}
