#!/usr/bin/env node
import { messageOf } from './core/errors.js';
import { runProgram } from './edges/cli/program.js';
import type { Terminal } from './edges/cli/terminal.js';
import { packageVersion } from './files/package-version.js';
import { catalogue } from './operations/catalogue.js';
import { createReviewCommand } from './review-command.js';
import { createServerCommands } from './server-commands.js';

const version = packageVersion();

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  hasColour: (process.env['NO_COLOR'] ?? '') === '',
};

/** The first Ctrl-C asks for a clean end, the second ends at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

const signal = interruptSignal();
// A stray rejection in one call must not end a server that answers others; it is told, not hidden.
process.on('unhandledRejection', (reason) => process.stderr.write(`unhandled rejection: ${messageOf(reason)}\n`));
// A reader that closes the pipe early (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74));

const exitCode = await runProgram(process.argv.slice(2), {
  version,
  operations: catalogue,
  extras: [...createServerCommands({ version, signal, terminal }), createReviewCommand({ terminal })],
  terminal,
  signal,
  open: async (config) => (await import('./open-workspace.js')).openWorkspace(config),
});
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit(exitCode);
