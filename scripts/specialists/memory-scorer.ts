import { judgeRanking } from '../../src/core/metrics/judged-ranking.js';
import { parseMetric } from '../../src/core/metrics/parse-metric.js';
import type { RetrievalSettings } from '../../src/core/retrieval/settings.js';
import type { AdapterExample } from '../../src/core/training/fit-adapter.js';
import { meanOf } from '../../src/services/training-runs/adapter-examples.js';
import type { ExampleSource, Scorer, SearchWay } from '../../src/services/training-runs/learner.js';
import type { Question, QuestionSet } from '../../src/services/training-runs/question-set.js';
import type { KnownQuestion, MemoryWorld } from './memory-world.js';

const METRIC = parseMetric('ndcg@10');
const DEPTH = 10;
const OTHERS = 10;

/** What the query's name takes from the weight of meaning is left out: made questions hold no names. */
const NO_VECTOR = new Float32Array(0);

/** Scores questions as the product ranks them, out of memory. */
export class MemoryScorer implements Scorer {
  readonly #world: MemoryWorld;
  readonly #matrix: Float32Array;
  readonly #dimensions: number;

  constructor(world: MemoryWorld) {
    this.#world = world;
    this.#dimensions = world.passages[0]?.vector.length ?? 0;
    this.#matrix = Float32Array.from(world.passages.flatMap(({ vector }) => [...vector]));
  }

  async score(
    _set: Pick<QuestionSet, 'collections'>,
    work: { readonly questions: readonly Question[]; readonly ways: readonly SearchWay[] },
    run: { readonly onEach: () => void },
  ): Promise<Float64Array[]> {
    const columns = work.ways.map(() => new Float64Array(work.questions.length));
    work.questions.forEach((question, row) => {
      const near = new Map<unknown, Float64Array>();
      work.ways.forEach((way, at) => {
        const column = columns[at];
        if (column !== undefined) column[row] = judge(this.#rank(question, way, near), question);
      });
      run.onEach();
    });
    return columns;
  }

  /** Documents of the ten best passages. */
  rank(question: Question, way: SearchWay): readonly string[] {
    return this.#rank(question, way, new Map());
  }

  #rank(question: Question, { settings, map }: SearchWay, near: Map<unknown, Float64Array>): readonly string[] {
    const known = this.#world.known.get(question.id);
    if (known === undefined) return [];
    const kept = map === undefined ? known.rankings.get(JSON.stringify(settings)) : undefined;
    if (kept !== undefined) return kept;
    const closeness = near.get(map) ?? this.#closeness(map === undefined ? known.vector : map.apply(known.vector));
    near.set(map, closeness);
    return blendTop(known, closeness, settings).map((at) => this.#world.passages[at]?.chunk.documentId ?? '');
  }

  #closeness(vector: Float32Array): Float64Array {
    const size = this.#dimensions;
    const matrix = this.#matrix;
    const closeness = new Float64Array(matrix.length / size);
    for (let at = 0; at < closeness.length; at++) {
      let sum = 0;
      for (let d = 0; d < size; d++) sum += (matrix[at * size + d] ?? 0) * (vector[d] ?? 0);
      closeness[at] = sum;
    }
    return closeness;
  }
}

function judge(documents: readonly string[], question: Question): number {
  const ranked = documents.map((id, at) => ({ id, score: documents.length - at }));
  return METRIC.score(judgeRanking(ranked, question.judgments));
}

/** Places of the best passages of a convex blend among those that either leg nominates. */
function blendTop(known: KnownQuestion, closeness: Float64Array, { alpha, candidates }: RetrievalSettings): number[] {
  const sorted = Float64Array.from(closeness).sort();
  const bar = sorted[Math.max(0, sorted.length - candidates)] ?? 0;
  const best: { at: number; score: number }[] = [];
  for (let at = 0; at < closeness.length; at++) {
    const near = closeness[at] ?? 0;
    if (near < bar && known.isNominated[at] === 0) continue;
    const fused = alpha * Math.max(0, near) + (1 - alpha) * (known.words[at] ?? 0);
    const score = (fused + (known.added[at] ?? 0)) * (known.factor[at] ?? 1);
    if (best.length < DEPTH || score > (best.at(-1)?.score ?? 0)) {
      best.push({ at, score });
      best.sort((a, b) => b.score - a.score || a.at - b.at);
      if (best.length > DEPTH) best.pop();
    }
  }
  return best.map(({ at }) => at);
}

/** What a map is fitted to, out of memory. */
export function memoryExamples(world: MemoryWorld, questions: readonly Question[]): ExampleSource {
  const places = new Map(world.passages.map(({ chunk }, at) => [chunk.documentId, at]));
  const vectorAt = (at: number | undefined): Float32Array => world.passages[at ?? 0]?.vector ?? NO_VECTOR;
  return {
    of: async (wanted) =>
      wanted.flatMap((place): AdapterExample[] => {
        const question = questions[place];
        const known = question === undefined ? undefined : world.known.get(question.id);
        if (question === undefined || known === undefined) return [];
        const answers = question.relevant.map((document) => places.get(document));
        const others = known.near.filter((at) => !answers.includes(at)).slice(0, OTHERS);
        return [{ query: known.vector, answer: meanOf(answers.map(vectorAt)), other: meanOf(others.map(vectorAt)) }];
      }),
  };
}
