import { type RoutingModel, route } from '../../src/core/specialists/routing.js';
import { ROUTING_MODEL, TOOL_MODEL } from '../../src/core/specialists/routing-coefficients.js';
import type { ToolModel } from '../../src/core/specialists/tool-choice.js';
import { bootstrapMean } from '../../src/core/statistics/bootstrap.js';
import { expectedCalibrationError } from '../../src/core/statistics/calibration.js';
import { holm } from '../../src/core/statistics/holm.js';
import { pairedRandomization } from '../../src/core/statistics/paired-randomization.js';
import { choicesOf, rankTools } from '../routing/fit-routing-model.js';
import { type RoutingCase, readCases } from '../routing/routing-cases.js';
import { type RoutingSuite, readRoutingSuite } from '../routing/routing-suite.js';

/** A way of routing beside the baselines. */
interface Row {
  readonly name: string;
  /** Right at the first place, and reciprocal rank of the first right one, for each held-out task that is for somebody. */
  readonly success: readonly number[];
  readonly reciprocal: readonly number[];
}

/** What routing comes to on the held-out tasks. */
export interface RoutingFigures {
  readonly tasks: number;
  readonly outOfScope: number;
  /** Corrected p of routing against each baseline, by reciprocal rank; at first place. */
  readonly pAgainst: Readonly<Record<string, number>>;
  readonly calibrationError: number;
  /** At the threshold that keeps 95% of the held-out tasks, and at the shipped one. */
  readonly abstainedAt95: number;
  readonly kept: number;
  readonly abstained: number;
  readonly lines: readonly string[];
}

/** Measures routing, its baselines, calibration and abstention on the held-out tasks of the suite, and prints a table. */
export async function benchRouting(say: (line: string) => void = console.log): Promise<RoutingFigures> {
  const suite = await readRoutingSuite();
  const { cases } = await readCases(suite, say);
  const figures = routingFigures(cases, suite, { routing: ROUTING_MODEL, tools: TOOL_MODEL });
  for (const line of figures.lines) say(line);
  return figures;
}

/** The figures of models on the test split; past tasks are those of the train split. */
export function routingFigures(
  cases: readonly RoutingCase[],
  suite: RoutingSuite,
  models: { readonly routing: RoutingModel; readonly tools: ToolModel },
): RoutingFigures {
  const test = cases.filter(({ task }) => task.split === 'test');
  const train = cases.filter(({ task }) => task.split === 'train');
  const fresh = routed(test, suite, models.routing);
  const practised = routed(test, suite, models.routing, train);
  const inScope = (row: readonly number[]): number[] =>
    row.filter((_, at) => (test[at]?.task.specialists.size ?? 0) > 0);
  const rows: Row[] = [
    rowOf(
      'routing',
      test,
      suite,
      fresh.map(({ shares }) => shares),
    ),
    rowOf(
      'routing with past tasks',
      test,
      suite,
      practised.map(({ shares }) => shares),
    ),
    rowOf(
      'keyword (BM25 of the contents)',
      test,
      suite,
      test.map(({ keyword }) => keyword),
    ),
    rowOf(
      'nearest centroid of the contents',
      test,
      suite,
      test.map(({ centroid }) => centroid),
    ),
    rowOf(
      'nearest description',
      test,
      suite,
      test.map(({ candidates }) => candidates.map((one) => one.description)),
    ),
  ].map((row) => ({ ...row, success: inScope(row.success), reciprocal: inScope(row.reciprocal) }));
  const [own, , ...baselines] = rows;
  const raw = baselines.map((row) => pairedRandomization(differences(own?.reciprocal ?? [], row.reciprocal)).p);
  const rawFirst = baselines.map((row) => pairedRandomization(differences(own?.success ?? [], row.success)).p);
  const [p, pFirst] = [holm(raw), holm(rawFirst)];
  const truths = fresh.map(({ isRight }) => isRight);
  const calibrationError = expectedCalibrationError(
    fresh.map(({ confidence }) => confidence),
    truths,
  );
  const practisedError = expectedCalibrationError(
    practised.map(({ confidence }) => confidence),
    practised.map(({ isRight }) => isRight),
  );
  const scopes = (isIn: boolean): number[] => fresh.filter((one) => one.isInScope === isIn).map(({ scope }) => scope);
  const threshold = [...scopes(true)].sort((a, b) => a - b)[Math.floor(scopes(true).length * 0.05)] ?? 0;
  const below = (values: readonly number[], limit: number): number =>
    values.filter((scope) => scope < limit).length / values.length;
  const abstained = below(scopes(false), models.routing.abstainBelow);
  const kept = 1 - below(scopes(true), models.routing.abstainBelow);
  const abstainedAt95 = below(scopes(false), threshold);
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
  return {
    tasks: scopes(true).length,
    outOfScope: scopes(false).length,
    pAgainst: Object.fromEntries(baselines.map(({ name }, at) => [name, p[at] ?? 1])),
    calibrationError,
    abstainedAt95,
    kept,
    abstained,
    lines: [
      `Routing: ${scopes(true).length} held-out tasks for 8 specialists, ${scopes(false).length} for none of them`,
      '| way | right at once | reciprocal rank | p at once | p rank |',
      '|---|---|---|---|---|',
      ...rows.map((row, at) => {
        const cell = (values: readonly number[]): string => {
          const { mean, low, high } = bootstrapMean(values);
          return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
        };
        const tests = at < 2 ? '- | -' : `${(pFirst[at - 2] ?? 1).toFixed(4)} | ${(p[at - 2] ?? 1).toFixed(4)}`;
        return `| ${row.name} | ${cell(row.success)} | ${cell(row.reciprocal)} | ${tests} |`;
      }),
      `calibration error (ECE, ten bins, all tasks): ${calibrationError.toFixed(3)}; with past tasks ${practisedError.toFixed(3)}`,
      `abstention: ${percent(abstainedAt95)} of the tasks for none at 95% kept; at the shipped threshold ${percent(abstained)} at ${percent(kept)} kept`,
      ...toolLines(test, models.tools),
    ],
  };
}

