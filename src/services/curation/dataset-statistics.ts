import type { ExampleFacts } from '../../core/curation/example-facts.js';
import { binNumbers, countLabels, type HistogramBar } from '../../core/curation/histogram.js';

/** A dataset at a glance. */
export interface DatasetStatistics {
  readonly rows: number;
  readonly byKind: readonly HistogramBar[];
  readonly bySplit: readonly HistogramBar[];
  readonly byRule: readonly HistogramBar[];
  readonly byLicence: readonly HistogramBar[];
  readonly byReview: readonly HistogramBar[];
  readonly byFlag: readonly HistogramBar[];
  readonly byCategory: readonly HistogramBar[];
  readonly byLanguage: readonly HistogramBar[];
  readonly byTag: readonly HistogramBar[];
  /** Lengths in characters. */
  readonly promptLengths: readonly HistogramBar[];
  readonly responseLengths: readonly HistogramBar[];
}

const named = (name: string): string => (name === '' ? 'none' : name);

/** Counts and lengths of examples. */
export function describeExamples(examples: readonly ExampleFacts[]): DatasetStatistics {
  const ruleOf = ({ method, rule }: ExampleFacts): string => [method, rule].filter((part) => part !== '').join(':');
  return {
    rows: examples.length,
    byKind: countLabels(examples.map((example) => example.kind)),
    bySplit: countLabels(examples.map((example) => named(example.split))),
    byRule: countLabels(examples.map((example) => named(ruleOf(example)))),
    byLicence: countLabels(examples.map((example) => (example.licence === '' ? 'unknown' : example.licence))),
    byReview: countLabels(examples.map((example) => example.review)),
    byFlag: countLabels(examples.flatMap((example) => example.flags)),
    byCategory: countLabels(examples.map((example) => named(example.category))),
    byLanguage: countLabels(examples.map((example) => named(example.language))),
    byTag: countLabels(examples.flatMap((example) => example.tags)),
    promptLengths: binNumbers(
      examples.map((example) => example.promptLength),
      8,
    ),
    responseLengths: binNumbers(
      examples.map((example) => example.responseLength),
      8,
    ),
  };
}
