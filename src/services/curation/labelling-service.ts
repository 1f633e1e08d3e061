import { cohenKappa, krippendorffAlpha } from '../../core/curation/agreement.js';
import { TRUST_THRESHOLD } from '../../core/curation/judge-trust.js';
import {
  gradingItems,
  LABEL_TASKS,
  type LabelAnswer,
  type LabelEvent,
  type LabelTask,
  labelEventSchema,
  type Rejection,
  type WorkItem,
} from '../../core/curation/labelling/campaign.js';
import { CampaignState, type Verdict } from '../../core/curation/labelling/campaign-state.js';
import { checkGrades, type Objection } from '../../core/curation/labelling/check-answer.js';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { RetrieveService } from '../retrieve.js';
import { applyLabels } from './apply-labels.js';
import { DatasetAccess } from './dataset-access.js';
import { parseEntry } from './ledger-entry.js';
import { WritingDesk } from './writing-desk.js';

/** A request for work. */
export interface WorkRequest {
  readonly dataset: string;
  readonly task: LabelTask;
  readonly judge: string;
  /** Items wanted, 1..20. */
  readonly count: number;
  readonly leaseSeconds: number;
  /** Where passages for writing come from. */
  readonly collections: readonly string[];
  readonly seed: number;
}

/** What a judge is given. */
export interface WorkHandout {
  readonly campaign: string;
  readonly lease: string;
  readonly until: string;
  readonly items: readonly WorkItem[];
  readonly progress: CampaignProgress;
}

/** What became of an answer. */
export interface Receipt {
  readonly accepted: boolean;
  readonly rejection: Rejection | null;
  readonly detail: string;
  readonly progress: CampaignProgress;
}

/** How far a campaign is and how well its judges agree. */
export interface CampaignProgress {
  readonly campaign: string;
  readonly items: number;
  readonly remaining: number;
  readonly accepted: number;
  readonly abstained: number;
  /** Accepted answers that have not been written into the dataset yet. */
  readonly unapplied: number;
  /** Krippendorff's alpha over ordinal grades; null while too few passages have two judges. */
  readonly alpha: number | null;
  /** Cohen's kappa, weighted by squares, for each two judges with shared passages. */
  readonly kappas: readonly {
    readonly judges: readonly [string, string];
    readonly passages: number;
    readonly kappa: number | null;
  }[];
  readonly judges: readonly {
    readonly judge: string;
    readonly submitted: number;
    readonly rejected: number;
    readonly gold: number;
    readonly goldRight: number;
    readonly trust: number;
    readonly isTrusted: boolean;
  }[];
}

/** How often an append is tried again when other agents write at the same time. */
const MAX_TRIES = 50;

interface Campaign {
  readonly dataset: string;
  readonly name: string;
  readonly task: LabelTask;
  readonly state: CampaignState;
  collections: readonly string[];
}

/** Leases work to agents, checks and keeps their answers, and writes them into the dataset. */
export class LabellingService {
  readonly #context: ServiceContext;
  readonly #access: DatasetAccess;
  readonly #desk: WritingDesk;
  readonly #campaigns = new Map<string, Campaign>();

  constructor(context: ServiceContext, parts: { collections: CollectionService; retrieve: RetrieveService }) {
    this.#context = context;
    this.#access = new DatasetAccess(context);
    this.#desk = new WritingDesk(context, parts);
  }

