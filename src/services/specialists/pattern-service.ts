import { type Example, parseExample } from '../../core/curation/example.js';
import { findNearDuplicates } from '../../core/curation/near-duplicates.js';
import { clusterItems } from '../../core/patterns/clusters.js';
import { findContradictions, sentencesOf } from '../../core/patterns/contradictions.js';
import { measureDrift } from '../../core/patterns/drift.js';
import type { Candidate } from '../../core/ports.js';
import type { Collection } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { DatasetAccess } from '../curation/dataset-access.js';
import type { FeedbackService } from './feedback-service.js';

/** What can be looked for. */
export const PATTERN_KINDS = ['duplicate', 'contradiction', 'cluster', 'drift', 'stale'] as const;
/** One of {@link PATTERN_KINDS}. */
export type PatternKind = (typeof PATTERN_KINDS)[number];

/** Where a finding shows. */
export interface PatternEvidence {
  readonly documentId: string;
  readonly title: string;
  readonly uri: string;
  /** Verbatim, or a query of the log. */
  readonly quote: string;
}

/** A finding with its evidence. */
export interface Pattern {
  readonly kind: PatternKind;
  readonly summary: string;
  /** How sure or how large, 0..1. */
  readonly score: number;
  readonly evidence: readonly PatternEvidence[];
}

/** What was found, and how much was looked at. */
export interface PatternReport {
  readonly patterns: readonly Pattern[];
  readonly documents: number;
  readonly passages: number;
  /** True where there was more than is looked at. */
  readonly isPartial: boolean;
}

/** Passages that are looked at, at most. */
const MOST_PASSAGES = 20_000;
const PAGE = 500;
const QUOTE = 300;
/** A document is stale when it is older than so many days, and others of its collection are a year younger. */
const STALE_DAYS = 730;
const DAY_MS = 86_400_000;

/** A document as the patterns are read from it. */
interface ReadDocument {
  readonly passages: readonly Candidate[];
  readonly document: Candidate['document'];
}

/** Looks for patterns in what collections hold, and in what was searched. */
export class PatternService {
  readonly #context: ServiceContext;
  readonly #feedback: FeedbackService;

  constructor(context: ServiceContext, feedback: FeedbackService) {
    this.#context = context;
    this.#feedback = feedback;
  }

  /** @param limit findings of each kind, most telling first */
  async find(collections: readonly Collection[], kinds: readonly PatternKind[], limit: number): Promise<PatternReport> {
    const { documents, isPartial } = await this.#read(collections);
    const finders: Readonly<Record<PatternKind, () => Promise<Pattern[]> | Pattern[]>> = {
      duplicate: () => duplicates(documents),
      contradiction: () => contradictions(documents),
      cluster: () => clusters(documents),
      stale: () => stale(documents, this.#context.clock.now()),
      drift: () => this.#drift(),
    };
    const patterns: Pattern[] = [];
    for (const kind of PATTERN_KINDS)
      if (kinds.includes(kind)) patterns.push(...(await finders[kind]()).slice(0, limit));
    const passages = documents.reduce((sum, one) => sum + one.passages.length, 0);
    return { patterns, documents: documents.length, passages, isPartial };
  }

  /** Adds findings about two passages to a dataset, as pairs that need review. Resolves to how many were new. */
  async queue(dataset: string, patterns: readonly Pattern[]): Promise<number> {
    const examples = patterns.flatMap((pattern) => toExample(pattern) ?? []);
    if (examples.length === 0) return 0;
    const { added } = await new DatasetAccess(this.#context).add(dataset, examples, {
      message: `Queued ${examples.length} findings`,
      notes: { patterns: { findings: examples.length } },
    });
    return added;
  }

  async #read(collections: readonly Collection[]): Promise<{ documents: ReadDocument[]; isPartial: boolean }> {
    const { store } = this.#context;
    const documents: ReadDocument[] = [];
    let left = MOST_PASSAGES;
    for (const { name } of collections) {
      for (let offset = 0; ; offset += PAGE) {
        const { items, total } = await store.listDocuments(name, {}, { offset, limit: PAGE });
        for (const { id } of items) {
          if (left <= 0) return { documents, isPartial: true };
          const passages = await store.listCandidates(name, id);
          left -= passages.length;
          const [first] = passages;
          if (first !== undefined) documents.push({ passages, document: first.document });
        }
        if (offset + PAGE >= total) break;
      }
    }
    return { documents, isPartial: false };
  }

  async #drift(): Promise<Pattern[]> {
    const drift = measureDrift(await this.#feedback.searches());
    if (drift === undefined || drift.low <= 0) return [];
    const { earlier, later, difference, low, high, queries } = drift;
    return [
      {
        kind: 'drift',
        summary: `Of late ${later.doubtful} of ${later.searches} searches find nothing relevant, before ${earlier.doubtful} of ${earlier.searches}: ${(difference * 100).toFixed(0)} points more [${(low * 100).toFixed(0)}, ${(high * 100).toFixed(0)}].`,
        score: Math.min(1, difference),
        evidence: queries.slice(0, 20).map((quote) => ({ documentId: '', title: '', uri: '', quote })),
      },
    ];
  }
}

