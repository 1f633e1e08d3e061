import { randomInt } from 'node:crypto';
import { type Example, parseExample } from '../../core/curation/example.js';
import { redactSensitive } from '../../core/curation/find-sensitive.js';
import { QuarryError } from '../../core/errors.js';
import type { Candidate } from '../../core/ports.js';
import {
  estimatePropensities,
  type Feedback,
  type FeedbackCandidate,
  feedbackCandidates,
  type LoggedSearch,
  type Propensity,
} from '../../core/specialists/feedback.js';
import type { ToolPast } from '../../core/specialists/tool-choice.js';
import type { ServiceContext } from '../context.js';
import { DatasetAccess } from '../curation/dataset-access.js';
import type { SearchHit } from '../retrieval/search-hit.js';
import type { PastTask, PastTasks } from './past-task.js';
import { QueryLog } from './query-log.js';

/** One search of so many is explored, half of these with the first result elsewhere. */
const EXPLORED = 5;
/** Places that the first result is put at. */
const PLACES = [2, 3, 4, 5];
/** Feedback that routing looks back on, newest first. */
const MOST_PAST = 2_000;
/** Searches of the log among which the one that feedback is about is looked for. */
const LOOKED_BACK = 500;

/** What somebody says of a search or a task. */
export interface FeedbackInput {
  readonly task: string;
  readonly specialist?: string | undefined;
  readonly tool?: string | undefined;
  readonly used: readonly string[];
  readonly useless: readonly string[];
  readonly isSuccess?: boolean | undefined;
}

/** A search as it is answered. */
export interface ShownSearch {
  readonly query: string;
  /** Empty when nobody was named. */
  readonly specialist: string;
  readonly hits: readonly SearchHit[];
  readonly relevance: { readonly chance: number | null; readonly isDoubtful: boolean };
  /** The live test that it is part of, and whose results these are; null for none. */
  readonly draft: LoggedSearch['draft'];
}

/** What feedback comes to. */
export interface FeedbackReport {
  readonly searches: number;
  readonly feedback: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly propensities: readonly Propensity[];
  readonly candidates: readonly FeedbackCandidate[];
}

