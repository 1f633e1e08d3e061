import { randomUUID } from 'node:crypto';
import { QuarryError } from '../../core/errors.js';
import { type RetrievalSettings, unusualSettings } from '../../core/retrieval/settings.js';
import { LIVE_TEST, type LiveResult, type LiveTest, liveResult } from '../../core/specialists/live-test.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import { candidateHalf } from '../../core/training-runs/decide-promotion.js';
import type { JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { Rival } from '../retrieval/draft-page.js';
import { requireSameBase } from '../training-runs/require-same-base.js';
import { RunRecords } from '../training-runs/run-records.js';
import type { FeedbackService } from './feedback-service.js';
import type { SpecialistService, SpecialistUse } from './specialist-service.js';

/** Kind of the records; the key is the specialist's name, so that the last test of each is kept. */
const RECORD = 'live-test';

/** What a specialist is compared with: what a training run chose, or other settings. */
export interface LiveTestInput {
  readonly run?: string | undefined;
  readonly settings: Partial<RetrievalSettings>;
}

/** What is interleaved while a live test runs. */
export interface TestedRival extends Rival {
  /** Id of the test. */
  readonly test: string;
}

/** A test, and what it has come to. */
export interface LiveTestStatus extends LiveResult {
  readonly test: LiveTest;
  /** `overtaken`: the specialist searches otherwise now than when it began. */
  readonly state: 'running' | 'overtaken' | 'ended';
}

/**
 * Compares two ways of searching on live queries: both rank, the results are interleaved by team draft, and feedback tells
 * whose were used. One test for each specialist at a time; it works where the query log is opted in, and only there.
 */
export class LiveTestService {
  readonly #context: ServiceContext;
  readonly #registry: SpecialistService;
  readonly #feedback: FeedbackService;
  readonly #runs: RunRecords;
  #known: { version: number; readonly tests: Map<string, LiveTest | undefined> } = { version: -1, tests: new Map() };

  constructor(context: ServiceContext, parts: { registry: SpecialistService; feedback: FeedbackService }) {
    this.#context = context;
    this.#registry = parts.registry;
    this.#feedback = parts.feedback;
    this.#runs = new RunRecords(context);
  }

  /**
   * Begins a test; the one before must have ended, and its result is forgotten.
   * @throws QuarryError CONFIG_INVALID when the log is off, ALREADY_EXISTS while one runs, INPUT_INVALID when nothing differs, SPECIALIST_NOT_FOUND, RUN_NOT_FOUND, RUN_INVALID
   */
  async start(name: string, input: LiveTestInput): Promise<LiveTestStatus> {
    const { specialist } = await this.#registry.use(name);
    this.#feedback.requireOn('Live searches are compared by feedback, and the query log is off.');
    const current = forceOf(specialist);
    const candidate = await this.#candidateOf(specialist, input);
    if (JSON.stringify(candidate) === JSON.stringify(current)) {
      throw new QuarryError('INPUT_INVALID', `${name} searches like this already: there is nothing to compare.`, {
        hint: 'Give settings that differ, or a training run that chose others.',
      });
    }
    return this.#context.store.exclusively(async () => {
      const before = await this.#read(name);
      if (before?.endedAt === null && isCurrent(before, specialist)) {
        throw new QuarryError('ALREADY_EXISTS', `A live test of ${name} is running: ${before.id}.`, {
          hint: 'Look at it with live_test_status; end it with live_test_stop.',
        });
      }
      const id = `live_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
      const { run = '' } = input;
      const startedAt = this.#context.clock.now();
      const test = { id, specialist: name, current, candidate, run, startedAt, endedAt: null, result: null };
      await this.#put(test);
      return this.#statusOf(test, specialist);
    });
  }

  /** @throws QuarryError SPECIALIST_NOT_FOUND, LIVE_TEST_NOT_FOUND */
  async status(name: string): Promise<LiveTestStatus> {
    const specialist = await this.#registry.get(name);
    return this.#statusOf(await this.#require(name), specialist);
  }

  /** Ends a test and keeps what it has come to; done twice, it changes nothing the second time. @throws QuarryError SPECIALIST_NOT_FOUND, LIVE_TEST_NOT_FOUND */
  async stop(name: string): Promise<LiveTestStatus> {
    const specialist = await this.#registry.get(name);
    return this.#context.store.exclusively(async () => {
      const test = await this.#require(name);
      if (test.endedAt !== null) return this.#statusOf(test, specialist);
      const result = await this.#resultOf(test);
      const ended = { ...test, endedAt: this.#context.clock.now(), result };
      await this.#put(ended);
      return this.#statusOf(ended, specialist);
    });
  }

  /** With what a search as this specialist is interleaved; undefined while no test of it runs. */
  async rivalOf({ specialist }: SpecialistUse): Promise<TestedRival | undefined> {
    if (!this.#feedback.isOn) return undefined;
    const test = await this.#current(specialist.name);
    if (test === undefined || test.endedAt !== null || !isCurrent(test, specialist)) return undefined;
    const { settings, adapter } = test.candidate;
    const queryMap = await this.#registry.queryMap(adapter === '' ? undefined : adapter);
    return { test: test.id, settings, queryMap };
  }

  /** Whether what a run chose has won the last live test of a specialist, against what is in force. */
  async hasWon({ specialist, run }: { readonly specialist: string; readonly run: string }): Promise<boolean> {
    const test = await this.#read(specialist);
    if (test === undefined || test.run !== run) return false;
    return (await this.#resultOf(test)).verdict === 'candidate';
  }

  async #candidateOf(specialist: Specialist, { run, settings }: LiveTestInput): Promise<LiveTest['candidate']> {
    const isOwn = Object.keys(settings).length > 0;
    if (isOwn === (run !== undefined)) {
      throw new QuarryError('INPUT_INVALID', 'Give either a training run or settings to compare with.', {
        hint: 'For example alpha 0.5, or the id of a run that train_list gives.',
      });
    }
    if (run === undefined)
      return { ...forceOf(specialist), settings: written({ ...specialist.settings, ...settings }) };
    const { recipe } = await this.#runs.get(run);
    const outcome = await this.#runs.outcome(run);
    const half = outcome === undefined || recipe.kind === 'static' ? undefined : candidateHalf(outcome);
    if (half === undefined) {
      throw new QuarryError('RUN_INVALID', `The run ${run} has nothing to compare with.`, {
        hint: 'Name a settings or adapter run that has ended and chose something that ranks otherwise.',
      });
    }
    requireSameBase(specialist, recipe);
    return { settings: written(half.settings), adapter: recipe.kind === 'adapter' ? run : recipe.baseAdapter };
  }

  async #statusOf(test: LiveTest, specialist: Specialist): Promise<LiveTestStatus> {
    const state = test.endedAt !== null ? 'ended' : isCurrent(test, specialist) ? 'running' : 'overtaken';
    return { ...(await this.#resultOf(test)), test, state };
  }

  async #resultOf(test: LiveTest): Promise<LiveResult> {
    if (test.result !== null) return test.result;
    const searches = (await this.#feedback.searches()).filter(({ draft }) => draft?.test === test.id);
    return liveResult(test.id, await this.#feedback.feedback(), searches.length);
  }

  /** Read again only when any record has changed. */
  async #current(name: string): Promise<LiveTest | undefined> {
    const version = await this.#context.store.recordsVersion();
    if (this.#known.version !== version) this.#known = { version, tests: new Map() };
    const { tests } = this.#known;
    if (!tests.has(name)) tests.set(name, await this.#read(name));
    return tests.get(name);
  }

  async #require(name: string): Promise<LiveTest> {
    const test = await this.#read(name);
    if (test !== undefined) return test;
    throw new QuarryError('LIVE_TEST_NOT_FOUND', `There was no live test of ${name}.`, {
      hint: 'Begin one with live_test_start.',
    });
  }

  async #read(name: string): Promise<LiveTest | undefined> {
    return LIVE_TEST.safeParse(await this.#context.store.getRecord(RECORD, name)).data;
  }

  async #put(test: LiveTest): Promise<void> {
    const value: JsonValue = JSON.parse(JSON.stringify(test));
    await this.#context.store.putRecord(RECORD, test.specialist, value);
  }
}

/** How a specialist searches. */
function forceOf({ settings, learned }: Specialist): LiveTest['current'] {
  return { settings: written(settings), adapter: learned.adapter?.run ?? '' };
}

/** Settings in one order, those that are as usual left out, so that equal ones are written alike. */
function written(settings: Partial<RetrievalSettings>): Partial<RetrievalSettings> {
  return Object.fromEntries(Object.entries(unusualSettings(settings)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isCurrent(test: LiveTest, specialist: Specialist): boolean {
  return JSON.stringify(forceOf(specialist)) === JSON.stringify(test.current);
}
