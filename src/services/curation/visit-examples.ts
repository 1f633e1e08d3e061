import type { Example } from '../../core/curation/example.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { JobHandle } from '../jobs.js';
import { breathe } from './dataset-access.js';

/** A pass over examples as a job tells of it. */
export interface ExamplePass {
  readonly stage: string;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** Examples between two reports of a pass. */
const REPORTED = 1_000;

/**
 * Visits the examples in order; lets the event loop turn now and then, and tells how far it is.
 * @throws QuarryError CANCELLED, DATASET_INVALID
 */
export async function visitExamples(
  source: ExampleSource,
  pass: ExamplePass | undefined,
  visit: (example: Example, at: number) => void | Promise<void>,
): Promise<void> {
  let at = 0;
  for await (const example of source.read()) {
    await breathe(at);
    throwIfCancelled(pass?.handle.signal);
    if (at % REPORTED === 0) pass?.handle.report({ stage: pass.stage, done: at, total: source.rows });
    await visit(example, at++);
  }
}

/** The examples at the wanted places, by place. */
export async function pickExamples(
  source: ExampleSource,
  places: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Example>> {
  const picked = new Map<number, Example>();
  if (places.size === 0) return picked;
  await visitExamples(source, undefined, (example, at) => {
    if (places.has(at)) picked.set(at, example);
  });
  return picked;
}
