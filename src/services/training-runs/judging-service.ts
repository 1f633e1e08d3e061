import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { type Example, parseExample } from '../../core/curation/example.js';
import { TRUST_THRESHOLD } from '../../core/curation/judge-trust.js';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import { LOCAL_REACH } from '../../core/reach.js';
import { candidateHalf } from '../../core/training-runs/decide-promotion.js';
import {
  COUNTED_RANKS,
  decideJudging,
  disagreements,
  type JudgingState,
  planJudging,
  plannedGain,
} from '../../core/training-runs/disagreement.js';
import { levelShare } from '../../core/training-runs/spend-level.js';
import type { TrainingOutcome } from '../../core/training-runs/training-run.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { DatasetAccess } from '../curation/dataset-access.js';
import type { LabellingService, WorkHandout } from '../curation/labelling-service.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';
import { openQueryMap } from '../specialists/open-query-map.js';
import { type AskedQuestion, type JudgingSession, putSession, readSession } from './judging-records.js';
import type { SearchWay } from './learner.js';
import { QuestionReader } from './question-set.js';
import type { RunRecords } from './run-records.js';
import { QuestionScorer } from './score-questions.js';

/** Accepted items of earlier rounds that are shown again, unmarked, to measure the judges. */
const MOST_GOLD = 10;
/** Grade of a passage that answers fully. */
const BEST_GRADE = 3;
/** Items that a round holds at least, while there are questions. */
const ROUND_ITEMS = 40;

/** A request for what decides. */
export interface JudgingRequest {
  readonly run: string;
  /** Questions to ask besides those that wait; what was asked or tuned on before is passed over. */
  readonly questions: readonly string[];
  readonly judge: string;
  readonly count: number;
  readonly leaseSeconds: number;
}

/** What decides, as far as it is known. */
export interface JudgingProgress extends JudgingState {
  /** Questions that are judged whole, those that both rank alike among them. */
  readonly judgedQuestions: number;
  readonly waitingQuestions: number;
  /** Items that were judged, and what judging everything of the same questions would have asked. */
  readonly judgedItems: number;
  readonly pooledItems: number;
}

/** What is handed out. */
export interface JudgingHandout {
  readonly progress: JudgingProgress;
  /** Dataset in which items are handed in; empty without items. */
  readonly dataset: string;
  readonly handout: WorkHandout | undefined;
}

