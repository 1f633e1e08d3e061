import { join } from 'node:path';
import { QuarryError } from '../../core/errors.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { TrainingRecord } from '../../core/training/pair-corpus.js';
import type { Workshop } from '../../core/training/trainer-port.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import { AdaptedModel } from './adapted-model.js';
import { nearestPassage } from './adapter-examples.js';
import type { Candidate, Fitted, Learner } from './learner.js';
import type { QuestionSet } from './question-set.js';
import type { QuestionScorer } from './score-questions.js';

/** Documents that answer one question and are learned from, at most. */
const MOST_ANSWERS = 3;

/** What an adapted model is learned from. */
export interface StaticParts {
  readonly run: string;
  readonly seed: number;
  readonly inForce: { readonly settings: RetrievalSettings; readonly map: QueryMap | undefined };
  readonly set: QuestionSet;
  readonly scorer: QuestionScorer;
  /** Learned from besides the questions: they hold no question of the set. */
  readonly pairs: readonly TrainingRecord[];
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** Folder of the model that a run adapted, when it was proven. */
export function adaptedFolder({ config }: ServiceContext, run: string): string {
  return join(config.home, 'workspaces', config.workspace, 'models', run);
}

/** Folder or name of the static model that the workspace uses; empty for the bundled one. */
export async function modelInUse({ config, store }: ServiceContext): Promise<string> {
  const name = config.model !== '' ? config.model : ((await store.modelChoice())?.model ?? '');
  return name === 'bundled' ? '' : name;
}

/**
 * Adapts the static model in use to judged questions. There is one candidate and nothing to tune: what one half of the questions
 * adapts is proven on the other.
 */
export class StaticLearner implements Learner {
  readonly candidates: readonly Candidate[];
  readonly pairs: number;
  readonly innerFolds = 0;
  readonly #context: ServiceContext;
  readonly #parts: StaticParts;
  readonly #workshop: Workshop;
  readonly #models: { readonly model: AdaptedModel; readonly folder: string }[] = [];

  private constructor(context: ServiceContext, parts: StaticParts, workshop: Workshop) {
    const { settings } = parts.inForce;
    this.#context = context;
    this.#parts = parts;
    this.#workshop = workshop;
    this.pairs = parts.pairs.length;
    this.candidates = [
      { name: 'in force', settings, fit: 0 },
      { name: 'adapted model', settings, fit: 1 },
    ];
  }

  static async open(context: ServiceContext, parts: StaticParts): Promise<StaticLearner> {
    const trainer = await context.trainer();
    // One process works on a run at a time.
    const workshop = await trainer.prepare(adaptedFolder(context, parts.run), { overwrite: true, isSole: true });
    return new StaticLearner(context, parts, workshop);
  }

  async fit(candidates: readonly Candidate[], places: readonly number[]): Promise<Fitted[]> {
    const { settings, map } = this.#parts.inForce;
    const fitted: Fitted[] = [];
    for (const { fit } of candidates) {
      if (fit === 0) fitted.push({ settings, map, hash: '', adapter: undefined });
      else {
        const model = await this.#adapt(places);
        // A map on the former model's vectors says nothing of these.
        fitted.push({ settings, map: undefined, model, hash: model.embedder.fingerprint.revision, adapter: undefined });
      }
    }
    return fitted;
  }

  async keep(hash: string): Promise<void> {
    const found = this.#models.find(({ model }) => model.embedder.fingerprint.revision === hash);
    if (found === undefined) throw new QuarryError('INTERNAL', 'The model that was proven is not there.');
    await this.#workshop.keep(found.folder);
  }

  async discard(): Promise<void> {
    for (const { model } of this.#models) await model.discard();
    await this.#workshop.discard();
  }

  async #adapt(places: readonly number[]): Promise<AdaptedModel> {
    const { run, seed, handle, pairs } = this.#parts;
    const at = String(this.#models.length);
    const folder = join(this.#workshop.folder, at);
    const base = await this.#context.staticModel(await modelInUse(this.#context));
    await base.embedder.close();
    await (await this.#context.trainer()).fineTune({
      modelFolder: base.folder,
      outputFolder: folder,
      records: [...(await this.#recordsOf(places)), ...pairs],
      seed,
      signal: handle.signal,
      report: (done, total) => handle.report({ stage: 'adapt', done, total }),
    });
    const { embedder } = await this.#context.staticModel(folder);
    const model = new AdaptedModel(this.#context, { name: `${run}-${at}`, embedder, handle });
    this.#models.push({ model, folder });
    return model;
  }

  /** Each question with the passages that answer it. */
  async #recordsOf(places: readonly number[]): Promise<TrainingRecord[]> {
    const { set, scorer } = this.#parts;
    const [judged] = set.collections;
    const records: TrainingRecord[] = [];
    for (const question of places.flatMap((place) => set.questions[place] ?? [])) {
      const vector = await scorer.vectorOf(question.text);
      for (const id of question.relevant.slice(0, MOST_ANSWERS)) {
        const passages = await this.#context.store.listCandidates(judged?.name ?? '', id);
        const best = nearestPassage(passages, question, vector);
        if (best === undefined) continue;
        const text = `${best.document.title}\n${best.chunk.text}`;
        records.push({ kind: 'pair', source: 'questions', anchors: [question.text], text });
      }
    }
    return records;
  }
}
