import { dot } from '../../src/core/ranking/cosine.js';
import {
  type CandidateEvidence,
  candidateFeatures,
  confidenceFeatures,
  type RoutingModel,
  scopeFeatures,
  softmax,
} from '../../src/core/specialists/routing.js';
import { needFeatures, type ToolModel, toolChances, toolFeatures } from '../../src/core/specialists/tool-choice.js';
import { fitLogistic, type LogisticCase, logisticProbability } from '../../src/core/statistics/logistic-regression.js';
import type { RoutingCase } from './routing-cases.js';
import type { RoutingSuite } from './routing-suite.js';

const FOLDS = 5;
const RIDGE = 1;
/** Of tasks that are for a specialist, this part at most is abstained. */
const FALSE_ALARMS = 0.05;
const BEST = 3;

/** A case with the candidates' truths beside them. */
export interface Choice {
  readonly candidates: readonly CandidateEvidence[];
  readonly isRight: readonly boolean[];
}

/** A choice for each case; with past tasks, those of `history` are known, but never the task itself. */
export function choicesOf(
  cases: readonly RoutingCase[],
  suite: RoutingSuite,
  history?: readonly RoutingCase[],
): Choice[] {
  return cases.map((one) => ({
    isRight: suite.specialists.map(({ name }) => one.task.specialists.has(name)),
    candidates: one.candidates.map((candidate, at) => {
      const name = suite.specialists[at]?.name ?? '';
      return history === undefined ? candidate : { ...candidate, past: pastOf(one, name, history) };
    }),
  }));
}

function pastOf(one: RoutingCase, name: string, history: readonly RoutingCase[]): CandidateEvidence['past'] {
  const near = history
    .filter(({ task }) => task.id !== one.task.id && task.specialists.has(name))
    .map(({ vector }) => dot(vector, one.vector))
    .sort((a, b) => b - a);
  const best = near.slice(0, BEST);
  return best.length < BEST
    ? undefined
    : { nearest: best[0] ?? 0, mean: best.reduce((sum, value) => sum + value, 0) / BEST };
}

const STEPS = 1_200;

/**
 * Weights of a conditional logit by gradient descent on features of unit spread, drawn towards 0 by {@link RIDGE}; a task
 * with several right candidates counts each in part.
 */
export function fitChoices(choices: readonly Choice[]): number[] {
  return fitRows(
    choices
      .filter(({ isRight }) => isRight.includes(true))
      .map(({ candidates, isRight }) => ({ features: candidates.map(candidateFeatures), isRight })),
  );
}

function fitRows(rows: readonly { readonly features: number[][]; readonly isRight: readonly boolean[] }[]): number[] {
  const size = rows[0]?.features[0]?.length ?? 0;
  const spreads = Array.from({ length: size }, (_, at) =>
    spreadOf(rows.flatMap(({ features }) => features.map((own) => own[at] ?? 0))),
  );
  const weights = new Array<number>(size).fill(0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight) => RIDGE * weight);
    for (const { features, isRight } of rows) {
      const scaled = features.map((own) => own.map((value, at) => value / (spreads[at] ?? 1)));
      const shares = softmax(scaled.map((own) => own.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)));
      const right = isRight.filter(Boolean).length;
      scaled.forEach((own, candidate) => {
        const error = (shares[candidate] ?? 0) - (isRight[candidate] === true ? 1 / right : 0);
        own.forEach((value, at) => {
          gradient[at] = (gradient[at] ?? 0) + error * value;
        });
      });
    }
    gradient.forEach((slope, at) => {
      weights[at] = (weights[at] ?? 0) - (1.5 * slope) / rows.length;
    });
  }
  return weights.map((weight, at) => weight / (spreads[at] ?? 1));
}

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
}

/** Shares of the candidates by weights. */
export function sharesOf({ candidates }: Choice, weights: readonly number[]): number[] {
  return softmax(
    candidates.map((one) => candidateFeatures(one).reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)),
  );
}

function fitScope(cases: readonly RoutingCase[]): number[] {
  const rows = cases.map(
    ({ task, scope }): LogisticCase => ({
      features: scopeFeatures(scope),
      isTrue: task.specialists.size > 0,
      weight: 1,
    }),
  );
  return fitLogistic(rows, RIDGE / 10);
}