function routed(
  test: readonly RoutingCase[],
  suite: RoutingSuite,
  model: RoutingModel,
  history?: readonly RoutingCase[],
) {
  const choices = choicesOf(test, suite, history);
  return test.map(({ task, scope }, at) => {
    const choice = choices[at] ?? { candidates: [], isRight: [] };
    const routing = route(model, choice.candidates, scope);
    const first = routing.shares.indexOf(Math.max(...routing.shares));
    return { ...routing, isRight: choice.isRight[first] === true, isInScope: task.specialists.size > 0 };
  });
}

function rowOf(
  name: string,
  test: readonly RoutingCase[],
  suite: RoutingSuite,
  scores: readonly (readonly number[])[],
): Row {
  const ranks = test.map(({ task }, at) => {
    const order = suite.specialists
      .map((specialist, place) => ({ name: specialist.name, score: scores[at]?.[place] ?? 0 }))
      .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
    return order.findIndex((one) => task.specialists.has(one.name)) + 1;
  });
  return {
    name,
    success: ranks.map((rank) => (rank === 1 ? 1 : 0)),
    reciprocal: ranks.map((rank) => (rank === 0 ? 0 : 1 / rank)),
  };
}

function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value - (b[at] ?? 0));
}

/** How well tools are found, for the held-out tasks that call for one. */
function toolLines(test: readonly RoutingCase[], model: ToolModel): string[] {
  const asked = test.filter(({ task }) => task.tools.size > 0);
  const reciprocal = (names: readonly string[], right: ReadonlySet<string>): number => {
    const rank = names.findIndex((name) => right.has(name)) + 1;
    return rank === 0 ? 0 : 1 / rank;
  };
  const own = asked.map((one) =>
    reciprocal(
      rankTools(model, one).map(({ name }) => name),
      one.task.tools,
    ),
  );
  const by = (score: (tool: RoutingCase['tools'][number]) => number) =>
    asked.map((one) =>
      reciprocal(
        [...one.tools].sort((a, b) => score(b) - score(a)).map(({ name }) => name),
        one.task.tools,
      ),
    );
  const words = by(({ keyword }) => keyword);
  const meaning = by(({ evidence }) => evidence.cosine);
  const mean = (values: readonly number[]): string => bootstrapMean(values).mean.toFixed(3);
  const p = holm([words, meaning].map((row) => pairedRandomization(differences(own, row)).p));
  const chosen = test.map((one) => rankTools(model, one).filter(({ chance }) => chance >= model.chosenFrom));
  const gain = (names: readonly string[], right: ReadonlySet<string>): number => {
    const discount = (rank: number): number => 1 / Math.log2(rank + 2);
    const ideal = [...right].slice(0, 10).reduce((sum, _, rank) => sum + discount(rank), 0);
    return names.slice(0, 10).reduce((sum, name, rank) => sum + (right.has(name) ? discount(rank) : 0), 0) / ideal;
  };
  const ndcg = asked.map((one) =>
    gain(
      rankTools(model, one).map(({ name }) => name),
      one.task.tools,
    ),
  );
  const wanted = asked.reduce((sum, { task }) => sum + task.tools.size, 0);
  const right = chosen.flatMap((tools, at) => tools.map(({ name }) => test[at]?.task.tools.has(name) === true));
  const found = chosen.filter((tools, at) => tools.some(({ name }) => test[at]?.task.tools.has(name) === true)).length;
  return [
    `tools: ${asked.length} held-out tasks that call for one of the 52; reciprocal rank ${mean(own)} (ndcg@10 ${mean(ndcg)}), keyword ${mean(words)} (p ${(p[0] ?? 1).toFixed(4)}), nearest description ${mean(meaning)} (p ${(p[1] ?? 1).toFixed(4)})`,
    `chosen tools: ${right.filter(Boolean).length} of ${right.length} right (precision ${(right.filter(Boolean).length / Math.max(1, right.length)).toFixed(2)}, recall ${(right.filter(Boolean).length / wanted).toFixed(2)}), at ${found} of those ${asked.length} tasks one of them is`,
  ];
}
