import { mergeStatistics } from '../../core/ranking/bm25.js';
import { dot } from '../../core/ranking/cosine.js';
import type { CandidateEvidence, ScopeEvidence } from '../../core/specialists/routing.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import { taskWords } from '../../core/specialists/task-words.js';
import { parseQuery } from '../../core/text/query.js';
import type { Collection, EmbeddingFingerprint } from '../../core/types.js';
import type { Absentees } from '../ask-each.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { QueryVector } from '../retrieval/query-vector.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';
import type { RetrieveService } from '../retrieve.js';
import { ContentCentres } from './content-centres.js';
import type { PastTask, PastTasks } from './past-task.js';

/** Chunks that each leg of each collection nominates for routing; what a coefficient was fitted on. */
const NOMINATED = 60;
/** Hits that are read: more than all collections nominate together. */
const READ_HITS = 1000;
/** Passages of a specialist, and past tasks, that a mean is of. */
const BEST = 3;
/** Fewer past tasks of a specialist say nothing. */
const LEAST_PAST = 3;

/** What is known of a task and of each specialist for it. */
export interface RouteEvidence {
  readonly scope: ScopeEvidence;
  /** In the order of the specialists. */
  readonly candidates: readonly CandidateEvidence[];
  /** Best passages of each specialist, in the same order. */
  readonly passages: readonly (readonly RankedHit[])[];
  /** Model whose vectors were compared. */
  readonly space: EmbeddingFingerprint;
}

/** A specialist with those of its collections that are there. */
export interface RouteCandidate {
  readonly specialist: Specialist;
  readonly collections: readonly Collection[];
}

/** Parts that a {@link RouteEvidenceReader} is made of. */
export interface RouteEvidenceParts {
  readonly collections: CollectionService;
  readonly retrieve: RetrieveService;
  readonly past: PastTasks;
}

/** Gathers what says which specialist a task is for: descriptions, contents and past tasks. */
export class RouteEvidenceReader {
  readonly #context: ServiceContext;
  readonly #parts: RouteEvidenceParts;
  readonly #centres: ContentCentres;
  readonly #descriptions = new Map<string, Float32Array>();

  constructor(context: ServiceContext, parts: RouteEvidenceParts) {
    this.#context = context;
    this.#parts = parts;
    this.#centres = new ContentCentres(context);
  }

  /** One search over all that the candidates may read, so that their scores can be compared. */
  async read(
    task: string,
    candidates: readonly RouteCandidate[],
    { absentees, signal }: { readonly absentees: Absentees; readonly signal?: AbortSignal | undefined },
  ): Promise<RouteEvidence> {
    const query = taskWords(task);
    const embedder = await this.#context.embedder();
    const queryVector = new QueryVector();
    const collections = [
      ...new Map(candidates.flatMap((one) => one.collections.map((each) => [each.name, each]))).values(),
    ];
    const hits = await this.#parts.retrieve.rank({
      query,
      collections,
      queryVector,
      absentees,
      signal,
      settings: { candidates: NOMINATED },
      depth: READ_HITS,
    });
    const vector = await queryVector.of(embedder, parseQuery(query).text, signal);
    const past = await this.#parts.past.helped();
    const passages = candidates.map((candidate) => passagesOf(candidate, hits));
    const evidence = candidates.map(async (candidate, at): Promise<CandidateEvidence> => {
      const fused = (passages[at] ?? []).map((hit) => hit.fused);
      const centre = await this.#centres.of(candidate.collections);
      return {
        passage: fused[0] ?? 0,
        passages: meanOfBest(fused),
        description: dot(vector, await this.#describe(candidate.specialist)),
        contents: centre === undefined ? 0 : dot(vector, centre),
        past: pastEvidence(vector, candidate.specialist.name, past),
      };
    });
    return {
      candidates: await Promise.all(evidence),
      passages: passages.map((own) => own.slice(0, BEST)),
      scope: await this.#scopeOf(query, collections, hits),
      space: embedder.fingerprint,
    };
  }

  async #describe({ name, description, categories }: Specialist): Promise<Float32Array> {
    const embedder = await this.#context.embedder();
    const { fingerprint } = embedder;
    const text = `${name.replace(/[-_]/g, ' ')}. ${description} ${categories.join(', ')}`;
    const key = `${fingerprint.model} ${fingerprint.revision} ${text}`;
    const known = this.#descriptions.get(key);
    if (known !== undefined) return known;
    const [vector = new Float32Array(fingerprint.dimensions)] = await embedder.embed([text], 'document');
    if (this.#descriptions.size >= MOST_DESCRIPTIONS) this.#descriptions.clear();
    this.#descriptions.set(key, vector);
    return vector;
  }

  async #scopeOf(
    query: string,
    collections: readonly Collection[],
    hits: readonly RankedHit[],
  ): Promise<ScopeEvidence> {
    const { terms } = parseQuery(query);
    const statistics = await Promise.all(
      collections.map(({ name }) => this.#context.store.termStatistics(name, terms)),
    );
    const { chunks, documentFrequency } = mergeStatistics(statistics);
    const rarities = terms.map((term) => Math.log((chunks + 1) / ((documentFrequency.get(term) ?? 0) + 0.5)));
    const unknown = terms.filter((term) => (documentFrequency.get(term) ?? 0) === 0).length;
    const cosines = hits.map((hit) => hit.vector?.score ?? 0).sort((a, b) => b - a);
    return {
      cosine: meanOfBest(cosines),
      coverage: Math.max(0, ...hits.map((hit) => hit.words?.coverage ?? 0)),
      share: Math.max(0, ...hits.map((hit) => hit.words?.share ?? 0)),
      rarity: rarities.reduce((sum, value) => sum + value, 0) / Math.max(1, terms.length),
      unknown: unknown / Math.max(1, terms.length),
      length: terms.length,
    };
  }
}

const MOST_DESCRIPTIONS = 500;

function passagesOf({ collections }: RouteCandidate, hits: readonly RankedHit[]): RankedHit[] {
  const own = new Set(collections.map(({ name }) => name));
  return hits.filter(({ collection }) => own.has(collection));
}

/** @param values best first */
function meanOfBest(values: readonly number[]): number {
  const best = values.slice(0, BEST);
  return best.length === 0 ? 0 : best.reduce((sum, value) => sum + value, 0) / best.length;
}

function pastEvidence(vector: Float32Array, name: string, past: readonly PastTask[]): CandidateEvidence['past'] {
  const own = past.filter((task) => task.specialist === name && task.vector.length === vector.length);
  if (own.length < LEAST_PAST) return undefined;
  const near = own.map((task) => dot(vector, task.vector)).sort((a, b) => b - a);
  return { nearest: near[0] ?? 0, mean: meanOfBest(near) };
}
