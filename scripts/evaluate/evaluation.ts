import type { Interval } from '../../src/core/statistics/bootstrap.js';
import { quantile } from '../../src/core/statistics/bootstrap.js';
import { mean } from '../../src/core/statistics/mean.js';
import { CHARACTERS_PER_TOKEN } from '../../src/services/answer-budget.js';
import { type Comparison, compare, interval } from './compare.js';
import { ScoreBoard } from './rankings.js';
import type { Answer } from './tasks.js';

/** A number that the project has promised to reach. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly wanted: string;
  readonly isReached: boolean;
}

/** How long one configuration's searches of one collection took. */
export interface Latency {
  readonly configuration: string;
  readonly collection: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Size of answers and how often they hold what answers. */
export interface Answerability {
  readonly configuration: string;
  readonly questions: number;
  /** Share of questions whose answer holds the span. */
  readonly share: Interval;
  readonly meanTokens: number;
}

/** A comparison that was asked for. */
export interface NamedComparison {
  readonly measure: string;
  readonly before: string;
  readonly after: string;
  readonly comparison: Comparison;
}

/** Everything that one run of the command finds out. */
export class Evaluation {
  readonly board = new ScoreBoard();
  readonly latencies: Latency[] = [];
  readonly answerability: Answerability[] = [];
  readonly comparisons: NamedComparison[] = [];
  readonly targets: Target[] = [];
  readonly notes: string[] = [];
  readonly #texts = new Map<string, { isHeld: boolean; tokens: number }[]>();

  /** Keeps how long answers took. */
  addLatency(at: { configuration: string; collection: string }, answers: readonly Answer[]): void {
    const sorted = answers.map((answer) => answer.ms).sort((a, b) => a - b);
    this.latencies.push({ ...at, p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) });
  }

  /** Keeps whether one answer's text held what answers the question. */
  addText(configuration: string, text: string, isHeld: boolean): void {
    const texts = this.#texts.get(configuration) ?? [];
    texts.push({ isHeld, tokens: text.length / CHARACTERS_PER_TOKEN });
    this.#texts.set(configuration, texts);
  }

  /** Sums up the texts that were added. */
  sumUpTexts(): void {
    for (const [configuration, texts] of this.#texts) {
      this.answerability.push({
        configuration,
        questions: texts.length,
        share: interval(texts.map(({ isHeld }) => (isHeld ? 1 : 0))),
        meanTokens: mean(texts.map(({ tokens }) => tokens)),
      });
    }
  }

  /** Compares two configurations by a measure, where both were scored. */
  compare(measure: string, before: string, after: string): Comparison {
    const comparison = compare(this.board.get(measure, before), this.board.get(measure, after));
    if (comparison.collections.size > 0) this.comparisons.push({ measure, before, after, comparison });
    return comparison;
  }

  /** Judges a number that must be at least `bar`. */
  expectAtLeast(name: string, value: number, bar: number): void {
    this.targets.push({ name, value, wanted: `at least ${bar}`, isReached: value >= bar });
  }

  /** Judges a number that must be above `bar`. */
  expectAbove(name: string, value: number, bar: number): void {
    this.targets.push({ name, value, wanted: `above ${bar}`, isReached: value > bar });
  }

  /** Judges a number that must be at most `bar`. */
  expectAtMost(name: string, value: number, bar: number): void {
    this.targets.push({ name, value, wanted: `at most ${bar}`, isReached: value <= bar });
  }
}
