import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from '../../src/core/ports.js';
import { groupQuestions } from '../../src/core/proof/question-groups.js';
import { compareIds } from '../../src/core/ranking/blend.js';
import { dot } from '../../src/core/ranking/cosine.js';
import { DEFAULT_RETRIEVAL, type RetrievalSettings } from '../../src/core/retrieval/settings.js';
import { parseQuery } from '../../src/core/text/query.js';
import { candidateSettings } from '../../src/core/training-runs/candidate-settings.js';
import type { Collection } from '../../src/core/types.js';
import { openQuarry } from '../../src/quarry.js';
import { rowRules } from '../../src/services/collections.js';
import { Nomination, toNominee } from '../../src/services/retrieval/nomination.js';
import { EachRanker } from '../../src/services/retrieval/rank-each.js';
import { readPool } from '../../src/services/retrieval/rank-pool.js';
import type { Services } from '../../src/services/services.js';
import { type Question, QuestionReader, type QuestionSet } from '../../src/services/training-runs/question-set.js';
import { type MadeCollection, writeSuite } from './made-collection.js';

/** How deep rankings are kept. */
const DEPTH = 10;

/** A question with all that ranks it, so that it can be ranked anew under any map without the store. */
export interface KnownQuestion {
  readonly question: Question;
  readonly vector: Float32Array;
  /** Documents of the ten best hits, by name of the settings. */
  readonly rankings: ReadonlyMap<string, readonly string[]>;
  /** What words say of every passage: their score, what is added to the blend, and what it is multiplied by. */
  readonly words: Float64Array;
  readonly added: Float64Array;
  readonly factor: Float64Array;
  /** Whether words or a name nominate a passage. */
  readonly isNominated: Uint8Array;
  /** Passages by nearness to the question's own vector, best first. */
  readonly near: readonly number[];
}

/** A made collection as the product indexed it, and its questions as the product ranks them, in memory. */
export interface MemoryWorld {
  readonly set: QuestionSet;
  readonly passages: readonly Candidate[];
  readonly known: ReadonlyMap<string, KnownQuestion>;
  readonly settings: RetrievalSettings;
}

/** Indexes a collection of one passage per document, and ranks all its questions, with the product's own parts. */
export async function openWorld(made: MadeCollection): Promise<MemoryWorld> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-specialists-'));
  const quarry = await openQuarry({ home, logLevel: 'error' });
  try {
    await writeSuite(join(home, 'suite'), made);
    return await readWorld(quarry.services, join(home, 'suite'));
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function readWorld(services: Services, suite: string): Promise<MemoryWorld> {
  const { context, collections } = services;
  const reader = new QuestionReader(context, collections);
  const handle = {
    id: '',
    input: {},
    signal: new AbortController().signal,
    report: () => {},
    count: () => {},
    issue: () => {},
  };
  const reach = { side: 'local', readRoots: 'any', writeRoots: 'any', privateNetwork: true } as const;
  const set = await reader.read({ suite, split: '', collection: '', collections: [], reach }, handle);
  const [collection] = set.collections;
  if (collection === undefined) throw new TypeError('A suite without a collection.');
  const embedder = await context.embedder();
  const vectors = await embedder.embed(
    set.questions.map(({ text }) => parseQuery(text).text),
    'query',
  );
  const [first] = vectors;
  if (first === undefined) throw new TypeError('A suite without questions.');
  const passages = await context.store.searchVector(collection.name, first, 1000, {});
  passages.sort((a, b) => compareIds(a.chunk.id, b.chunk.id));
  const known = new Map<string, KnownQuestion>();
  for (const [at, question] of set.questions.entries()) {
    known.set(
      question.id,
      await knowQuestion(services, { question, vector: vectors[at] ?? first, collection, passages }),
    );
  }
  return { set, passages, known, settings: DEFAULT_RETRIEVAL };
}

async function knowQuestion(
  { context }: Services,
  about: { question: Question; vector: Float32Array; collection: Collection; passages: readonly Candidate[] },
): Promise<KnownQuestion> {
  const { question, vector, collection, passages } = about;
  const named = candidateSettings(DEFAULT_RETRIEVAL, { rerank: false });
  const signal = new AbortController().signal;
  const settings = named.map((candidate) => candidate.settings);
  const ranked = await new EachRanker(context).rank({
    query: question.text,
    collections: [collection],
    vector,
    settings,
    signal,
  });
  const rankings = new Map(
    named.map(({ settings: own }, at) => [
      JSON.stringify(own),
      [...new Set((ranked[at] ?? []).map(({ candidate }) => candidate.chunk.documentId))].slice(0, DEPTH),
    ]),
  );
  const query = parseQuery(question.text);
  const limit = DEFAULT_RETRIEVAL.candidates;
  const request = { query, settings: DEFAULT_RETRIEVAL, vector: Promise.resolve(vector), limit, filter: {} };
  const pool = await new Nomination(context.store, request).run(collection, rowRules(context));
  const nominees = new Map(pool.nominees.map((nominee) => [nominee.candidate.chunk.id, nominee]));
  const all = passages.map((candidate) => {
    const nominee = nominees.get(candidate.chunk.id);
    const own = toNominee(candidate, {
      collection,
      nameTerms: nominee?.nameTerms ?? new Set(),
      rules: rowRules(context),
    });
    return { ...own, key: candidate.chunk.id };
  });
  const { scored } = readPool([{ nominees: all, statistics: pool.statistics }], { query, vector, mode: 'hybrid' });
  const read = {
    words: Float64Array.from(scored, ({ words }) => words.keyword ?? 0),
    added: Float64Array.from(scored, ({ words }) => words.heading + words.order + words.name),
    factor: Float64Array.from(scored, ({ words }) => words.kind * words.form),
    isNominated: Uint8Array.from(passages, ({ chunk }) => {
      const nominee = nominees.get(chunk.id);
      return nominee !== undefined && (nominee.keywordRank !== null || nominee.isNamed) ? 1 : 0;
    }),
  };
  return {
    question,
    vector,
    rankings,
    ...read,
    near: orderBy(passages.map((passage) => dot(vector, passage.vector))).slice(0, 50),
  };
}

/** Places from the largest number to the smallest, equals in their order. */
export function orderBy(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (_, at) => at).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}

/** The set with some of its questions, perhaps with other answers. */
export function setOf(world: MemoryWorld, questions: readonly Question[]): QuestionSet {
  const groups = groupQuestions(questions.map(({ id, text, relevant }) => ({ id, text, documents: relevant })));
  return { ...world.set, questions, groups };
}
