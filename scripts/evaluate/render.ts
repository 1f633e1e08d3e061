import type { Interval } from '../../src/core/statistics/bootstrap.js';
import { type Difference, grandMean, interval } from './compare.js';
import type { Evaluation } from './evaluation.js';
import type { Scores } from './rankings.js';

/** The report as tables in Markdown. */
export function renderMarkdown(evaluation: Evaluation): string {
  const { board } = evaluation;
  const parts = board.measures().map((measure) => {
    const names = board.configurations(measure);
    return scoreTable(measure, new Map(names.map((name) => [name, board.get(measure, name)])));
  });
  return [
    ...parts,
    ...answerTable(evaluation),
    ...latencyTable(evaluation),
    ...differences(evaluation),
    ...targets(evaluation),
    ...evaluation.notes,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** The report as one object, for programs. */
export function toJson(evaluation: Evaluation): object {
  const { board, answerability, latencies, targets: judged, notes } = evaluation;
  const scores = board.measures().map((measure) => ({
    measure,
    configurations: board.configurations(measure).map((name) => {
      const own = board.get(measure, name);
      return {
        name,
        mean: grandMean(own),
        collections: Object.fromEntries([...own].map(([key, questions]) => [key, Object.fromEntries(questions)])),
      };
    }),
  }));
  const comparisons = evaluation.comparisons.map(({ comparison, ...names }) => ({
    ...names,
    mean: comparison.mean,
    collections: Object.fromEntries(comparison.collections),
  }));
  return { scores, answerability, latencies, comparisons, targets: judged, notes };
}

const three = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');
const signed = (value: number): string => (value > 0 ? '+' : '') + three(value);
const shown = ({ mean, low, high }: Interval): string => `${three(mean)} [${three(low)}, ${three(high)}]`;
const shownDifference = ({ mean, low, high, p }: Difference): string =>
  `${signed(mean)} [${signed(low)}, ${signed(high)}] p ${p.toFixed(4)}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function scoreTable(measure: string, configurations: ReadonlyMap<string, Scores>): string {
  const collections = [...new Set([...configurations.values()].flatMap((scores) => [...scores.keys()]))];
  const rows = [...configurations].map(([name, scores]) => [
    name,
    ...collections.map((key) => {
      const questions = scores.get(key);
      return questions === undefined ? '' : shown(interval(questions.values()));
    }),
    three(grandMean(scores)),
  ]);
  return table([measure, ...collections, 'mean'], rows);
}

function answerTable({ answerability }: Evaluation): string[] {
  if (answerability.length === 0) return [];
  const rows = answerability.map(({ configuration, questions, share, meanTokens }) => [
    configuration,
    String(questions),
    shown(share),
    meanTokens.toFixed(0),
  ]);
  return [table(['first answer', 'questions', 'holds the answer', 'mean tokens (characters / 4)'], rows)];
}

function latencyTable({ latencies }: Evaluation): string[] {
  if (latencies.length === 0) return [];
  const rows = latencies.map(({ configuration, collection, p50Ms, p95Ms }) => [
    configuration,
    collection,
    p50Ms.toFixed(1),
    p95Ms.toFixed(1),
  ]);
  return [table(['search', 'collection', 'p50 ms', 'p95 ms'], rows)];
}

function differences({ comparisons }: Evaluation): string[] {
  if (comparisons.length === 0) return [];
  const names = [...new Set(comparisons.flatMap(({ comparison }) => [...comparison.collections.keys()]))];
  const rows = comparisons.map(({ measure, before, after, comparison }) => [
    `${measure}: ${after} - ${before}`,
    ...names.map((name) => {
      const one = comparison.collections.get(name);
      return one === undefined ? '' : shownDifference(one);
    }),
    shownDifference(comparison.mean),
  ]);
  return [table(['difference [95 %], paired p', ...names, 'mean'], rows)];
}

function targets({ targets: judged }: Evaluation): string[] {
  if (judged.length === 0) return [];
  const rows = judged.map(({ name, value, wanted, isReached }) => [
    name,
    three(value),
    wanted,
    isReached ? 'reached' : 'missed',
  ]);
  return [table(['target', 'measured', 'wanted', ''], rows)];
}
