import type { AuditFindings } from '../../core/curation/audit-report.js';
import { sidesOf } from '../../core/curation/example.js';
import {
  findOutliers,
  findVectorDuplicates,
  judgeByNeighbours,
  VectorMatcher,
} from '../../core/curation/neighbours.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import { sampleRandom } from '../../core/curation/sample-diverse.js';
import { VectorTable } from '../../core/curation/vector-table.js';
import { throwIfCancelled } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import type { JobHandle } from '../jobs.js';
import type { GuardedSuites } from './suite-guard.js';
import { finishSearch, pickExamples, visitExamples } from './visit-examples.js';

/** Makes a unit vector of each text. */
export type EmbedTexts = (texts: readonly string[], kind: 'query' | 'document') => Promise<readonly Float32Array[]>;

/** What the checks by vectors are given. */
export interface VectorWork {
  readonly examples: ExampleSource;
  readonly suites: GuardedSuites;
  readonly embed: EmbedTexts;
  /** Cosine from which two answers are the same, and from which a prompt is a suite's query in other words. */
  readonly vectorThreshold: number;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
  /** Ids and categories of the examples, in order. */
  readonly ids: readonly string[];
  readonly categories: readonly string[];
  /** Takes what is found. */
  readonly findings: AuditFindings;
  /** Takes what was not looked at. */
  readonly skipped: string[];
}

/** Examples whose neighbours are looked at; the cost is the square of it. */
const MAX_NEIGHBOUR_ROWS = 1_500;
/** Fewer examples than this have no neighbourhood to speak of. */
const MIN_NEIGHBOUR_ROWS = 20;
/** Share of neighbours with another label from which a label is doubted. */
const NOISE_SHARE = 0.8;
/** Longest text that is embedded, in characters. */
const EMBEDDED_TEXT = 1_000;
const EMBED_BATCH = 256;
const SHOWN_CHARACTERS = 120;

/** Answers that mean the same, prompts that a suite asks in other words, doubtful labels and outliers. */
export async function vectorFindings(work: VectorWork): Promise<void> {
  const { answers, keys } = await readVectors(work);
  await vectorDuplicates(work, answers, keys);
  if (work.ids.length > MAX_NEIGHBOUR_ROWS) {
    work.skipped.push(`label noise and outliers: looked at ${MAX_NEIGHBOUR_ROWS} examples drawn at random`);
  }
  neighbourFindings(work, answers);
}

/** The vectors of all answers, with a key of each that is equal for equal answers. Prompts are compared at once and not kept. */
async function readVectors(work: VectorWork): Promise<{ answers: VectorTable; keys: readonly string[] }> {
  const matchPrompts = await suiteMatcher(work);
  const answers = new VectorTable(work.ids.length);
  const keys: string[] = [];
  let batch: { id: string; prompt: string; response: string }[] = [];
  const flush = async (): Promise<void> => {
    const responses = batch.map(({ response }) => response.slice(0, EMBEDDED_TEXT));
    for (const vector of await work.embed(responses, 'document')) answers.add(vector);
    await matchPrompts(batch);
    batch = [];
  };
  await visitExamples(work.examples, { stage: 'vectors', handle: work.handle }, async (example) => {
    const { prompt, response } = sidesOf(example);
    keys.push(sha256(response).slice(0, 32));
    batch.push({ id: example.id, prompt, response });
    if (batch.length === EMBED_BATCH) await flush();
  });
  if (batch.length > 0) await flush();
  return { answers, keys };
}

/** Finds prompts that mean the same as a query of a suite. */
async function suiteMatcher(
  work: VectorWork,
): Promise<(batch: readonly { readonly id: string; readonly prompt: string }[]) => Promise<void>> {
  const { queries } = work.suites;
  const table = new VectorTable(queries.length);
  for (let at = 0; at < queries.length; at += EMBED_BATCH) {
    throwIfCancelled(work.handle.signal);
    const texts = queries.slice(at, at + EMBED_BATCH).map((query) => query.text.slice(0, EMBEDDED_TEXT));
    for (const vector of await work.embed(texts, 'query')) table.add(vector);
  }
  const matcher = new VectorMatcher(table);
  return async (batch) => {
    if (queries.length === 0) return;
    const vectors = await work.embed(
      batch.map(({ prompt }) => prompt.slice(0, EMBEDDED_TEXT)),
      'query',
    );
    for (const [at, vector] of vectors.entries()) {
      const match = matcher.match(vector, work.vectorThreshold);
      const query = match === undefined ? undefined : queries[match.place];
      if (match === undefined || query === undefined) continue;
      const evidence = `cosine ${match.similarity.toFixed(4)} with ${query.item} of suite ${query.suite}: "${query.text.slice(0, SHOWN_CHARACTERS)}"`;
      work.findings.add({ check: 'similar-to-suite', example: batch[at]?.id ?? '', evidence });
    }
  };
}

/** Answers that mean the same as an earlier one, each with its most similar; those that are equal letter by letter are found elsewhere. */
async function vectorDuplicates(work: VectorWork, answers: VectorTable, keys: readonly string[]): Promise<void> {
  const { ids, findings } = work;
  const search = findVectorDuplicates(answers, work.vectorThreshold);
  const found = await finishSearch(search, work.handle.signal);
  const others = found.filter(({ first, second }) => keys[first] !== keys[second]);
  const shown = others.slice(0, findings.limit);
  const texts = await pickExamples(work.examples, new Set(shown.map(({ first }) => first)));
  for (const { first, second, similarity } of shown) {
    const example = texts.get(first);
    if (example === undefined) continue;
    const start = sidesOf(example).response.replace(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS);
    const evidence = `cosine ${similarity.toFixed(4)} with ${example.id}: "${start}"`;
    findings.add({ check: 'vector-duplicate', example: ids[second] ?? '', evidence });
  }
  for (const { second } of others.slice(shown.length)) findings.flag('vector-duplicate', ids[second] ?? '');
}

function neighbourFindings({ ids, categories, findings }: VectorWork, answers: VectorTable): void {
  const places = sampleRandom(ids.length, MAX_NEIGHBOUR_ROWS, 1);
  if (places.length < MIN_NEIGHBOUR_ROWS) return;
  const verdicts = judgeByNeighbours(
    places.map((at) => answers.row(at)),
    places.map((at) => categories[at] ?? ''),
  );
  const outliers = new Set(findOutliers(verdicts));
  for (const verdict of verdicts) {
    const at = places[verdict.index] ?? 0;
    const [example, category] = [ids[at] ?? '', categories[at] ?? ''];
    if (verdict.disagreement >= NOISE_SHARE && verdict.neighbourLabel !== category) {
      const evidence = `category ${category}, but ${Math.round(verdict.disagreement * 100)}% of its neighbours are ${verdict.neighbourLabel}`;
      findings.add({ check: 'label-noise', example, evidence });
    }
    if (outliers.has(verdict.index)) {
      const evidence = `mean cosine ${verdict.closeness.toFixed(3)} to its nearest neighbours`;
      findings.add({ check: 'outlier', example, evidence });
    }
  }
}
