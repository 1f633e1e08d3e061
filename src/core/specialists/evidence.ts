import type { Interval } from '../statistics/bootstrap.js';
import type { LearnedParts } from './specialist.js';

/** The newest run of a suite as a specialist. */
export interface SuiteEvidence {
  readonly suite: string;
  readonly run: string;
  readonly at: string;
  readonly queries: number;
  readonly metrics: Readonly<Record<string, Interval>>;
  /** Whether the specialist has changed since: other settings or another adapter. */
  readonly isOutdated: boolean;
}

/** A query of the log that nothing relevant was found for. */
export interface Gap {
  readonly query: string;
  readonly times: number;
  readonly last: string;
}

/** A document by name. */
export interface NamedDocument {
  readonly id: string;
  readonly title: string;
  readonly collection: string;
}

/** A category with few documents. */
export interface ThinCategory {
  readonly category: string;
  readonly documents: number;
}

/** A source that was not synced for long, or never. */
export interface StaleSource {
  readonly id: string;
  readonly uri: string;
  readonly syncedAt: string | null;
  /** Days since; null when never. */
  readonly days: number | null;
}

/** Why something learned is in force. */
export interface LearnedProof {
  readonly run: string;
  /** What held-out questions said, or that judging after the run decided. */
  readonly text: string;
}

/** What is known of how good a specialist is. */
export interface Evidence {
  readonly documents: number;
  readonly suites: readonly SuiteEvidence[];
  /** Suites that it is judged by and that were not run yet. */
  readonly unrun: readonly string[];
  readonly learned: LearnedParts;
  /** One for each run of the learned parts. */
  readonly proofs: readonly LearnedProof[];
  /** Searches of the log; null where it is off. */
  readonly searches: number | null;
  readonly gaps: readonly Gap[];
  /** Documents that no logged search has shown; null while too few searches are known. */
  readonly neverFound: readonly NamedDocument[] | null;
  readonly thin: readonly ThinCategory[];
  readonly stale: readonly StaleSource[];
}

/** What to do, and what it follows from. */
export interface Recommendation {
  readonly action: string;
  /** Queries, documents, suites or sources that caused it, as they are called. */
  readonly because: readonly string[];
}

/** Searches of the log that say nothing about documents while they are fewer. */
export const LEAST_SEARCHES = 20;
/** A source is stale after so many days. */
export const STALE_DAYS = 30;
/** Fewer documents of a category are thin. */
export const THIN_DOCUMENTS = 3;
const NAMED = 5;

/** What follows from the evidence: nothing that no finding caused. */
export function recommend(evidence: Evidence): Recommendation[] {
  const { documents, suites, unrun, gaps, neverFound, thin, stale } = evidence;
  const because = (names: readonly string[]): string[] => names.slice(0, NAMED);
  const outdated = suites.filter(({ isOutdated }) => isOutdated).map(({ suite }) => suite);
  const all: (Recommendation | false)[] = [
    documents === 0 && { action: 'Ingest something that it may read: it knows nothing.', because: ['0 documents'] },
    unrun.length > 0 && { action: 'Run its suites: benchmark_run with its name.', because: because(unrun) },
    outdated.length > 0 && { action: 'Run these suites again: it has changed since.', because: because(outdated) },
    suites.length + unrun.length === 0 &&
      documents > 0 && {
        action: 'Name a suite by which it is judged (specialist_configure suites), or nothing can be proven of it.',
        because: ['no suite'],
      },
    gaps.length > 0 && {
      action: 'Ingest knowledge that answers these queries, or let it read another collection.',
      because: because(gaps.map(({ query, times }) => `${query} (${times === 1 ? 'once' : `${times} times`})`)),
    },
    (neverFound?.length ?? 0) > 0 && {
      action: 'Write questions for these documents at the desk (curate_next, task write), or take them out.',
      because: because((neverFound ?? []).map(({ title, id }) => `${title} (${id})`)),
    },
    thin.length > 0 && {
      action: 'Add documents of these categories, or drop them.',
      because: because(thin.map(({ category, documents: count }) => `${category} (${count} documents)`)),
    },
    stale.length > 0 && {
      action: 'Sync these sources.',
      because: because(stale.map(({ uri, days }) => `${uri} (${days === null ? 'never synced' : `${days} days`})`)),
    },
  ];
  return all.filter((one) => one !== false);
}
