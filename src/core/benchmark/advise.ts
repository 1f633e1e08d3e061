import { describeComparison, type Verdict } from './compare-scores.js';
import type { BenchmarkReport, ReportRun } from './report.js';

/** A suggestion with the numbers that it rests on. */
export interface Advice {
  readonly finding: string;
  readonly suggestion: string;
}

/** Facts about a run that need its rankings and judgments. */
export interface RunFacts {
  /** Mean of the report's first metric by type of query; empty types are left out. */
  readonly byType: readonly { readonly type: string; readonly queries: number; readonly mean: number }[];
  /** Queries for which no relevant document was found at all. */
  readonly missed: readonly string[];
}

/** Gap between recall deep down and success at the top from which a reranker is worth a try. */
const RERANK_GAP = 0.25;

/** Advice that follows from the numbers and from nothing else; empty when there is nothing to say. */
export function advise(report: BenchmarkReport, facts: RunFacts | undefined): Advice[] {
  const run = bestRun(report);
  if (run === undefined) return [];
  return [
    ...adviseOnSuite(report, run),
    ...adviseOnModes(report),
    ...adviseOnRanking(run),
    ...adviseOnAnswers(run),
    ...(facts === undefined ? [] : adviseOnQueries(run, facts)),
  ];
}

/** The run with the best mean of the first metric. */
export function bestRun(report: BenchmarkReport): ReportRun | undefined {
  const metric = Object.keys(report.runs[0]?.metrics ?? {})[0] ?? '';
  return report.runs.toSorted((a, b) => (b.metrics[metric]?.mean ?? 0) - (a.metrics[metric]?.mean ?? 0))[0];
}

function adviseOnSuite(report: BenchmarkReport, run: ReportRun): Advice[] {
  const advice: Advice[] = [];
  if (report.origin === 'mined') {
    advice.push({
      finding: 'The queries were mined from headings, comments and sentences of the documents themselves.',
      suggestion: "Write 50 or more questions in people's own words before trusting a number; mined ones flatter.",
    });
  }
  if (run.queries < 50) {
    advice.push({
      finding: `${run.queries} queries: the intervals are wide.`,
      suggestion: 'Add queries; below 50 only large differences can be shown.',
    });
  }
  if (run.stale.length > 0) {
    advice.push({
      finding: `${run.stale.length} judgments are stale and were left out.`,
      suggestion: 'Judge them anew or remove them from the suite.',
    });
  }
  return advice;
}

function adviseOnModes(report: BenchmarkReport): Advice[] {
  const metric = Object.keys(report.runs[0]?.metrics ?? {})[0];
  const telling = report.comparisons.filter((comparison) => comparison.metric === metric);
  return telling.map((comparison) => ({
    finding: describeComparison(comparison),
    suggestion: CHOICES[comparison.verdict](comparison.a, comparison.b),
  }));
}

const CHOICES: Readonly<Record<Verdict, (a: string, b: string) => string>> = {
  better: (a, b) => `Use ${b} rather than ${a}.`,
  worse: (a, b) => `Use ${a} rather than ${b}.`,
  identical: () => 'Choose the cheaper of the two.',
  'no evidence of a difference': () => 'Do not choose between them by this suite; take the simpler or faster one.',
};

function adviseOnRanking(run: ReportRun): Advice[] {
  const recall = Object.entries(run.metrics).find(([name]) => name.startsWith('recall@'));
  const success = run.metrics['success@1'];
  if (recall === undefined) return [];
  const [name, { mean }] = recall;
  if (mean < 0.8) {
    return [
      {
        finding: `${run.name} finds ${(mean * 100).toFixed(0)}% of the relevant documents (${name}): the rest is never nominated.`,
        suggestion:
          'Raise candidates, check that the documents are indexed, or add the words people use to the documents.',
      },
    ];
  }
  if (success === undefined || mean - success.mean < RERANK_GAP) return [];
  return [
    {
      finding: `${run.name} finds ${(mean * 100).toFixed(0)}% of the relevant documents (${name}) but puts one first in only ${(success.mean * 100).toFixed(0)}% of the queries.`,
      suggestion: 'Ranking is the weak part: try a reranker, sweep alpha, or train fusion weights.',
    },
  ];
}

function adviseOnAnswers(run: ReportRun): Advice[] {
  const advice: Advice[] = [];
  const { abstention, chunking } = run;
  if (abstention !== null) {
    const strength = abstention.auc >= 0.9 ? 'well' : abstention.auc >= 0.7 ? 'roughly' : 'hardly';
    advice.push({
      finding: `The best ${abstention.signal} separates answerable from unanswerable queries ${strength} (AUC ${abstention.auc.toFixed(2)}).`,
      suggestion:
        abstention.auc >= 0.7
          ? `Treat answers whose best ${abstention.signal} is below ${abstention.threshold.toFixed(3)} as "not in the knowledge".`
          : 'Do not let the score decide whether there is an answer; let the reader check the quotation.',
    });
  }
  if (chunking !== null && chunking.recall < 0.7 && chunking.precisionOmega > 0.3) {
    advice.push({
      finding: `The best ${chunking.k} chunks hold ${(chunking.recall * 100).toFixed(0)}% of the answer text.`,
      suggestion: 'Try larger chunks (maxTokens), or ask for neighbouring context when searching.',
    });
  }
  const [small, , large] = run.answerability;
  if (small !== undefined && large !== undefined && large.mean - small.mean > 0.15) {
    advice.push({
      finding: `${(small.mean * 100).toFixed(0)}% of the answers stand whole within ${small.tokens} tokens, ${(large.mean * 100).toFixed(0)}% within ${large.tokens}.`,
      suggestion: `Give readers ${large.tokens} tokens where they can afford it.`,
    });
  }
  return advice;
}

function adviseOnQueries(run: ReportRun, facts: RunFacts): Advice[] {
  const advice: Advice[] = [];
  const overall = run.metrics[Object.keys(run.metrics)[0] ?? '']?.mean ?? 0;
  const weak = facts.byType.filter((type) => type.queries >= 5 && type.mean < overall - 0.1);
  for (const { type, queries, mean } of weak) {
    advice.push({
      finding: `Queries of type ${type} score ${mean.toFixed(3)} against ${overall.toFixed(3)} overall (${queries} queries).`,
      suggestion: SUGGESTIONS[type] ?? 'Read these queries and their rankings with benchmark_compare.',
    });
  }
  if (facts.missed.length > 0) {
    advice.push({
      finding: `For ${facts.missed.length} queries nothing relevant was found at all, for instance ${facts.missed.slice(0, 3).join(', ')}.`,
      suggestion: 'Look at them first: a missing document or a wrong judgment is the usual reason.',
    });
  }
  return advice;
}

const SUGGESTIONS: Readonly<Record<string, string>> = {
  typo: 'The vector leg forgives spelling more than BM25 does: raise alpha.',
  paraphrase: 'Other words than the document uses: raise alpha, or use a stronger embedding model.',
  acronym: 'Write acronyms out next to each other in the documents: "certificate authority (CA)".',
  code: 'Exact names are the keyword leg: lower alpha.',
  'near-miss': 'Neighbouring topics are mixed up: try a reranker, and make titles and headings say what differs.',
};
