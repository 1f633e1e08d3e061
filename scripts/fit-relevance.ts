import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hitFeatures, listFeatures, type RelevanceModel } from '../src/core/ranking/relevance.js';
import { expectedCalibrationError } from '../src/core/statistics/calibration.js';
import { fitLogistic, type LogisticCase, logisticProbability } from '../src/core/statistics/logistic-regression.js';
import { separation } from '../src/core/statistics/separation.js';
import { openQuarry } from '../src/quarry.js';
import { type JudgedList, judgedLists, type Mode } from './relevance/judged-lists.js';

const USAGE = `npm run fit:relevance -- [FOLDER...] [--write]

Fits the chance that a result, or a list, answers, on the suites of eval/ that have unanswerable questions, and on further
suites that are named. Every figure is of suites that the fit has not seen: each is left out in turn.
  --write  writes src/core/ranking/relevance-coefficients.ts`;

/** Root of this checkout, from dist/scripts. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OWN = ['field-guide', 'ui-specialist', 'router-specialist', 'prompt-architect', 'look-ups'];
const MODES: readonly Mode[] = ['hybrid', 'keyword', 'vector'];
const RIDGE = 1;

/** A case of the list model: does one of the first ten results answer? */
function listCase({ results, isRelevant }: JudgedList, weight: number): LogisticCase {
  return { features: listFeatures(results), isTrue: isRelevant.includes(true), weight };
}

function hitCases({ results, isRelevant }: JudgedList, weight: number): LogisticCase[] {
  return results.map((_, at) => ({ features: hitFeatures(results, at), isTrue: isRelevant[at] === true, weight }));
}

/**
 * What a list counts whose answers were taken out. With all of them at full weight every second question would have no
 * answer; so about one in ten has none, as in the suites themselves.
 */
const REMOVED_WEIGHT = 0.04;
/** Of lists that hold a right result, this part at most is called doubtful. */
const FALSE_ALARMS = 0.05;

/** A suite of more than two hundred lists counts by the root of their number. */
function fitModels(lists: readonly JudgedList[]): Omit<RelevanceModel, 'doubt'> {
  const sizes = new Map<string, number>();
  for (const { suite } of lists) sizes.set(suite, (sizes.get(suite) ?? 0) + 1);
  const weightOf = ({ suite, kind }: JudgedList): number =>
    Math.min(1, Math.sqrt(200 / (sizes.get(suite) ?? 1))) * (kind === 'removed' ? REMOVED_WEIGHT : 1);
  const filled = lists.filter(({ results }) => results.length > 0);
  return {
    list: fitLogistic(
      filled.map((list) => listCase(list, weightOf(list))),
      RIDGE,
    ),
    hit: fitLogistic(
      filled.flatMap((list) => hitCases(list, weightOf(list))),
      RIDGE,
    ),
  };
}

/** A list with its chance by a model that has not seen its suite. */
interface HeldOut {
  readonly list: JudgedList;
  readonly chance: number;
  readonly hits: readonly number[];
  /** The chance by the top score alone, fitted in the same way. */
  readonly fromScore: number;
}

function holdOut(lists: readonly JudgedList[]): HeldOut[] {
  return [...new Set(lists.map(({ suite }) => suite))].flatMap((suite) => {
    const others = lists.filter((list) => list.suite !== suite);
    const model = fitModels(others);
    const byScore = fitLogistic(
      others.map((list) => ({
        features: [topScore(list)],
        isTrue: list.isRelevant.includes(true),
        weight: list.kind === 'removed' ? REMOVED_WEIGHT : 1,
      })),
      RIDGE,
    );
    return lists
      .filter((list) => list.suite === suite)
      .map((list) => ({
        list,
        chance: list.results.length === 0 ? 0 : logisticProbability(model.list, listFeatures(list.results)),
        fromScore: logisticProbability(byScore, [topScore(list)]),
        hits: list.results.map((_, at) => logisticProbability(model.hit, hitFeatures(list.results, at))),
      }));
  });
}

const topScore = ({ results }: JudgedList): number => results[0]?.score ?? 0;

/** AUC of answerable against unanswerable questions of one suite, or of all together. */
function auc(held: readonly HeldOut[], score: (one: HeldOut) => number): string {
  const of = (kind: JudgedList['kind']): number[] => held.filter(({ list }) => list.kind === kind).map(score);
  const [answerable, unanswerable] = [of('answerable'), of('unanswerable')];
  if (answerable.length < 3 || unanswerable.length < 3) return '   -';
  return separation(answerable, unanswerable).auc.toFixed(3);
}

