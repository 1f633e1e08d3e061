import { z } from 'zod';
import { RETRIEVAL_MODES, type RetrievalSettings } from '../retrieval/settings.js';
import type { EmbeddingFingerprint } from '../types.js';

/** What a training run made and a promotion put in force. */
export interface LearnedPart {
  /** Id of the training run, whose record holds the part and its proof. */
  readonly run: string;
  /** Counts from 1 for each kind of part; never used twice by a specialist. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly promotedAt: string;
}

/** The learned parts in force; one that is left out is not learned. */
export interface LearnedParts {
  /** Where the settings come from, when they were learned. */
  readonly settings?: LearnedPart;
  /** A map on the query's vector. */
  readonly adapter?: LearnedPart;
}

/** Whether a specialist may be used. */
export const SPECIALIST_STATUSES = ['active', 'retired'] as const;
/** One of {@link SPECIALIST_STATUSES}. */
export type SpecialistStatus = (typeof SPECIALIST_STATUSES)[number];

/** What was in force before a change of settings or learned parts. */
export interface PastForce {
  /** The revision that the change made. */
  readonly revision: number;
  /** When it ended, ISO 8601, UTC. */
  readonly until: string;
  readonly settings: Partial<RetrievalSettings>;
  readonly learned: LearnedParts;
}

/** A named expert: what it may read, how it searches, what it has learned. */
export interface Specialist {
  readonly name: string;
  readonly description: string;
  /** The collections that it may read, at least one; never more. */
  readonly collections: readonly string[];
  /** What differs from the settings of every search. */
  readonly settings: Partial<RetrievalSettings>;
  readonly learned: LearnedParts;
  /** What an agent that uses it should know, in Markdown; empty for nothing. */
  readonly instructions: string;
  /** Kinds of task or knowledge that it is for. */
  readonly categories: readonly string[];
  /** Names or paths of the suites by which it is judged; test data, never read by a search. */
  readonly suites: readonly string[];
  readonly status: SpecialistStatus;
  /** Counts changes from 1; a change names the revision that it was made on. */
  readonly revision: number;
  /** What was in force before, newest first; the last {@link MOST_PAST}. */
  readonly past: readonly PastForce[];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How many past settings and learned parts a specialist remembers. */
export const MOST_PAST = 20;

const learnedPart = z.object({ run: z.string(), version: z.int().min(1), promotedAt: z.string() });
const learnedParts = z.object({ settings: learnedPart.exactOptional(), adapter: learnedPart.exactOptional() });

/** Settings as they are kept: what a newer version knows besides is left as it is. */
export const KEPT_SETTINGS: z.ZodType<Partial<RetrievalSettings>> = z.looseObject({
  mode: z.enum(RETRIEVAL_MODES).exactOptional(),
  blend: z.enum(['convex', 'rrf']).exactOptional(),
  alpha: z.number().min(0).max(1).exactOptional(),
  rankConstant: z.number().min(1).exactOptional(),
  candidates: z.int().min(10).max(1000).exactOptional(),
  rerank: z.boolean().exactOptional(),
  diversity: z.number().min(0).max(1).exactOptional(),
  rerankDepth: z.int().min(1).max(200).exactOptional(),
  headings: z.number().min(0).max(10).exactOptional(),
  kinds: z.number().min(0).max(10).exactOptional(),
});

/** A specialist as it is kept. */
export const SPECIALIST = z.object({
  name: z.string(),
  description: z.string(),
  collections: z.array(z.string()),
  settings: KEPT_SETTINGS,
  learned: learnedParts,
  instructions: z.string(),
  categories: z.array(z.string()),
  suites: z.array(z.string()),
  status: z.enum(SPECIALIST_STATUSES),
  revision: z.int().min(1),
  past: z.array(z.object({ revision: z.int(), until: z.string(), settings: KEPT_SETTINGS, learned: learnedParts })),
  createdAt: z.string(),
  updatedAt: z.string(),
}) satisfies z.ZodType<Specialist>;

/** What a change puts in force; what is left out stays. */
export interface Force {
  /** All settings that differ from the usual ones. */
  readonly settings?: Partial<RetrievalSettings>;
  /** All learned parts. */
  readonly learned?: LearnedParts;
}

/** The specialist with other settings and learned parts, and what was in force before among its past. */
export function withForce(specialist: Specialist, force: Force, now: string): Specialist {
  const revision = specialist.revision + 1;
  const { settings, learned } = specialist;
  return {
    ...specialist,
    settings: force.settings ?? settings,
    learned: force.learned ?? learned,
    revision,
    past: [{ revision, until: now, settings, learned }, ...specialist.past].slice(0, MOST_PAST),
    updatedAt: now,
  };
}

/** A map on query vectors that a specialist has learned. */
export interface QueryMap {
  /** Tells maps apart: id of the training run. */
  readonly id: string;
  /** The vectors that it was learned on; those of other models stay as they are. */
  readonly space: EmbeddingFingerprint;
  /** The vector to search with, of the same length and norm 1. */
  apply(vector: Float32Array): Float32Array;
}
