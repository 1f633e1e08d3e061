import type { ExtraCommand } from './edges/cli/program.js';
import type { Terminal } from './edges/cli/terminal.js';

/** What the server commands need. */
export interface ServerCommandParts {
  readonly version: string;
  /** Fires on Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** `quarry mcp` and `quarry serve`. */
export function createServerCommands(_parts: ServerCommandParts): readonly ExtraCommand[] {
  return [];
}
