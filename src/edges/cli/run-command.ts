import { ERROR_TABLE, type ErrorCode, QuarryError, toQuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';
import { coerceStrings } from '../../operations/coerce.js';
import type { Operation } from '../../operations/define.js';
import { renderJob, toJobShape } from '../../operations/job-shape.js';
import type { Services } from '../../services/services.js';
import { parametersOf, parsePairs, readText } from './arguments.js';
import { ProgressBar } from './progress-bar.js';
import { paint, printable, type Terminal } from './terminal.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a command needs. */
export interface CommandContext {
  readonly services: Services;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly options: GlobalOptions;
}

/** What commander gathered: positional words and flags by camelCase key. */
export interface Gathered {
  readonly positional: readonly (string | readonly string[] | undefined)[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The operation's untrusted input, from words and flags. */
export async function gatherInput(
  operation: Operation,
  gathered: Gathered,
  stdin: NodeJS.ReadableStream,
): Promise<Record<string, unknown>> {
  const raw: Record<string, unknown> = { ...gathered.flags };
  (operation.cli.positional ?? []).forEach((key, i) => {
    const word = gathered.positional[i];
    if (word !== undefined && word.length > 0) raw[key] = word;
  });
  for (const key of operation.cli.fromFile ?? []) {
    const value = raw[key];
    if (typeof value === 'string') raw[key] = await readText(value, stdin);
  }
  const objects = parametersOf(operation).filter(
    (parameter) => parameter.kind === 'object' && raw[parameter.key] !== undefined,
  );
  for (const { key, flag } of objects) raw[key] = parsePairs(flag, toList(raw[key]));
  return coerceStrings(operation.inputSchema, raw);
}

function toList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** What a command came to. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: JsonObject;
}

/** Runs an operation, waits for the job it may start, and prints. */
export async function runCommand(
  operation: Operation,
  input: Record<string, unknown>,
  context: CommandContext,
): Promise<CommandResult> {
  const { services, signal, terminal, options } = context;
  const outcome = await operation.execute({ services, signal, report: () => undefined, door: 'cli' }, input);
  const jobId = operation.startsJob === undefined ? undefined : outcome.output[operation.startsJob];
  if (typeof jobId === 'string')
    return { exitCode: await followJob(jobId, outcome.output, context), output: outcome.output };
  print(terminal, options, outcome.output, outcome.text);
  return { exitCode: outcome.isFailure ? 1 : 0, output: outcome.output };
}

async function followJob(id: string, started: JsonObject, context: CommandContext): Promise<number> {
  const { services, terminal, options, signal } = context;
  const bar = new ProgressBar(terminal, options.quiet || options.json);
  const cancel = (): void => void services.jobs.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  const onChange = (job: Parameters<typeof toJobShape>[0]): void => bar.draw(job, services.context.clock.elapsedMs());
  let job = await services.jobs.wait(id, Number.MAX_SAFE_INTEGER, { onChange });
  while (job.finishedAt === null) job = await services.jobs.wait(id, Number.MAX_SAFE_INTEGER, { onChange });
  signal.removeEventListener('abort', cancel);
  bar.clear();
  const shape = toJobShape(job);
  print(terminal, options, { ...started, state: job.state, job: shape as unknown as JsonObject }, renderJob(shape)); // A job's shape is plain JSON.
  if (job.error === null) return 0;
  return Object.hasOwn(ERROR_TABLE, job.error.code) ? ERROR_TABLE[job.error.code as ErrorCode].exitCode : 70; // hasOwn has just shown it to be a code.
}

function print(terminal: Terminal, options: GlobalOptions, output: JsonObject, text: string): void {
  if (options.json) terminal.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
  else if (!options.quiet) terminal.stdout.write(`${printable(text)}\n`);
}

/** Prints an error (with --json as an object on stdout) and gives its exit code. */
export function printError(error: unknown, terminal: Terminal, options: GlobalOptions): number {
  const known = error instanceof QuarryError ? error : toQuarryError(error);
  const report = known.toReport();
  if (options.json) {
    terminal.stdout.write(`${JSON.stringify({ error: report }, null, 2)}\n`);
  } else {
    terminal.stderr.write(
      `${paint(terminal, 'stderr', 'red', 'error')} ${printable(report.message)} [${report.code}]\n`,
    );
    if (report.hint !== undefined)
      terminal.stderr.write(`${paint(terminal, 'stderr', 'dim', 'hint')}  ${printable(report.hint)}\n`);
  }
  return known.meaning.exitCode;
}
