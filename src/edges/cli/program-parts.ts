import type { Config } from '../../config/schema.js';
import type { ListedOperation } from '../../operations/listed-operation.js';
import type { Services } from '../../services/services.js';
import type { Terminal } from './terminal.js';

/** A workspace as the command line needs it. */
export interface OpenWorkspace {
  readonly services: Services;
  close(): Promise<void>;
}

/** A command that is no operation: a server, for instance. */
export interface ExtraCommand {
  /** The group of commands that it stands in; default none. */
  readonly group?: string;
  readonly name: string;
  /** A word that must follow; it is given to `run` as the only one in `words`. */
  readonly argument?: { readonly name: string; readonly description: string };
  readonly summary: string;
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  run(flags: Readonly<Record<string, unknown>>, config: Partial<Config>): Promise<number>;
}

/** What the command line is made of. */
export interface ProgramParts {
  readonly version: string;
  /** Everything that can be called, to be loaded when it is. */
  readonly operations: readonly ListedOperation[];
  readonly extras: readonly ExtraCommand[];
  readonly terminal: Terminal;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  open(config: Partial<Config>): Promise<OpenWorkspace>;
}