/** Asks judges only what tells the best candidate of a run from what is in force, and stops as soon as that is known. */
export class JudgingService {
  readonly #context: ServiceContext;
  readonly #records: RunRecords;
  readonly #access: DatasetAccess;
  readonly #questions: QuestionReader;
  readonly #labelling: () => Promise<LabellingService>;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; records: RunRecords; labelling: () => Promise<LabellingService> },
  ) {
    this.#context = context;
    this.#records = parts.records;
    this.#access = new DatasetAccess(context);
    this.#questions = new QuestionReader(context, parts.collections);
    this.#labelling = parts.labelling;
  }

  /** @throws QuarryError RUN_NOT_FOUND, RUN_INVALID when the run has no candidate */
  async next(request: JudgingRequest): Promise<JudgingHandout> {
    const outcome = await this.#records.outcome(request.run);
    requireCandidate(request.run, outcome);
    const labelling = await this.#labelling();
    let session = await this.#take(request, outcome);
    for (;;) {
      const progress = await this.#progressOf(session, outcome.earlier);
      if (progress.verdict !== 'undecided') return { progress, dataset: '', handout: undefined };
      const dataset = session.asked.findLast((asked) => asked.dataset !== '')?.dataset;
      if (dataset !== undefined) {
        const { judge, count, leaseSeconds } = request;
        const work = { dataset, task: 'grade', judge, count, leaseSeconds, collections: [], seed: 1 } as const;
        const handout = await labelling.next(work).catch(isNothingOpen);
        if (handout !== undefined && handout.items.length > 0) return { progress, dataset, handout };
      }
      const grown = await this.#ask(session, outcome);
      if (grown === session) return { progress, dataset: '', handout: undefined };
      session = grown;
    }
  }

  /** Where the judging of a run stands, with every label that was handed in. @throws QuarryError STORE_BROKEN */
  async progress(run: string): Promise<JudgingProgress> {
    const outcome = await this.#records.outcome(run);
    return this.#progressOf(await readSession(this.#context, run), outcome?.earlier ?? 0);
  }

  /** Adds questions that nobody has been asked, nor tuned on. */
  async #take(request: JudgingRequest, outcome: TrainingOutcome): Promise<JudgingSession> {
    if (request.questions.length === 0) return readSession(this.#context, request.run);
    const { recipe } = outcome;
    const suite = await this.#questions.openSuite({ ...recipe, reach: LOCAL_REACH }); // Its texts are only compared with.
    return this.#context.store.exclusively(async () => {
      const session = await readSession(this.#context, request.run);
      const known = [...suite.queries.map(({ text }) => text), ...session.waiting];
      const seen = new Set([...known, ...session.asked.map(({ question }) => question)].map(sameTextKey));
      const fresh = request.questions.filter((question) => {
        const key = sameTextKey(question);
        const isNew = question.trim() !== '' && !seen.has(key);
        seen.add(key);
        return isNew;
      });
      if (fresh.length === 0) return session;
      const grown = { ...session, waiting: [...session.waiting, ...fresh] };
      await putSession(this.#context, grown);
      return grown;
    });
  }

  /**
   * Ranks the next questions both ways and puts what they disagree on to the desk; the same session when none wait. Whoever
   * finds that another agent has begun a round meanwhile joins that one.
   */
  async #ask(session: JudgingSession, outcome: TrainingOutcome): Promise<JudgingSession> {
    if (session.waiting.length === 0) return session;
    const name = `judging-${session.run.replace('train_', '')}-${session.asked.length}`;
    const asked = await this.#compareNext(session, outcome);
    const examples = asked.flatMap(toExamples);
    return this.#context.store.exclusively(async () => {
      const now = await readSession(this.#context, session.run);
      if (now.asked.length !== session.asked.length) return now;
      if (examples.length > 0) {
        const gold = await this.#goldOf(session);
        await this.#access.add(name, [...examples, ...gold], { message: `What decides ${session.run}` });
      }
      const dataset = (one: AskedQuestion): string => (one.items.length === 0 ? '' : name);
      const told = asked.map((one) => ({ ...one, dataset: dataset(one) }));
      const grown = { ...now, waiting: now.waiting.slice(asked.length), asked: [...now.asked, ...told] };
      await putSession(this.#context, grown);
      return grown;
    });
  }

  /** The next questions that wait, until they make a round. */
  async #compareNext({ run, waiting }: JudgingSession, outcome: TrainingOutcome): Promise<AskedQuestion[]> {
    const ways = await this.#waysOf(run, outcome);
    const scorer = new QuestionScorer(this.#context, outcome.recipe.metric);
    const collections = await this.#collectionsOf(outcome);
    const { signal } = new AbortController();
    const asked: AskedQuestion[] = [];
    for (const question of waiting) {
      if (asked.reduce((sum, { items }) => sum + items.length, 0) >= ROUND_ITEMS) break;
      const rank = async ({ settings, map }: SearchWay): Promise<readonly RankedHit[]> =>
        (await scorer.rank({ collections }, { text: question }, { settings: [settings], map, signal }))[0] ?? [];
      asked.push(compare(run, question, [await rank(ways[0]), await rank(ways[1])]));
    }
    return asked;
  }

  async #collectionsOf({ recipe }: TrainingOutcome) {
    const handle = { ...NO_HANDLE, signal: new AbortController().signal };
    return (await this.#questions.read({ ...recipe, reach: LOCAL_REACH }, handle)).collections;
  }

  async #waysOf(run: string, outcome: TrainingOutcome): Promise<readonly [SearchWay, SearchWay]> {
    const { recipe } = outcome;
    const half = candidateHalf(outcome);
    const before = recipe.baseAdapter === '' ? undefined : await openQueryMap(this.#context, recipe.baseAdapter);
    const after = recipe.kind === 'adapter' ? await openQueryMap(this.#context, run) : before;
    return [
      { settings: recipe.base, map: before },
      { settings: half?.settings ?? recipe.base, map: after },
    ];
  }

  async #goldOf({ asked }: JudgingSession): Promise<Example[]> {
    const gold: Example[] = [];
    for (const dataset of datasetsOf(asked)) {
      const examples = await this.#access.examples(await this.#access.require(dataset));
      gold.push(...examples.filter(({ review, trust }) => review === 'accepted' && trust >= TRUST_THRESHOLD));
    }
    return gold.slice(-MOST_GOLD);
  }

  async #progressOf({ asked, waiting }: JudgingSession, earlier: number): Promise<JudgingProgress> {
    const labelling = await this.#labelling();
    const grades = new Map<string, number>();
    for (const dataset of datasetsOf(asked)) {
      await labelling.apply(dataset, 'grade', false);
      for (const example of await this.#access.examples(await this.#access.require(dataset))) {
        const isKnown = example.kind === 'judged' && example.review === 'accepted' && example.trust >= TRUST_THRESHOLD;
        if (isKnown) grades.set(keyOf(example.fields.query, example.fields.passage), example.fields.grade);
      }
    }
    const values: number[] = [];
    for (const { question, items, most } of asked) {
      const known = items.map(({ passage }) => grades.get(keyOf(question, passage)));
      const gains = known.filter((grade) => grade !== undefined).map((grade) => grade / BEST_GRADE);
      // A question with an item that nobody could grade says nothing; which items those are does not depend on the ranking.
      if (gains.length === items.length) values.push(plannedGain({ items, most }, gains));
    }
    return {
      ...decideJudging(values, levelShare(earlier)),
      judgedQuestions: values.length,
      waitingQuestions: waiting.length,
      judgedItems: grades.size,
      pooledItems: asked.reduce((sum, { pool }) => sum + pool, 0),
    };
  }
}

