import { messageOf } from './core/errors.js';
import { runProgram } from './edges/cli/program.js';
import type { Terminal } from './edges/cli/terminal.js';
import { packageVersion } from './files/package-version.js';
import { catalogue } from './operations/catalogue.js';
import { createReviewCommand } from './review-command.js';
import { createServerCommands } from './server-commands.js';

/** The process as the command line sees it. */
export interface CommandLineParts {
  readonly terminal: Terminal;
  /** Fires on Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** Runs the words behind `quarry` and gives the exit code. What a command needs is loaded when it is called, and not before. */
export function runCommandLine(words: readonly string[], { terminal, signal }: CommandLineParts): Promise<number> {
  // A stray rejection in one call must not end a server that answers others; it is told, not hidden.
  process.on('unhandledRejection', (reason) => terminal.stderr.write(`unhandled rejection: ${messageOf(reason)}\n`));
  const version = packageVersion();
  return runProgram(words, {
    version,
    operations: catalogue,
    extras: [...createServerCommands({ version, signal, terminal }), createReviewCommand({ terminal })],
    terminal,
    signal,
    open: async (config) => (await import('./open-workspace.js')).openWorkspace(config),
  });
}
