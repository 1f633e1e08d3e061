import type { Config } from './config/schema.js';
import { QuarryError } from './core/errors.js';
import type { Report } from './core/ports.js';
import { nearestName } from './core/text/nearest-name.js';
import type { Job } from './core/types.js';
import { openWorkspace, type Workspace } from './open-workspace.js';
import type { Door } from './operations/call.js';
import type { Operation, Outcome } from './operations/define.js';
import { type OperationInput, type OperationName, type OperationOutput, operations } from './operations/index.js';
import { isFinished, type JobService } from './services/jobs.js';

/** How one call of an operation may be run. */
export interface ExecuteOptions {
  readonly signal?: AbortSignal;
  readonly report?: Report;
  /** Through which door the call came; default `library`. */
  readonly door?: Door;
}

/** How to wait for a job. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Hears of progress. */
  readonly onChange?: (job: Job) => void;
}

/** An open workspace. */
export interface Quarry extends Workspace {
  readonly operations: readonly Operation[];
  /**
   * Runs an operation; docs/reference/operations.md lists them.
   * @throws QuarryError INPUT_INVALID and what the operation declares
   */
  execute<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    options?: ExecuteOptions,
  ): Promise<Outcome<OperationOutput<N>>>;
  /**
   * Runs an operation whose name or input comes from outside.
   * @throws QuarryError OPERATION_NOT_FOUND, INPUT_INVALID, and what the operation declares
   */
  execute(name: string, input: unknown, options?: ExecuteOptions): Promise<Outcome>;
  /**
   * Waits until a job has ended, however long that takes, or until the signal fires; gives its record as it then is.
   * A job that failed is no exception: its record says why.
   * @throws QuarryError JOB_NOT_FOUND
   */
  waitForJob(id: string, options?: WaitOptions): Promise<Job>;
}

/**
 * Opens a workspace. Settings come from `overrides`, then from the environment, then from defaults.
 * @throws QuarryError CONFIG_INVALID, STORE_BROKEN, MACHINE_UNSUPPORTED
 */
export async function openQuarry(overrides: Partial<Config> = {}): Promise<Quarry> {
  const workspace = await openWorkspace(overrides);
  const { services } = workspace;
  const execute = async (name: string, input: unknown, options: ExecuteOptions = {}): Promise<Outcome> => {
    const { signal = new AbortController().signal, report = () => undefined, door = 'library' } = options;
    return findOperation(name).execute({ services, signal, report, door }, input);
  };
  return {
    ...workspace,
    operations,
    // Each operation checks its output against its own schema, which is what the typed signature promises.
    execute: execute as Quarry['execute'],
    waitForJob: (id, options) => waitForJob(services.jobs, id, options),
  };
}

async function waitForJob(jobs: JobService, id: string, options: WaitOptions = {}): Promise<Job> {
  for (;;) {
    const job = await jobs.wait(id, Number.MAX_SAFE_INTEGER, options);
    if (isFinished(job) || options.signal?.aborted === true) return job;
  }
}

/** @throws QuarryError OPERATION_NOT_FOUND naming the nearest one */
function findOperation(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (found !== undefined) return found;
  const names = operations.map((operation) => operation.name);
  const near = nearestName(name, names);
  throw new QuarryError('OPERATION_NOT_FOUND', `There is no operation ${JSON.stringify(name.slice(0, 100))}.`, {
    hint: near === undefined ? `Known operations: ${names.join(', ')}.` : `Did you mean ${near}?`,
  });
}
