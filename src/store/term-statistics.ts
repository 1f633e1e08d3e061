import type { Table } from '@lancedb/lancedb';
import type { TermStatistics } from '../core/keyword-port.js';
import { B, frequencyOf, K1, recoverFrequencies, saturate, weightOf } from '../core/ranking/recover-frequencies.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import type { Engine } from './engine.js';
import { KEYWORD_COLUMN } from './indexes.js';
import { type KeywordCoverage, keywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import type { KnowledgeTable } from './knowledge-table.js';
import type { ResidentTerms } from './resident/resident-terms.js';
import { termsOf } from './row-terms.js';

/** A term of fewer chunks is counted; a more common one is judged by the scores that it gets. */
const COUNTED = 4;
/** Most terms of one question that are looked up; the others count as the middle one of these. */
const MAX_LOOKUPS = 64;
/** Rows whose scores are read: enough for the equations of a query, and no more. */
const FEWEST_ROWS = 40;
const ROWS_PER_TERM = 4;
/** `k1 b` over the mean length of rows, where no query has told it yet: rows of a hundred terms. */
const USUAL_PIVOT = (K1 * B) / 100;
/** Most terms that are remembered for a version of a table. */
const MAX_KNOWN = 20_000;

interface Known {
  readonly version: number;
  readonly chunks: number;
  /** Rows that the index covers, chunks and documents with their names; all rows where it covers none. */
  readonly rows: number;
  /** Whether the index covers any row; then rows beside it are looked at only for terms that it does not hold. */
  readonly isIndexed: boolean;
  /** Rows that stand beside the index, where they are kept. */
  readonly tail: ResidentTerms | undefined;
  readonly frequency: Map<string, number>;
  /** `k1 b / mean length` of the rows, once a query told it. */
  pivot: number | undefined;
}

const knownOf = new WeakMap<KnowledgeTable, Known>();

/**
 * How common terms are in a collection. LanceDB does not tell, but its scores do: a term's weight is what remains of a
 * row's score when the part of the row's length and of the term's count in it, both known, is taken out.
 */
export async function termStatistics(place: KeywordPlace, terms: readonly string[]): Promise<TermStatistics> {
  return statisticsAt(place, await keywordCoverage(place.knowledge), terms);
}

async function statisticsAt(
  place: KeywordPlace,
  covered: KeywordCoverage,
  terms: readonly string[],
): Promise<TermStatistics> {
  const wanted = [...new Set(terms)];
  const resident = await place.residents.termsOf(place.knowledge, covered);
  if (resident?.isWhole === true) return resident.statistics(wanted);
  const table = await place.knowledge.open();
  return read(async () => {
    const known = await currentKnowledge(place, covered);
    const missing = wanted.filter((term) => !known.frequency.has(term)).slice(0, MAX_LOOKUPS);
    const probes = await Promise.all(
      missing.map((term) => probe(place.engine, table, { term, isIndexed: known.isIndexed })),
    );
    if (known.frequency.size > MAX_KNOWN) known.frequency.clear();
    for (const [term, frequency] of frequencies(probes, known)) known.frequency.set(term, frequency);
    const found = wanted.map((term) => known.frequency.get(term)).filter((frequency) => frequency !== undefined);
    const middle = found.sort((first, second) => first - second)[found.length >> 1] ?? 0;
    return {
      chunks: known.chunks,
      documentFrequency: new Map(wanted.map((term) => [term, known.frequency.get(term) ?? middle])),
    };
  });
}

/**
 * What each term adds to a row that waits for the index, as the index would weigh it, and the pivot of row lengths.
 * @param terms those of the query, as often as it has them
 */
export async function tailWeights(
  place: KeywordPlace,
  covered: KeywordCoverage,
  terms: readonly string[],
): Promise<{ readonly weights: Map<string, number>; readonly pivot: number }> {
  const { documentFrequency } = await statisticsAt(place, covered, terms);
  const known = await currentKnowledge(place, covered);
  const weights = new Map<string, number>();
  for (const term of terms) {
    const weight = weightOf(documentFrequency.get(term) ?? 0, known.rows);
    weights.set(term, (weights.get(term) ?? 0) + weight);
  }
  return { weights, pivot: known.pivot ?? USUAL_PIVOT };
}

async function currentKnowledge({ residents, knowledge }: KeywordPlace, covered: KeywordCoverage): Promise<Known> {
  const { version, indexed } = covered;
  const known = knownOf.get(knowledge);
  if (known?.version === version) return known;
  const { chunks, documents } = await knowledge.count();
  const fresh: Known = {
    version,
    chunks,
    rows: indexed > 0 ? indexed : chunks + documents,
    isIndexed: indexed > 0,
    tail: await residents.termsOf(knowledge, covered),
    frequency: new Map<string, number>(),
    pivot: undefined,
  };
  knownOf.set(knowledge, fresh);
  return fresh;
}

/** Reads what the best rows of a keyword query tell of its terms, which then need not be looked up. */
export async function learnFrequencies(
  place: KeywordPlace,
  covered: KeywordCoverage,
  query: { readonly terms: readonly string[]; readonly rows: readonly { score: number; searchText: string }[] },
): Promise<void> {
  const known = await currentKnowledge(place, covered);
  const terms = [...new Set(query.terms)];
  if (!known.isIndexed || terms.every((term) => known.frequency.has(term))) return;
  const places = new Map(terms.map((term, at) => [term, at]));
  const rows = query.rows.slice(0, Math.max(FEWEST_ROWS, ROWS_PER_TERM * terms.length)).map(({ score, searchText }) => {
    const words = termsOf(searchText);
    const counts = terms.map(() => 0);
    for (const word of words) {
      const at = places.get(word);
      if (at !== undefined) counts[at] = (counts[at] ?? 0) + 1;
    }
    return { score, counts, length: words.length };
  });
  const boosts = terms.map((term) => query.terms.filter((other) => other === term).length);
  const recovered = recoverFrequencies(rows, { boosts, total: known.rows, pivot: known.pivot });
  if (recovered === undefined) return;
  known.pivot = recovered.pivot;
  for (const [at, frequency] of recovered.frequencies.entries()) {
    const term = terms[at];
    if (term !== undefined && frequency !== undefined) known.frequency.set(term, frequency);
  }
}

/** The best rows of one term. */
interface Probe {
  readonly term: string;
  readonly rows: readonly ProbeRow[];
}

interface ProbeRow {
  readonly score: number;
  /** How often the term stands in the row. */
  readonly count: number;
  /** Terms of the row. */
  readonly length: number;
}

async function probe(
  { lance }: Engine,
  table: Table,
  { term, isIndexed }: { readonly term: string; readonly isIndexed: boolean },
): Promise<Probe> {
  const { BooleanQuery, MatchQuery, Occur } = lance;
  const match = new MatchQuery(term, KEYWORD_COLUMN);
  // Rows beside the index are slow to scan and are scored by other numbers.
  const query = table.query().fullTextSearch(isIndexed ? match : new BooleanQuery([[Occur.Should, match]]));
  const narrowed = isIndexed ? query.fastSearch() : query;
  const rows = new ResultRows(await narrowed.select(['search_text', '_score']).limit(COUNTED).toArrow());
  return {
    term,
    rows: Array.from({ length: rows.length }, (_, row) => {
      const terms = termsOf(rows.text('search_text', row));
      const count = terms.reduce((sum, other) => (other === term ? sum + 1 : sum), 0);
      return { score: rows.number('_score', row), count, length: terms.length };
    }),
  };
}

function frequencies(probes: readonly Probe[], known: Known): [string, number][] {
  const pivot = known.pivot ?? pivotOf(probes);
  return probes.map(({ term, rows }) => {
    const [first] = rows;
    // A term that the index does not hold may stand in a row that waits for it: a note of a moment ago.
    if (rows.length === 0) return [term, known.tail?.frequency(term) ?? 0];
    if (rows.length < COUNTED || first === undefined || first.count === 0) return [term, rows.length];
    const frequency = frequencyOf(first.score / saturate(first.count, pivot * first.length), known.rows);
    return [term, Math.min(known.rows, Math.max(rows.length, Math.round(frequency)))];
  });
}

/** `k1 b / (mean length)`, from two rows of one term that differ in length or count; from the rows' lengths where none do. */
function pivotOf(probes: readonly Probe[]): number {
  const free = K1 * (1 - B);
  let best = { weight: 0, pivot: 0 };
  for (const { rows } of probes) {
    const [a] = rows;
    const b = rows.at(-1);
    if (a === undefined || b === undefined || rows.length < COUNTED) continue;
    const weight = a.score * b.count * a.length - b.score * a.count * b.length;
    const pivot = (b.score * a.count * (b.count + free) - a.score * b.count * (a.count + free)) / weight;
    if (pivot > 0 && Number.isFinite(pivot) && Math.abs(weight) > best.weight)
      best = { weight: Math.abs(weight), pivot };
  }
  if (best.pivot > 0) return best.pivot;
  const lengths = probes.flatMap(({ rows }) => rows.map(({ length }) => length));
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  return (K1 * B) / Math.max(1, mean);
}