const NO_HANDLE = { id: '', input: {}, report: () => undefined, count: () => undefined, issue: () => undefined };

/** @throws QuarryError RUN_INVALID */
function requireCandidate(run: string, outcome: TrainingOutcome | undefined): asserts outcome is TrainingOutcome {
  if (outcome?.recipe.kind === 'static') {
    throw new QuarryError('RUN_INVALID', `The run ${run} adapted a model: it is decided by its suite alone.`, {
      hint: 'Add judged questions to the suite and start the run anew.',
    });
  }
  if (outcome !== undefined && candidateHalf(outcome) !== undefined) return;
  throw new QuarryError(
    'RUN_INVALID',
    outcome === undefined
      ? `The run ${run} has not come to an end.`
      : `The run ${run} found nothing that ranks otherwise than what is in force: there is nothing to decide.`,
    { hint: outcome === undefined ? 'Follow it with train_status.' : 'Start another run, of another kind perhaps.' },
  );
}

function datasetsOf(asked: readonly AskedQuestion[]): string[] {
  return [...new Set(asked.map(({ dataset }) => dataset))].filter((dataset) => dataset !== '');
}

function keyOf(question: string, passage: string): string {
  return JSON.stringify([question, passage]);
}

/** What two rankings of a question disagree on, each document by its best passage. */
function compare(
  run: string,
  question: string,
  [before, after]: readonly [readonly RankedHit[], readonly RankedHit[]],
): AskedQuestion {
  const documents = (hits: readonly RankedHit[]): string[] => [
    ...new Set(hits.map(({ candidate }) => candidate.chunk.documentId)),
  ];
  const passages = new Map<string, string>();
  for (const { candidate } of [...after, ...before]) {
    const { documentId, text } = candidate.chunk;
    if (!passages.has(documentId)) passages.set(documentId, text);
  }
  const [old, now] = [documents(before), documents(after)];
  const plan = planJudging(disagreements(old, now), drawFor(run, question));
  const items = plan.items.map((one) => ({ ...one, passage: passages.get(one.document) ?? '' }));
  const pool = new Set([...old.slice(0, COUNTED_RANKS), ...now.slice(0, COUNTED_RANKS)]).size;
  return { question, dataset: '', items, most: plan.most, pool };
}

/** The same for the same question of a run, so that asking again asks about the same. */
function drawFor(run: string, question: string): number {
  return Number.parseInt(sha256(JSON.stringify([run, question])).slice(0, 8), 16) / 2 ** 32;
}

function toExamples({ question, items }: AskedQuestion): Example[] {
  return items.flatMap(({ document, passage }) => {
    const parsed = parseExample({
      kind: 'judged',
      fields: { query: question, passage, grade: 0 },
      provenance: { documentId: document, method: 'judging', rule: 'disagreement' },
    });
    return 'example' in parsed ? [parsed.example] : [];
  });
}

/** A round in which all is decided opens no campaign. */
function isNothingOpen(error: unknown): undefined {
  if (error instanceof QuarryError && error.code === 'DATASET_INVALID') return undefined;
  throw error;
}
