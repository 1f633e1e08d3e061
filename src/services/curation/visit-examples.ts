import type { Example } from '../../core/curation/example.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import type { Search } from '../../core/curation/search.js';
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
/** Steps of a search between two turns of the event loop. */
const STEPS_PER_TURN = 500;

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

/** Runs a search to its end and lets the event loop turn on the way. @throws QuarryError CANCELLED */
export async function finishSearch<T>(search: Search<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let steps = 1; ; steps++) {
    const step = search.next();
    if (step.done === true) return step.value;
    if (steps % STEPS_PER_TURN !== 0) continue;
    await breathe(0);
    throwIfCancelled(signal);
  }
}

/** Those of the examples that stand at the wanted places, changed where a change is given. */
export function selectExamples(
  source: ExampleSource,
  places: ReadonlySet<number>,
  change: (example: Example, place: number) => Example = (example) => example,
): ExampleSource {
  return {
    rows: places.size,
    async *read() {
      let place = -1;
      for await (const example of source.read()) if (places.has(++place)) yield change(example, place);
    },
  };
}

/** The examples of one source, then those of another. */
export function joinExamples(first: ExampleSource, second: ExampleSource): ExampleSource {
  if (second.rows === 0) return first;
  return {
    rows: first.rows + second.rows,
    async *read() {
      yield* first.read();
      yield* second.read();
    },
  };
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