  /**
   * Leases work items to a judge; items that it holds already come first, so a lost answer is no lost work. Opens a
   * campaign when there is none.
   * @throws QuarryError DATASET_NOT_FOUND, DATASET_INVALID when there is nothing to judge
   */
  async next(request: WorkRequest): Promise<WorkHandout> {
    const campaign = (await this.#current(request)) ?? (await this.#open(request));
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      await this.#sync(campaign);
      const now = this.#context.clock.now();
      const items = campaign.state.openFor(request.judge, now).slice(0, request.count);
      const until = new Date(Date.parse(now) + request.leaseSeconds * 1_000).toISOString();
      const lease = `lease_${sha256(`${campaign.name} ${campaign.state.sequence} ${request.judge}`).slice(0, 12)}`;
      if (items.length === 0)
        return { campaign: campaign.name, lease: '', until, items, progress: progressOf(campaign) };
      const event: LabelEvent = {
        type: 'lease',
        lease,
        judge: request.judge,
        items: items.map((item) => item.id),
        until,
      };
      if (await this.#append(campaign, event)) {
        return { campaign: campaign.name, lease, until, items, progress: progressOf(campaign) };
      }
    }
    throw tooBusy();
  }

  /**
   * Checks an answer and keeps it. The same answer sent twice gets the same receipt.
   * @throws QuarryError DATASET_NOT_FOUND, INPUT_INVALID for an unknown item
   */
  async submit(request: {
    readonly dataset: string;
    readonly judge: string;
    readonly item: string;
    readonly answer: LabelAnswer;
  }): Promise<Receipt> {
    const campaign = await this.#holding(request.dataset, request.item);
    const item = campaign.state.items.get(request.item);
    if (item === undefined) throw unknownItem(request.item);
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      await this.#sync(campaign);
      const known = campaign.state.lastAnswer(item.id, request.judge);
      if (known !== undefined && JSON.stringify(known.answer) === JSON.stringify(request.answer)) {
        return receipt(
          campaign,
          known.rejection === null ? undefined : { rejection: known.rejection, detail: known.detail },
        );
      }
      const barred = this.#barrier(campaign, item, request.judge);
      if (barred !== undefined) return receipt(campaign, barred);
      const objection = await this.#check(campaign, item, request);
      const event: LabelEvent = {
        type: 'answer',
        judge: request.judge,
        item: item.id,
        answer: request.answer,
        rejection: objection?.rejection ?? null,
        detail: objection?.detail ?? '',
        at: this.#context.clock.now(),
      };
      if (await this.#append(campaign, event)) return receipt(campaign, objection);
    }
    throw tooBusy();
  }

