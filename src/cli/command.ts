import type { Environment, Settings } from '../server/settings.ts';
import type { Store, StoreStats } from '../store/store.ts';
import type { ExitCode, Manual } from './manual.ts';
import type { TextOutput } from './terminal.ts';

/** A server that accepts requests. */
export interface RunningServer {
  /** Where it answers, for people, such as `http://127.0.0.1:8087`. */
  readonly url: string;
  /** Ends what waits, flushes and frees everything. */
  stop(): Promise<void>;
}

/** Brings up a server. Throws `MusterError` where the operator can do something about it. */
export type StartServer = (settings: Settings) => Promise<RunningServer>;

/** What a store is opened for, by commands that move what is in it. */
export type MovePurpose = 'export' | 'import';

/** The stores that commands may open without a server. */
export interface StoreAccess {
  /** Throws `MusterError` where the operator can do something about it; a store to export must be there. */
  open(settings: Settings, purpose: MovePurpose): Promise<Store>;
  /** Copies the data folder of a store, also of a running Muster, to a new folder. */
  backUp(folder: string, backup: string): Promise<void>;
  /** Makes a new data folder of a backup, and answers what is in it. */
  restore(backup: string, folder: string): Promise<StoreStats>;
}

/** The signals that ask a command to end. */
export type EndSignal = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM';

/** The events of the process that a long-running command listens to. */
export interface ProcessEvents {
  on(event: EndSignal, listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
  off(event: EndSignal, listener: () => void): unknown;
  off(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Everything that a command touches outside itself. */
export interface CliContext {
  /** The arguments behind the name of the program. */
  readonly argv: readonly string[];
  /** How a person runs this program from where they are. Default: `muster`. */
  readonly program?: string;
  readonly env: Environment;
  readonly stdout: TextOutput;
  /** Whether nobody reads `stdout` any more, as when `head` has seen enough. Default: never. */
  readonly isOutputClosed?: () => boolean;
  readonly stderr: TextOutput;
  readonly process: ProcessEvents;
  /** The version of this Muster. */
  readonly version: string;
  readonly startServer: StartServer;
  readonly stores: StoreAccess;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** How the program ends; `muster help` shows these. */
export const EXIT_CODES: Readonly<Record<'ok' | 'operatingError' | 'usageError' | 'internalError', number>> =
  {
    ok: 0,
    /** Something that an operator can put right: a port in use, a full disk. */
    operatingError: 1,
    /** The command line, a variable or the settings file is wrong. */
    usageError: 2,
    /** A defect of Muster itself (EX_SOFTWARE of sysexits.h). */
    internalError: 70,
  };

/** The same with what they mean, for people. */
export const COMMON_EXIT_CODES: readonly ExitCode[] = [
  [String(EXIT_CODES.ok), 'it worked; serve was asked to stop and did'],
  [String(EXIT_CODES.operatingError), 'it could not be done; the message says what to do'],
  [String(EXIT_CODES.usageError), 'the command line or a setting is wrong'],
  [String(EXIT_CODES.internalError), 'a defect of Muster'],
];

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What its help, the completion of shells and the man page are made of. */
  readonly manual: Manual;
  /** Whether `--help` is an option like others, which the command answers itself. */
  readonly hasOwnHelp?: true;
  /** The whole help, for `muster <command> --help`. */
  help(context: CliContext): string;
  /** Runs with the arguments behind the command's name; answers the exit code. May throw. */
  run(args: readonly string[], context: CliContext): Promise<number>;
}
