import { ERROR_TABLE, type ErrorCode, QuarryError } from '../../core/errors.js';
import type { Job, JsonObject } from '../../core/types.js';
import { coerceStrings } from '../../operations/coerce.js';
import type { Operation, Outcome } from '../../operations/define.js';
import { jobText, toJobShape } from '../../operations/job-shape.js';
import type { ListedOperation } from '../../operations/listed-operation.js';
import type { Services } from '../../services/services.js';
import { parametersOf, parsePairs, readText } from './arguments.js';
import { type GlobalOptions, writeError } from './print-error.js';
import { ProgressBar } from './progress-bar.js';
import { printable, type Terminal } from './terminal.js';

/** The store itself waits some fifteen seconds for another writer; so often a command asks again. */
const LOCK_ATTEMPTS = 8;

/** What a command needs. */
export interface CommandContext {
  readonly services: Services;
  /** The registry, for operations that tell what another one's job came to. */
  readonly operations: readonly ListedOperation[];
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
  const raw: Record<string, unknown> = Object.fromEntries(
    Object.entries(gathered.flags).map(([key, value]) => [key, onlyOne(value)]),
  );
  (operation.cli.positional ?? []).forEach((key, i) => {
    const word = gathered.positional[i];
    // An empty list means that no word was given; an empty word is what the user typed.
    if (word !== undefined && (typeof word === 'string' || word.length > 0)) raw[key] = word;
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

/** A list flag given once may hold several values apart by commas, which a lone string is split at. */
function onlyOne(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
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
  const { terminal, options } = context;
  const outcome = await executePatiently(operation, input, context);
  const jobId = operation.startsJob === undefined ? undefined : outcome.output[operation.startsJob];
  if (typeof jobId === 'string') return followJob(jobId, { operation, started: outcome.output }, context);
  print(terminal, options, outcome.output, outcome.text);
  if (outcome.failure === '') return { exitCode: 0, output: outcome.output };
  // Quiet is silent on all but what went wrong.
  if (options.quiet && !options.json) terminal.stderr.write(`${printable(outcome.failure)}\n`);
  return { exitCode: 1, output: outcome.output };
}

/** Runs an operation; where another process is writing, waits for it, as a person at a terminal would. */
async function executePatiently(
  operation: Operation,
  input: Record<string, unknown>,
  { services, signal, terminal, options }: CommandContext,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation.execute({ services, signal, report: () => undefined, door: 'cli' }, input);
    } catch (error) {
      const isLocked = error instanceof QuarryError && error.code === 'STORE_LOCKED';
      if (!isLocked || attempt >= LOCK_ATTEMPTS || signal.aborted) throw error;
      if (!options.quiet) terminal.stderr.write(`${printable(error.message)} Waiting; Ctrl-C ends it.\n`);
    }
  }
}

async function followJob(
  id: string,
  about: { readonly operation: Operation; readonly started: JsonObject },
  context: CommandContext,
): Promise<CommandResult> {
  const { terminal, options } = context;
  const job = await waitForJob(id, context);
  const answer = context.operations.find((operation) => operation.name === about.operation.jobAnswer?.operation);
  if (job.error === null && answer !== undefined) {
    const key = about.operation.jobAnswer?.key ?? '';
    const { services, signal } = context;
    const told = await (await answer.load()).execute(
      { services, signal, report: () => undefined, door: 'cli' },
      { [key]: [id] },
    );
    print(terminal, options, told.output, told.text);
    return { exitCode: 0, output: told.output };
  }
  const shape = toJobShape(job);
  const output = { ...about.started, state: job.state, job: shape as unknown as JsonObject }; // A job's shape is plain JSON.
  print(terminal, options, output, jobText(job));
  // Quiet is silent on all but errors, and a job's own text, where its error else stands, was just left out.
  if (job.error !== null && options.quiet && !options.json) writeError(job.error, terminal);
  if (job.error === null) return { exitCode: 0, output: about.started };
  const isKnown = Object.hasOwn(ERROR_TABLE, job.error.code);
  const exitCode = isKnown ? ERROR_TABLE[job.error.code as ErrorCode].exitCode : 70; // hasOwn has just shown it to be a code.
  return { exitCode, output: about.started };
}

async function waitForJob(id: string, context: CommandContext): Promise<Job> {
  const { services, terminal, options, signal } = context;
  const bar = new ProgressBar(terminal, options.quiet || options.json);
  const cancel = (): void => void services.jobs.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  const onChange = (job: Job): void => bar.draw(job, services.context.clock.elapsedMs());
  let job = await services.jobs.wait(id, Number.MAX_SAFE_INTEGER, { onChange });
  while (job.finishedAt === null) job = await services.jobs.wait(id, Number.MAX_SAFE_INTEGER, { onChange });
  signal.removeEventListener('abort', cancel);
  bar.clear();
  return job;
}

function print(terminal: Terminal, options: GlobalOptions, output: JsonObject, text: string): void {
  if (options.json) terminal.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
  else if (!options.quiet) terminal.stdout.write(`${printable(text)}\n`);
}