  /** Writes accepted answers into the dataset as a new version; a preview counts and writes nothing. @throws QuarryError DATASET_NOT_FOUND */
  async apply(
    dataset: string,
    task: LabelTask,
    preview: boolean,
  ): Promise<{ version: number; labels: number; changed: number; added: number }> {
    const campaign = await this.#current({ dataset, task });
    const head = await this.#access.require(dataset);
    if (campaign === undefined) return { version: head.version, labels: 0, changed: 0, added: 0 };
    await this.#sync(campaign);
    const { state } = campaign;
    if (unappliedOf(state) === 0) return { version: head.version, labels: 0, changed: 0, added: 0 };
    const upTo = state.sequence;
    const result = await applyLabels(this.#access, dataset, { state, preview });
    if (preview) return result;
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      if (await this.#append(campaign, { type: 'applied', version: result.version, upTo })) return result;
      await this.#sync(campaign);
    }
    return result;
  }

  /** How every campaign of a dataset stands, oldest first. */
  async progress(dataset: string): Promise<readonly CampaignProgress[]> {
    const names = await this.#campaignNames(dataset);
    const campaigns = await Promise.all(names.map((name) => this.#load(dataset, name)));
    return campaigns.filter((campaign) => campaign !== undefined).map(progressOf);
  }

  #barrier(campaign: Campaign, item: WorkItem, judge: string): Objection | undefined {
    const done = campaign.state.doneBy(item.id);
    if (done.includes(judge)) return { rejection: 'already-done', detail: 'You have answered this item already.' };
    if (done.length >= item.judges) return { rejection: 'already-done', detail: 'Others have answered this item.' };
    const lease = campaign.state.leaseOf(item.id, judge);
    if (lease === undefined) {
      return { rejection: 'lease-lost', detail: 'This item was not given to you. Ask for work with curate_next.' };
    }
    const now = this.#context.clock.now();
    const others = campaign.state.leasesAt(item.id, now).filter((other) => other.judge !== judge);
    if (lease.until > now || done.length + others.length < item.judges) return undefined;
    return { rejection: 'lease-lost', detail: `The lease ended at ${lease.until} and another judge has the item now.` };
  }

  async #check(
    campaign: Campaign,
    item: WorkItem,
    { judge, answer }: { judge: string; answer: LabelAnswer },
  ): Promise<Objection | undefined> {
    if (answer.abstain) return undefined;
    if (item.task === 'grade') return checkGrades(item, answer);
    const told = campaign.state.lastAnswer(item.id, judge);
    return this.#desk.check(item, answer, {
      isTold: told?.rejection === 'not-answerable' && told.answer.question === answer.question,
      dataset: campaign.dataset,
      collections: campaign.collections,
      written: campaign.state.verdicts.map((verdict: Verdict) => verdict.answer.question),
    });
  }

  /** The newest campaign of a task, unless all its work is done and written. */
  async #current(request: { readonly dataset: string; readonly task: LabelTask }): Promise<Campaign | undefined> {
    await this.#access.require(request.dataset);
    const names = await (await this.#access.store()).ledgers(request.dataset);
    const newest = names.filter((name) => name.startsWith(`${request.task}-`)).at(-1);
    if (newest === undefined) return undefined;
    const campaign = await this.#load(request.dataset, newest);
    if (campaign === undefined) return undefined;
    const isOver =
      campaign.state.remaining() === 0 && unappliedOf(campaign.state) === 0 && campaign.state.appliedUpTo > 0;
    return isOver ? undefined : campaign;
  }

  async #open(request: WorkRequest): Promise<Campaign> {
    const store = await this.#access.store();
    const head = await this.#access.require(request.dataset);
    const used = (await store.ledgers(request.dataset)).filter((name) => name.startsWith(`${request.task}-`)).length;
    const name = `${request.task}-${String(used + 1).padStart(4, '0')}`;
    const items = request.task === 'write' ? await this.#desk.items(request.collections, request) : [];
    const isEmpty =
      request.task === 'write'
        ? items.length === 0
        : gradingItems(await this.#access.examples(head), request.seed).length === 0;
    if (isEmpty) {
      throw new QuarryError(
        'DATASET_INVALID',
        `There is nothing to ${request.task} in ${JSON.stringify(request.dataset)}.`,
        {
          hint:
            request.task === 'grade'
              ? 'Only pairs, triplets and judged passages that nobody has decided on can be graded.'
              : 'Ingest documents first.',
        },
      );
    }
    const event: LabelEvent = {
      type: 'open',
      task: request.task,
      version: head.version,
      seed: request.seed,
      collections: [...request.collections],
      items,
      at: this.#context.clock.now(),
    };
    // When another agent opens the same campaign first, its entry is the one that counts.
    await store.appendLedger(request.dataset, name, { sequence: 1, value: event });
    const campaign = await this.#load(request.dataset, name);
    if (campaign !== undefined) return campaign;
    throw new QuarryError('STORE_BROKEN', 'The labelling campaign was opened but cannot be read back.');
  }

  async #load(dataset: string, name: string): Promise<Campaign | undefined> {
    const key = `${dataset}/${name}`;
    const known = this.#campaigns.get(key);
    if (known !== undefined) {
      await this.#sync(known);
      return known;
    }
    const [first] = await (await this.#access.store()).readLedger(dataset, name, 0);
    const event = first === undefined ? undefined : parseEntry(labelEventSchema, first);
    if (event?.type !== 'open') return undefined;
    const state = new CampaignState();
    const version = await this.#access.require(dataset, event.version);
    state.open(event.task === 'write' ? event.items : gradingItems(await this.#access.examples(version), event.seed));
    const campaign: Campaign = { dataset, name, task: event.task, state, collections: event.collections };
    this.#campaigns.set(key, campaign);
    await this.#sync(campaign);
    return campaign;
  }

  /** Ledgers that are campaigns, oldest first of each task. */
  async #campaignNames(dataset: string): Promise<string[]> {
    const names = await (await this.#access.store()).ledgers(dataset);
    return names.filter((name) => LABEL_TASKS.some((task) => name.startsWith(`${task}-`)));
  }

  /** Folds in what other processes have written. */
  async #sync(campaign: Campaign): Promise<void> {
    const store = await this.#access.store();
    const { state } = campaign;
    for (const entry of await store.readLedger(campaign.dataset, campaign.name, state.sequence)) {
      // Two calls may read the same entries at once; each is folded in once.
      if (entry.sequence > state.sequence) state.apply(entry.sequence, parseEntry(labelEventSchema, entry));
    }
  }

  async #append(campaign: Campaign, event: LabelEvent): Promise<boolean> {
    const store = await this.#access.store();
    const sequence = campaign.state.sequence + 1;
    const isMine = await store.appendLedger(campaign.dataset, campaign.name, { sequence, value: event });
    await this.#sync(campaign);
    return isMine;
  }

  async #holding(dataset: string, item: string): Promise<Campaign> {
    await this.#access.require(dataset);
    const names = await this.#campaignNames(dataset);
    for (const name of [...names].reverse()) {
      const campaign = await this.#load(dataset, name);
      if (campaign?.state.items.has(item) === true) return campaign;
    }
    throw unknownItem(item);
  }
}