/** Calibration errors of the chances, of the top score as it is, and of the top score fitted alike on the other suites. */
function calibration(held: readonly HeldOut[]): Readonly<Record<'chance' | 'score' | 'fitted', string>> {
  const truths = held.map(({ list }) => list.isRelevant.includes(true));
  const error = (chances: readonly number[]): string => expectedCalibrationError(chances, truths).toFixed(3);
  return {
    chance: error(held.map(({ chance }) => chance)),
    score: error(held.map(({ list }) => Math.min(1, topScore(list)))),
    fitted: error(held.map(({ fromScore }) => fromScore)),
  };
}

function report(mode: Mode, held: readonly HeldOut[]): void {
  console.log(`\n${mode}: each suite by a fit on the others\n`);
  console.log(
    '| suite | answerable | unanswerable | AUC top score | AUC relevance | ECE relevance | ECE top score | ECE top score, fitted alike | hits: AUC | hits: ECE |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  const names = [...new Set(held.map(({ list }) => list.suite))];
  for (const name of [...names, 'all']) {
    const own = held.filter(({ list }) => name === 'all' || list.suite === name);
    const asked = own.filter(({ list }) => list.kind !== 'removed');
    const count = (kind: string): number => own.filter(({ list }) => list.kind === kind).length;
    const truths = asked.flatMap(({ list }) => list.isRelevant);
    const chances = asked.flatMap(({ hits }) => hits);
    const hitAuc = separation(
      chances.filter((_, at) => truths[at]),
      chances.filter((_, at) => !truths[at]),
    ).auc;
    const cells = [
      name,
      count('answerable'),
      count('unanswerable'),
      auc(own, ({ list }) => topScore(list)),
      auc(own, ({ chance }) => chance),
      calibration(asked).chance,
      calibration(asked).score,
      calibration(asked).fitted,
      hitAuc.toFixed(3),
      expectedCalibrationError(chances, truths).toFixed(3),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** The chance below which few lists with a right result lie, on suites that the fit has not seen, and what it catches. */
function doubtOf(held: readonly HeldOut[]): { readonly doubt: number; readonly caught: string } {
  const right = held.filter(({ list }) => list.isRelevant.includes(true)).map(({ chance }) => chance);
  right.sort((a, b) => a - b);
  const doubt = Number((right[Math.floor(right.length * FALSE_ALARMS)] ?? 0).toFixed(2));
  const share = (kind: JudgedList['kind']): string => {
    const own = held.filter(({ list }) => list.kind === kind);
    return `${own.filter(({ chance }) => chance < doubt).length} of ${own.length} ${kind}`;
  };
  return { doubt, caught: `${share('unanswerable')}, ${share('removed')}, ${share('answerable')}` };
}

function sourceOf(
  revision: string,
  doubts: ReadonlyMap<Mode, number>,
  models: ReadonlyMap<Mode, Omit<RelevanceModel, 'doubt'>>,
): string {
  const list = (numbers: readonly number[]): string =>
    `[${numbers.map((number) => Number(number.toFixed(4))).join(', ')}]`;
  const modes = [...models].map(
    ([mode, { hit, list: whole }]) =>
      `    ${mode}: {\n      hit: ${list(hit)},\n      list: ${list(whole)},\n      doubt: ${doubts.get(mode) ?? 0},\n    },`,
  );
  return `import type { FittedRelevance } from './relevance.js';\n\n/** Written by \`npm run fit:relevance -- --write\`. */\nexport const RELEVANCE_COEFFICIENTS: FittedRelevance = {\n  revision: '${revision}',\n  modes: {\n${modes.join('\n')}\n  },\n};\n`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return console.log(USAGE);
  const home = await mkdtemp(join(tmpdir(), 'quarry-relevance-'));
  const quarry = await openQuarry({ home, logLevel: 'warn' });
  try {
    const folders = [...OWN.map((name) => join(ROOT, 'eval', name)), ...positionals];
    const models = new Map<Mode, Omit<RelevanceModel, 'doubt'>>();
    const doubts = new Map<Mode, number>();
    for (const mode of MODES) {
      const lists: JudgedList[] = [];
      for (const folder of folders) lists.push(...(await judgedLists(quarry, folder, mode)));
      const held = holdOut(lists);
      report(mode, held);
      const judged = doubtOf(held);
      console.log(`\nbelow ${judged.doubt}: ${judged.caught}`);
      doubts.set(mode, judged.doubt);
      models.set(mode, fitModels(lists));
    }
    const { revision } = (await quarry.services.context.embedder()).fingerprint;
    const file = join(ROOT, 'src', 'core', 'ranking', 'relevance-coefficients.ts');
    if (values.write) await writeFile(file, sourceOf(revision, doubts, models));
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

await main();