/** Everything fitted on the given cases; confidence and threshold on folds that the rest has not seen. */
export function fitRoutingModel(cases: readonly RoutingCase[], suite: RoutingSuite, revision: string): RoutingModel {
  const held: { scope: number; shares: number[]; isRight: boolean; isInScope: boolean }[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const rest = cases.filter((_, at) => at % FOLDS !== fold);
    const own = cases.filter((_, at) => at % FOLDS === fold);
    const weights = fitChoices(choicesOf(rest, suite));
    const scopeModel = fitScope(rest);
    const choices = choicesOf(own, suite);
    own.forEach(({ task, scope }, at) => {
      const choice = choices[at];
      const shares = choice === undefined ? [] : sharesOf(choice, weights);
      held.push({
        shares,
        scope: logisticProbability(scopeModel, scopeFeatures(scope)),
        isRight: choice?.isRight[shares.indexOf(Math.max(...shares))] === true,
        isInScope: task.specialists.size > 0,
      });
    });
  }
  const kept = held.filter(({ isInScope }) => isInScope).map(({ scope }) => scope);
  kept.sort((a, b) => a - b);
  return {
    revision,
    fresh: fitChoices(choicesOf(cases, suite)),
    practised: fitChoices(choicesOf(cases, suite, cases)),
    scope: fitScope(cases),
    abstainBelow: kept[Math.floor(kept.length * FALSE_ALARMS)] ?? 0.5,
    confidence: fitLogistic(
      held.map(({ shares, scope, isRight }) => ({
        features: confidenceFeatures(shares, scope),
        isTrue: isRight,
        weight: 1,
      })),
      RIDGE,
    ),
  };
}

/** The choice of tools, fitted on the tasks of the cases; tasks without a right tool tell when none is called for. */
export function fitToolModel(cases: readonly RoutingCase[]): ToolModel {
  const known = cases.filter(({ tools }) => tools.length > 0);
  const fitted = (rows: readonly RoutingCase[]): ToolModel => ({
    weights: fitRows(
      rows
        .filter(({ task }) => task.tools.size > 0)
        .map(({ task, tools }) => ({
          features: tools.map(({ evidence }) => toolFeatures(evidence)),
          isRight: tools.map(({ name }) => task.tools.has(name)),
        })),
    ),
    need: fitLogistic(
      rows.map(
        ({ task, tools }): LogisticCase => ({
          features: needFeatures(
            tools.map(({ evidence }) => evidence),
            wordsOf(task.text),
          ),
          isTrue: task.tools.size > 0,
          weight: 1,
        }),
      ),
      RIDGE,
    ),
    chosenFrom: 0,
  });
  const held = Array.from({ length: FOLDS }, (_, fold) => {
    const model = fitted(known.filter((_case, at) => at % FOLDS !== fold));
    return known.filter((_case, at) => at % FOLDS === fold).map((one) => ({ one, ranked: rankTools(model, one) }));
  }).flat();
  return { ...fitted(known), chosenFrom: bestThreshold(held) };
}

/** The chance from which tools are chosen with the best F1, on tasks that the model has not seen. */
function bestThreshold(held: readonly { one: RoutingCase; ranked: ReturnType<typeof rankTools> }[]): number {
  const right = held.reduce((sum, { one }) => sum + one.task.tools.size, 0);
  const f1 = (from: number): number => {
    const chosen = held.flatMap(({ one, ranked }) =>
      ranked.filter(({ chance }) => chance >= from).map(({ name }) => one.task.tools.has(name)),
    );
    return (2 * chosen.filter(Boolean).length) / (chosen.length + right);
  };
  const steps = Array.from({ length: 18 }, (_, at) => 0.05 + at * 0.025);
  return steps.reduce((best, from) => (f1(from) > f1(best) ? from : best));
}

function wordsOf(task: string): number {
  return task.split(/\s+/).filter((word) => word !== '').length;
}

/** Tools of a case by their chance, best first. */
export function rankTools(
  model: ToolModel,
  { tools, task }: RoutingCase,
): { readonly name: string; readonly chance: number }[] {
  const evidence = tools.map((one) => one.evidence);
  const chances = toolChances(model, evidence, wordsOf(task.text));
  return tools.map(({ name }, at) => ({ name, chance: chances[at] ?? 0 })).sort((a, b) => b.chance - a.chance);
}
