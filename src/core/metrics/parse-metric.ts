import { QuarryError } from '../errors.js';
import { averagePrecision } from './average-precision.js';
import { bpref } from './bpref.js';
import { f1 } from './f1.js';
import { judged } from './judged.js';
import type { JudgedRanking } from './judged-ranking.js';
import { ndcg } from './ndcg.js';
import { ndcgExponential } from './ndcg-exponential.js';
import { precision } from './precision.js';
import { rPrecision } from './r-precision.js';
import { DEFAULT_PERSISTENCE, rankBiasedPrecision } from './rank-biased-precision.js';
import { recall } from './recall.js';
import { reciprocalRank } from './reciprocal-rank.js';
import { success } from './success.js';

/** A named measure of one query's ranking. */
export interface Metric {
  /** Canonical name, for instance `ndcg@10`. */
  readonly name: string;
  /** Deepest rank that it looks at; Infinity for the whole list. */
  readonly cutoff: number;
  /** Score of one query, 0..1. */
  score(ranking: JudgedRanking): number;
}

type Measure = (ranking: JudgedRanking, cutoff: number) => number;

/** Base names with their measure and whether a cut-off may, must or cannot follow. */
const MEASURES: Readonly<Record<string, { readonly measure: Measure; readonly cutoff: 'may' | 'must' | 'never' }>> = {
  ndcg: { measure: ndcg, cutoff: 'may' },
  'ndcg-exp': { measure: ndcgExponential, cutoff: 'may' },
  map: { measure: averagePrecision, cutoff: 'may' },
  mrr: { measure: reciprocalRank, cutoff: 'may' },
  p: { measure: precision, cutoff: 'may' },
  recall: { measure: recall, cutoff: 'may' },
  success: { measure: success, cutoff: 'must' },
  f1: { measure: f1, cutoff: 'may' },
  judged: { measure: judged, cutoff: 'may' },
  rprec: { measure: rPrecision, cutoff: 'never' },
  bpref: { measure: bpref, cutoff: 'never' },
};

/** Other spellings that people know, trec_eval's among them. */
const ALIASES: Readonly<Record<string, string>> = {
  precision: 'p',
  ap: 'map',
  rr: 'mrr',
  recip_rank: 'mrr',
  r: 'recall',
  hit: 'success',
  'r-prec': 'rprec',
  'r-precision': 'rprec',
  ndcg_cut: 'ndcg',
  map_cut: 'map',
  f: 'f1',
};

/** What names may look like, for messages and help. */
export const METRIC_NAMES =
  'ndcg@10, ndcg-exp@10, map, mrr, p@5, recall@100, success@1, f1@10, rprec, bpref, rbp, rbp-0.95, judged@10';

/** What is scored when nothing is named. */
export const DEFAULT_METRICS: readonly string[] = [
  'ndcg@10',
  'map',
  'mrr',
  'p@5',
  'recall@100',
  'success@1',
  'judged@10',
];

const MAX_CUTOFF = 1_000_000;

/**
 * Understands a metric's name: a base name, then `@` and a cut-off where one is wanted (`ndcg@10`). Case does not
 * matter, trec_eval's `ndcg_cut_10` and `P_5` are taken too. Rank-biased precision takes its persistence after a dash:
 * `rbp` (0.8), `rbp-0.95`, `rbp-0.95@100`.
 * @throws QuarryError INPUT_INVALID for a name that means nothing
 */
export function parseMetric(text: string): Metric {
  const match = /^([a-z][a-z0-9_-]*?(?:-0?\.\d+)?)(?:[@_](\d{1,9}))?$/.exec(text.trim().toLowerCase());
  const base = match?.[1];
  if (base === undefined) throw unknownMetric(text);
  const cutoff = match?.[2] === undefined ? Number.POSITIVE_INFINITY : Number(match[2]);
  if (Number.isFinite(cutoff) && (cutoff < 1 || cutoff > MAX_CUTOFF)) throw unknownMetric(text);
  const suffix = Number.isFinite(cutoff) ? `@${cutoff}` : '';
  if (base === 'rbp' || base.startsWith('rbp-')) return rankBiased(base, cutoff, suffix) ?? fail(text);
  const name = ALIASES[base] ?? base;
  const known = Object.hasOwn(MEASURES, name) ? MEASURES[name] : undefined;
  if (known === undefined) throw unknownMetric(text);
  if (known.cutoff === (suffix === '' ? 'must' : 'never')) throw wrongCutoff(text, name, known.cutoff);
  return { name: `${name}${suffix}`, cutoff, score: (ranking) => known.measure(ranking, cutoff) };
}

/** Parses a list of names, each metric once, in the order given. */
export function parseMetrics(names: readonly string[]): Metric[] {
  const metrics = new Map(names.map((name) => parseMetric(name)).map((metric) => [metric.name, metric]));
  return [...metrics.values()];
}

function rankBiased(base: string, cutoff: number, suffix: string): Metric | undefined {
  const persistence = base === 'rbp' ? DEFAULT_PERSISTENCE : Number(base.slice('rbp-'.length));
  if (!(persistence > 0 && persistence < 1)) return undefined;
  const name = base === 'rbp' ? 'rbp' : `rbp-${persistence}`;
  return { name: `${name}${suffix}`, cutoff, score: (ranking) => rankBiasedPrecision(ranking, cutoff, persistence) };
}

function fail(text: string): never {
  throw unknownMetric(text);
}

function wrongCutoff(text: string, name: string, rule: 'must' | 'never' | 'may'): QuarryError {
  const shown = JSON.stringify(text.slice(0, 60));
  return rule === 'must'
    ? new QuarryError('INPUT_INVALID', `The metric ${shown} needs a cut-off.`, {
        hint: `Write for instance ${name}@10.`,
      })
    : new QuarryError('INPUT_INVALID', `The metric ${shown} takes no cut-off.`, { hint: `Write ${name}.` });
}

function unknownMetric(text: string): QuarryError {
  return new QuarryError('INPUT_INVALID', `There is no metric ${JSON.stringify(text.slice(0, 60))}.`, {
    hint: `Metrics are written like these: ${METRIC_NAMES}.`,
  });
}