/** Remembers, where it is opted in, what was searched and what helped; scrubbed, and only in the workspace. */
export class FeedbackService implements PastTasks {
  readonly #context: ServiceContext;
  readonly #log: QueryLog;
  readonly #vectors = new Map<string, Float32Array>();

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#log = new QueryLog(context);
  }

  /** Whether the log is opted in. */
  get isOn(): boolean {
    return this.#context.config.queryLog !== 'off';
  }

  /** @throws QuarryError CONFIG_INVALID with this message when the log is off */
  requireOn(message: string): void {
    if (this.isOn) return;
    throw new QuarryError('CONFIG_INVALID', message, {
      hint: 'Set QUARRY_QUERY_LOG to on (or explore). It stays in the workspace and is scrubbed of secrets and personal data.',
    });
  }

  /** The results in the order to show them; remembered where it is opted in. Nobody waits for that; what fails is logged. */
  noteShown({ query, specialist, hits, relevance, draft }: ShownSearch): readonly SearchHit[] {
    if (!this.isOn) return hits;
    // One experiment at a time.
    const placement = draft === null ? this.#drawPlacement(hits.length) : null;
    const order = placement?.isSwapped === true ? swapFirst(hits, placement.rank) : hits;
    this.#log.note({
      at: this.#context.clock.now(),
      query: scrub(query),
      specialist,
      shown: order.map(({ hit }) => hit.candidate.chunk.id),
      relevance: relevance.chance,
      isDoubtful: relevance.isDoubtful,
      placement,
      draft,
    });
    return order;
  }

  /** Where to put the first of so many results this time; null leaves it. Random, so that it depends on nothing else. */
  #drawPlacement(results: number): LoggedSearch['placement'] {
    if (this.#context.config.queryLog !== 'explore' || randomInt(EXPLORED) > 0) return null;
    const rank = PLACES[randomInt(PLACES.length)] ?? 2;
    return results < rank ? null : { rank, isSwapped: randomInt(2) === 0 };
  }

  /** @throws QuarryError CONFIG_INVALID when the log is off, INPUT_INVALID when nothing is said */
  async record(input: FeedbackInput): Promise<Feedback> {
    this.requireOn('Feedback is not remembered: the query log is off.');
    if (input.used.length === 0 && input.useless.length === 0 && input.isSuccess === undefined) {
      throw new QuarryError('INPUT_INVALID', 'The feedback says nothing.', {
        hint: 'Give used or useless passages by their chk_ ids, or success.',
      });
    }
    const task = scrub(input.task);
    const specialist = input.specialist ?? '';
    const feedback: Feedback = {
      at: this.#context.clock.now(),
      task,
      specialist,
      tool: scrub(input.tool ?? ''),
      used: [...new Set(input.used)],
      useless: input.useless.filter((id) => !input.used.includes(id)),
      isSuccess: input.isSuccess ?? null,
      search: await this.#searchOf(task, specialist),
    };
    await this.#log.add(feedback);
    return feedback;
  }

  /** All feedback, oldest first. */
  feedback(): Promise<Feedback[]> {
    return this.#log.feedback();
  }

  /** All searches of the log, oldest first. */
  searches(): Promise<LoggedSearch[]> {
    return this.#log.searches();
  }

  /** What the feedback comes to, for one specialist or all. */
  async report(specialist?: string): Promise<FeedbackReport> {
    const isOwn = (one: { readonly specialist: string }): boolean =>
      specialist === undefined || one.specialist === specialist;
    const all = await this.feedback();
    const own = all.filter(isOwn);
    const propensities = estimatePropensities(all);
    return {
      searches: (await this.searches()).filter(isOwn).length,
      feedback: own.length,
      succeeded: own.filter(({ isSuccess }) => isSuccess === true).length,
      failed: own.filter(({ isSuccess }) => isSuccess === false).length,
      propensities,
      candidates: feedbackCandidates(own, propensities),
    };
  }

  /**
   * Adds what was used to a dataset, as pairs that wait for a judge: feedback labels nothing by itself. Resolves to how
   * many were new.
   */
  async queueCandidates(
    dataset: string,
    { limit, specialist }: { readonly limit: number; readonly specialist?: string },
  ): Promise<{ readonly added: number; readonly candidates: number }> {
    const { candidates } = await this.report(specialist);
    const used = candidates.filter((one) => one.used > 0).slice(0, limit);
    const examples = (await Promise.all(used.map((one) => this.#exampleOf(one)))).flatMap((example) => example ?? []);
    if (examples.length === 0) return { added: 0, candidates: used.length };
    const { added } = await new DatasetAccess(this.#context).add(dataset, examples, {
      message: `Queued ${examples.length} candidates from feedback`,
      notes: { feedback: { candidates: examples.length } },
    });
    return { added, candidates: used.length };
  }

  /** Resolves when the searches that were answered are written. */
  settle(): Promise<void> {
    return this.#log.settle();
  }

  /** Forgets all searches and feedback; resolves to how many there were. */
  clear(): Promise<number> {
    return this.#log.clear();
  }

  /** Tasks at which a specialist helped, with their vectors; none where the log is off. */
  async helped(): Promise<readonly PastTask[]> {
    if (!this.isOn) return [];
    const own = (await this.feedback()).filter(({ isSuccess, specialist }) => isSuccess === true && specialist !== '');
    const recent = own.slice(-MOST_PAST);
    const embedder = await this.#context.embedder();
    const { model, revision } = embedder.fingerprint;
    const keyOf = (task: string): string => `${model} ${revision} ${task}`;
    const fresh = [...new Set(recent.map(({ task }) => task))].filter((task) => !this.#vectors.has(keyOf(task)));
    const made = fresh.length === 0 ? [] : await embedder.embed(fresh, 'query');
    fresh.forEach((task, at) => {
      const vector = made[at];
      if (vector !== undefined) this.#vectors.set(keyOf(task), vector);
    });
    return recent.flatMap(({ task, specialist }) => {
      const vector = this.#vectors.get(keyOf(task));
      return vector === undefined ? [] : [{ vector, specialist }];
    });
  }

  /** How tools did, by their names; nothing where the log is off. */
  async ofTools(): Promise<ReadonlyMap<string, ToolPast>> {
    const past = new Map<string, { succeeded: number; failed: number }>();
    if (!this.isOn) return past;
    for (const { tool, isSuccess } of (await this.feedback()).slice(-MOST_PAST)) {
      if (tool === '' || isSuccess === null) continue;
      const own = past.get(tool) ?? { succeeded: 0, failed: 0 };
      own[isSuccess ? 'succeeded' : 'failed'] += 1;
      past.set(tool, own);
    }
    return past;
  }

  async #searchOf(task: string, specialist: string): Promise<Feedback['search']> {
    const recent = (await this.searches()).slice(-LOOKED_BACK).reverse();
    const found = recent.find((search) => search.query === task && search.specialist === specialist);
    if (found === undefined) return null;
    const { shown, placement, draft } = found;
    return { shown, placement, draft };
  }

  async #exampleOf({ query, passage }: FeedbackCandidate): Promise<Example | undefined> {
    const candidate = await this.#passage(passage);
    if (candidate === undefined) return undefined; // It is gone or was cut anew since.
    const { chunk, document } = candidate;
    const parsed = parseExample({
      kind: 'pair',
      fields: { anchor: query, positive: chunk.text },
      review: 'needs-review',
      trust: 0,
      licence: document.licence.slice(0, 200),
      tags: ['feedback'],
      provenance: {
        source: document.sourceId,
        uri: document.uri.slice(0, 4_000),
        documentId: document.id,
        contentHash: document.contentHash,
        start: chunk.start,
        end: chunk.end,
        method: 'feedback',
      },
    });
    return 'example' in parsed ? parsed.example : undefined;
  }

  async #passage(id: string): Promise<Candidate | undefined> {
    for (const { name } of await this.#context.store.listCollections()) {
      const [found] = await this.#context.store.getChunks(name, [id]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** The first result at another place, and the one of that place first. */
function swapFirst(hits: readonly SearchHit[], rank: number): SearchHit[] {
  const order = [...hits];
  const [first, other] = [order[0], order[rank - 1]];
  if (first === undefined || other === undefined) return order;
  order[0] = { ...other, rank: 1 };
  order[rank - 1] = { ...first, rank };
  return order;
}

const LONGEST = 4_000;

function scrub(text: string): string {
  return redactSensitive(text.slice(0, LONGEST).replace(/\s+/g, ' ').trim());
}
