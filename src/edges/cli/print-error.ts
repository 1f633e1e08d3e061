import { messageOf } from '../../core/errors.js';
import { toEdgeError } from '../edge-error.js';
import { paint, printable, type Terminal } from './terminal.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Prints an error (with --json as an object on stdout) and gives its exit code. */
export function printError(error: unknown, terminal: Terminal, options: GlobalOptions): number {
  const known = toEdgeError(error);
  const report = known.toReport();
  if (options.json) {
    terminal.stdout.write(`${JSON.stringify({ error: report }, null, 2)}\n`);
  } else {
    writeError(report, terminal);
    // Other doors keep this inside; whoever sits at this machine may see it.
    if (known.code === 'INTERNAL') {
      const cause = printable(messageOf(known.cause).split('\n')[0]?.slice(0, 500) ?? '');
      terminal.stderr.write(`${paint(terminal, 'stderr', 'dim', 'cause')} ${cause}\n`);
    }
  }
  return known.meaning.exitCode;
}

/** Prints what an error says, and what to do next where it tells. */
export function writeError(
  error: { readonly code: string; readonly message: string; readonly hint?: string },
  terminal: Terminal,
): void {
  terminal.stderr.write(`${paint(terminal, 'stderr', 'red', 'error')} ${printable(error.message)} [${error.code}]\n`);
  if (error.hint !== undefined)
    terminal.stderr.write(`${paint(terminal, 'stderr', 'dim', 'hint')}  ${printable(error.hint)}\n`);
}