function unknownItem(item: string): QuarryError {
  return new QuarryError('INPUT_INVALID', `There is no work item ${JSON.stringify(item.slice(0, 100))}.`, {
    hint: 'Use an item id that curate_next gave.',
  });
}

function tooBusy(): QuarryError {
  return new QuarryError('STORE_LOCKED', 'Too many agents write at the same moment.', { hint: 'Try again.' });
}

function unappliedOf(state: CampaignState): number {
  return state.acceptedAfter(state.appliedUpTo);
}

function receipt(campaign: Campaign, objection: Objection | undefined): Receipt {
  return {
    accepted: objection === undefined,
    rejection: objection?.rejection ?? null,
    detail: objection?.detail ?? 'Accepted.',
    progress: progressOf(campaign),
  };
}

function progressOf({ name, state }: Campaign): CampaignProgress {
  const ratings = state.ratings();
  const judges = state.judges();
  return {
    campaign: name,
    items: state.items.size,
    remaining: state.remaining(),
    accepted: state.verdicts.length,
    abstained: state.verdicts.filter((verdict) => verdict.answer.abstain).length,
    unapplied: unappliedOf(state),
    alpha: krippendorffAlpha(ratings),
    kappas: pairsOf(judges).flatMap(([a, b]) => {
      const of = (judge: string): Map<string, number> =>
        new Map(ratings.filter((rating) => rating.judge === judge).map((rating) => [rating.unit, rating.grade]));
      const [first, second] = [of(a), of(b)];
      const shared = [...first.keys()].filter((unit) => second.has(unit));
      if (shared.length === 0) return [];
      const grades = (map: Map<string, number>): number[] => shared.map((unit) => map.get(unit) ?? 0);
      return [
        {
          judges: [a, b] as const,
          passages: shared.length,
          kappa: cohenKappa(grades(first), grades(second), 'quadratic'),
        },
      ];
    }),
    judges: judges.map((judge) => {
      const { submitted, rejected, gold, goldRight } = state.recordOf(judge);
      const trust = state.trust(judge);
      return { judge, submitted, rejected, gold, goldRight, trust, isTrusted: trust >= TRUST_THRESHOLD };
    }),
  };
}

function pairsOf(names: readonly string[]): [string, string][] {
  return names.flatMap((first, at) => names.slice(at + 1).map((second): [string, string] => [first, second]));
}
