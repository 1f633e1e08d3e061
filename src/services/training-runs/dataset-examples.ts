import type { Example } from '../../core/curation/example.js';
import { sampleRandom } from '../../core/curation/sample-diverse.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { AdapterExample } from '../../core/training/fit-adapter.js';
import type { ServiceContext } from '../context.js';
import { DatasetAccess } from '../curation/dataset-access.js';
import { guardSuites } from '../curation/suite-guard.js';
import { meanOf } from './adapter-examples.js';
import type { QuestionSet } from './question-set.js';

/** Pairs that are learned from, at most: a random choice of more. */
const MOST_PAIRS = 2_000;
/** Passages near a pair's question that stand for what does not answer, where the pair names none. */
const NEAR = 10;

/**
 * The pairs and triplets of a dataset, but for those that were rejected, that are kept for testing, or that share words with any
 * suite's test questions: nothing that proves is learned from.
 */
export async function datasetPairs(
  context: ServiceContext,
  about: { readonly dataset: string; readonly seed: number; readonly signal: AbortSignal },
): Promise<DatasetPair[]> {
  const access = new DatasetAccess(context);
  const head = await access.require(about.dataset);
  const suites = await guardSuites(context, about.signal);
  const usable = (await access.examples(head)).flatMap(asPair).filter(({ anchor, positive }) => {
    const overlaps = [...suites.index.find(anchor), ...suites.index.find(positive)];
    return !overlaps.some(({ isTest }) => isTest);
  });
  return sampleRandom(usable.length, MOST_PAIRS, about.seed).flatMap((at) => usable[at] ?? []);
}

/** What {@link datasetPairs} say to a map. */
export async function datasetExamples(
  context: ServiceContext,
  about: { dataset: string; seed: number; set: QuestionSet; signal: AbortSignal },
): Promise<AdapterExample[]> {
  const chosen = await datasetPairs(context, about);
  const embedder = await context.embedder();
  const texts = (of: (pair: DatasetPair) => string): string[] => chosen.map(of);
  const queries = await embedder.embed(
    texts(({ anchor }) => anchor),
    'query',
    about.signal,
  );
  const answers = await embedder.embed(
    texts(({ positive }) => positive),
    'document',
    about.signal,
  );
  const examples: AdapterExample[] = [];
  for (const [at, { negatives, documentId }] of chosen.entries()) {
    throwIfCancelled(about.signal);
    const [query, answer] = [queries[at], answers[at]];
    if (query === undefined || answer === undefined) continue;
    const others =
      negatives.length > 0
        ? await embedder.embed(negatives.slice(0, NEAR), 'document', about.signal)
        : await nearestOthers(context, about.set, { query, documentId });
    examples.push({ query, answer, other: others.length === 0 ? query : meanOf(others) });
  }
  return examples;
}

/** A question and what answers it. */
export interface DatasetPair {
  readonly anchor: string;
  readonly positive: string;
  readonly negatives: readonly string[];
  readonly documentId: string;
}

function asPair(example: Example): DatasetPair[] {
  const { review, split, provenance } = example;
  if (review === 'rejected' || split === 'test' || split === 'validation') return [];
  const { documentId } = provenance;
  if (example.kind === 'pair') return [{ ...example.fields, negatives: [], documentId }];
  return example.kind === 'triplet' ? [{ ...example.fields, documentId }] : [];
}

async function nearestOthers(
  { store }: ServiceContext,
  { collections }: QuestionSet,
  { query, documentId }: { query: Float32Array; documentId: string },
): Promise<Float32Array[]> {
  const [judged] = collections;
  if (judged === undefined) return [];
  const near = await store.searchVector(judged.name, query, NEAR + 1, {});
  return near
    .filter(({ chunk }) => chunk.documentId !== documentId)
    .slice(0, NEAR)
    .map(({ vector }) => vector);
}