function toEvidence({ chunk, document }: Candidate, quote = chunk.text): PatternEvidence {
  return { documentId: document.id, title: document.title, uri: document.uri, quote: quote.slice(0, QUOTE) };
}

/** Passages that say nearly the same in different sources. */
function duplicates(documents: readonly ReadDocument[]): Pattern[] {
  const passages = documents.flatMap((one) => one.passages);
  return findNearDuplicates(passages.map(({ chunk }) => chunk.text))
    .flatMap(({ first, second, similarity }): Pattern[] => {
      const [a, b] = [passages[first], passages[second]];
      if (a === undefined || b === undefined || a.document.sourceId === b.document.sourceId) return [];
      const summary = `"${a.document.title}" and "${b.document.title}" say the same in two sources.`;
      return [{ kind: 'duplicate', summary, score: similarity, evidence: [toEvidence(a), toEvidence(b)] }];
    })
    .sort((a, b) => b.score - a.score);
}

function contradictions(documents: readonly ReadDocument[]): Pattern[] {
  const sentences = documents.flatMap(({ passages }) =>
    passages.flatMap((candidate) =>
      candidate.document.format === 'code'
        ? []
        : sentencesOf(candidate.chunk.text).map((text) => ({ text, documentId: candidate.document.id, candidate })),
    ),
  );
  return findContradictions(sentences).flatMap(({ first, second, overlap, difference }): Pattern[] => {
    const [a, b] = [sentences[first], sentences[second]];
    if (a === undefined || b === undefined) return [];
    const what = difference === 'numbers' ? 'with other numbers' : 'where one denies it';
    const summary = `"${a.candidate.document.title}" and "${b.candidate.document.title}" say the same ${what}.`;
    const evidence = [toEvidence(a.candidate, a.text), toEvidence(b.candidate, b.text)];
    return [{ kind: 'contradiction', summary, score: overlap, evidence }];
  });
}

/** Documents in groups, each with those nearest to its middle. */
function clusters(documents: readonly ReadDocument[]): Pattern[] {
  const items = documents.map(({ passages, document }) => ({
    vector: meanVector(passages),
    text: `${document.title} ${passages.map(({ chunk }) => chunk.text).join(' ')}`.slice(0, 20_000),
  }));
  return clusterItems(items).map(({ name, members, closeness }): Pattern => {
    const evidence = members.slice(0, 5).flatMap((at) => documents[at]?.passages.slice(0, 1) ?? []);
    return {
      kind: 'cluster',
      summary: `${name.join(', ')}: ${members.length} documents`,
      score: Math.max(0, Math.min(1, closeness)),
      evidence: evidence.map((candidate) => toEvidence(candidate)),
    };
  });
}

function meanVector(passages: readonly Candidate[]): Float32Array {
  const sum = new Float32Array(passages[0]?.vector.length ?? 0);
  for (const { vector } of passages) for (const [at, value] of vector.entries()) sum[at] = (sum[at] ?? 0) + value;
  const norm = Math.hypot(...sum) || 1;
  return sum.map((value) => value / norm);
}

/** Documents that were not changed for two years while others of their source were. */
function stale(documents: readonly ReadDocument[], now: string): Pattern[] {
  const newest = new Map<string, number>();
  for (const { document } of documents) {
    const at = Date.parse(document.modifiedAt);
    if (!Number.isNaN(at)) newest.set(document.sourceId, Math.max(newest.get(document.sourceId) ?? 0, at));
  }
  return documents
    .flatMap(({ document, passages }): (Pattern & { readonly days: number })[] => {
      const at = Date.parse(document.modifiedAt);
      const days = Math.floor((Date.parse(now) - at) / DAY_MS);
      const behind = Math.floor(((newest.get(document.sourceId) ?? at) - at) / DAY_MS);
      const [first] = passages;
      if (Number.isNaN(at) || days < STALE_DAYS || behind < STALE_DAYS / 2 || first === undefined) return [];
      const summary = `"${document.title}" was last changed ${days} days ago; others of its source ${behind} days later.`;
      return [
        { kind: 'stale', summary, score: Math.min(1, days / (STALE_DAYS * 5)), evidence: [toEvidence(first)], days },
      ];
    })
    .sort((a, b) => b.days - a.days)
    .map(({ days: _, ...pattern }) => pattern);
}

/** A finding about two passages as a pair for a judge; others are for people to read. */
function toExample({ kind, evidence: [first, second] }: Pattern): Example | undefined {
  const isPair = kind === 'duplicate' || kind === 'contradiction';
  if (!isPair || first === undefined || second === undefined) return undefined;
  const parsed = parseExample({
    kind: 'pair',
    fields: { anchor: first.quote, positive: second.quote },
    review: 'needs-review',
    trust: 0,
    tags: [kind],
    provenance: { uri: second.uri.slice(0, 4_000), documentId: second.documentId, method: 'pattern', rule: kind },
  });
  return 'example' in parsed ? parsed.example : undefined;
}
