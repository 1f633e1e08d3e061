import { parseArgs } from 'node:util';
import { rankCandidates } from '../src/core/training-runs/choose-candidate.js';
import type { Fitted } from '../src/services/training-runs/learner.js';
import type { Question } from '../src/services/training-runs/question-set.js';
import { benchRouting } from './bench/specialists-routing.js';
import { benchSpecialistSearch } from './bench/specialists-search.js';
import { benchSwitch } from './bench/specialists-switch.js';
import { codeNames } from './specialists/code-names.js';
import { jargonTrade } from './specialists/jargon-trade.js';
import { type JudgingTrial, judgeUntilDecided } from './specialists/judging-trials.js';
import { drawSome, type MadeCollection } from './specialists/made-collection.js';
import { MemoryScorer } from './specialists/memory-scorer.js';
import { type MemoryWorld, openWorld } from './specialists/memory-world.js';
import { nothingToGain } from './specialists/nothing-to-gain.js';
import { drawAnswers, openLearner, runTrials, type Trial } from './specialists/promotion-trials.js';
import { shareInterval, tellShare } from './specialists/share-interval.js';

/*
 * Whether what specialists learn is true, on three collections whose truth is known because they are made: how often a run
 * promotes what is useless or harmful, and how often it finds a gain that is there; then what judging, routing, searching as a
 * specialist and changing the model cost or come to. Prints each number with its target and exits with 1 when one is missed.
 * Collections are indexed and ranked once by the product's own parts; seeds differ in the questions that are judged, in
 * folds, and where nothing is to be gained in the answers. A run over maps takes a hundred times as long as one over
 * settings, so that it has fewer seeds; `--chunks 100000` changes the model of a large collection.
 */

const JUDGED = 300;
const MOST_ERRORS = 0.05;
const LEAST_POWER = 0.9;
const MOST_SECONDS = 300;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '60' },
    'map-seeds': { type: 'string', default: '4' },
    kinds: { type: 'string', default: 'settings,adapter' },
    chunks: { type: 'string', default: '5000' },
  },
});
const seeds = Number(values.seeds);
const seedsOf: Record<'settings' | 'adapter', number> = { settings: seeds, adapter: Number(values['map-seeds']) };
const kinds = values.kinds.split(',').filter((kind) => kind === 'settings' || kind === 'adapter');

let missed = 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function hold(isReached: boolean, line: string): void {
  if (!isReached) missed += 1;
  say(`${isReached ? 'reached' : 'MISSED '}  ${line}`);
}

/** A promotion of what does not gain. Where answers are drawn by lot, none does. */
function errorsOf(trials: readonly Trial[], byLot: boolean): number {
  return trials.filter(({ isPromoted, trueGain }) => isPromoted && (byLot || trueGain <= 0)).length;
}

async function measure(made: MadeCollection, byLot: boolean): Promise<void> {
  const begun = performance.now();
  const world: MemoryWorld = await openWorld(made);
  say(
    `\n${made.title}: ${made.documents.length} pages, ${made.questions.length} questions, indexed and ranked in ${seconds(begun)} s`,
  );
  for (const kind of kinds) {
    const from = performance.now();
    const count = seedsOf[kind];
    const trials = await runTrials(world, { kind, seeds: count, judged: JUDGED, byLot });
    const errors = shareInterval(errorsOf(trials, byLot), count);
    const name = `${made.name}, ${kind}`;
    hold(
      errors.count / errors.of <= MOST_ERRORS,
      `${name}: useless or harmful promotions ${tellShare(errors)}; target at most ${MOST_ERRORS * 100}%`,
    );
    const gains = trials.filter(({ isPromoted, trueGain }) => isPromoted && trueGain > 0);
    const found = `${name}: true gains found ${tellShare(shareInterval(gains.length, count))}`;
    const mean = gains.reduce((sum, { trueGain }) => sum + trueGain, 0) / Math.max(1, gains.length);
    const told = `${found}, on the mean +${mean.toFixed(3)} nDCG@10 on questions that nobody judged`;
    const secondsEach = (performance.now() - from) / 1000 / count;
    if (made.name === 'jargon-trade' && kind === 'adapter') {
      hold(gains.length / count >= LEAST_POWER, `${told}; target at least ${LEAST_POWER * 100}%`);
      hold(secondsEach < MOST_SECONDS, `${name}: ${secondsEach.toFixed(1)} s a run; target below ${MOST_SECONDS} s`);
    } else say(`         ${told}\n         ${secondsEach.toFixed(2)} s a run`);
  }
  await measureJudging(world, made.name, byLot);
}

/** What some questions tune: a map for the trade, settings elsewhere. */
async function chooseCandidate(
  world: MemoryWorld,
  scorer: MemoryScorer,
  { questions, name }: { readonly questions: readonly Question[]; readonly name: string },
): Promise<Fitted> {
  const places = questions.map((_, at) => at);
  const isTrade = name === 'jargon-trade';
  const learner = openLearner(world, isTrade ? 'adapter' : 'settings', questions);
  // One of the maps that runs choose on this trade; it is not compared anew for every seed.
  const known = learner.candidates.filter(
    (one) => one.name.startsWith('low-rank ridge 0.1 strength 1,') && one.settings.alpha > 0.7,
  );
  const fitted = await learner.fit(isTrade ? known : learner.candidates, places);
  const scores = await scorer.score(world.set, { questions, ways: fitted }, { onEach: () => undefined });
  // The first is what is in force: the best of the others is judged.
  const best = isTrade ? 0 : rankCandidates(scores).find(({ candidate }) => candidate > 0)?.candidate;
  const chosen = fitted[best ?? 0];
  if (chosen === undefined) throw new TypeError('Nothing was fitted.');
  return chosen;
}

/** How many judgments disagreement judging takes where there is a gain, and how often it is wrong where there is none. */
async function measureJudging(world: MemoryWorld, name: string, byLot: boolean): Promise<void> {
  const scorer = new MemoryScorer(world);
  const inForce = { settings: world.settings, map: undefined };
  const trials: JudgingTrial[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const all = drawSome(byLot ? drawAnswers(world, seed) : world.set.questions, 2 * JUDGED, seed);
    const tuned = all.slice(0, JUDGED / 2);
    const after = await chooseCandidate(world, scorer, { questions: tuned, name });
    const questions = all.slice(JUDGED / 2, JUDGED / 2 + JUDGED);
    trials.push(judgeUntilDecided(scorer, { questions, ways: [inForce, after], seed }));
  }
  const gains = shareInterval(trials.filter(({ verdict }) => verdict === 'gain').length, trials.length);
  const share = trials.reduce((sum, { items, everything }) => sum + items / everything, 0) / trials.length;
  const told = `disagreement judging, ${name}: ${(share * 100).toFixed(1)}% of the judgments that judging everything of the same ${JUDGED} questions asks; a gain decided in ${tellShare(gains)}`;
  if (byLot)
    hold(
      gains.count / gains.of <= MOST_ERRORS,
      `${told}; target at most ${MOST_ERRORS * 100}% of decided gains, for there is none`,
    );
  else
    hold(share <= 1 / 3 && gains.count / gains.of >= LEAST_POWER, `${told}; target at most 33.3%, and a gain in 90%`);
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(0);
}

/** Routing on held-out tasks, beside its baselines. */
async function measureRouting(): Promise<void> {
  say('');
  const { pAgainst, calibrationError, abstainedAt95 } = await benchRouting(say);
  for (const [baseline, p] of Object.entries(pAgainst)) hold(p < 0.05, `routing beside ${baseline}: p ${p.toFixed(4)}`);
  hold(calibrationError < 0.08, `routing: calibration error ${calibrationError.toFixed(3)}; target below 0.08`);
  const share = (abstainedAt95 * 100).toFixed(1);
  hold(abstainedAt95 >= 0.85, `routing: ${share}% of tasks for nobody abstained at 95% kept; target at least 85%`);
}

/** What searching as a specialist costs. */
async function measureSearch(): Promise<void> {
  const { plainMs, specialistMs, ratio } = await benchSpecialistSearch();
  const told = `search ${plainMs.toFixed(2)} ms, as a specialist ${specialistMs.toFixed(2)} ms of processor time`;
  hold(ratio <= 1.1, `${told}: ${ratio.toFixed(3)} times; target at most 1.1`);
}

/** What searches meet while a collection goes over to another model. */
async function measureSwitch(): Promise<void> {
  const {
    chunks,
    seconds: taken,
    searches,
    p95BeforeMs,
    p95DuringMs,
    wrong,
  } = await benchSwitch(Number(values.chunks));
  const name = `changing the model of ${chunks} chunks in ${taken.toFixed(0)} s`;
  const ratio = p95DuringMs / p95BeforeMs;
  const told = `search p95 ${p95BeforeMs.toFixed(1)} ms before, ${p95DuringMs.toFixed(1)} ms meanwhile`;
  hold(ratio <= 2, `${name}: ${told}, ${ratio.toFixed(2)} times; target at most 2`);
  hold(wrong === 0, `${name}: ${wrong} of ${searches} answers wrong or empty; target none`);
}

await measure(jargonTrade(1), false);
await measure(nothingToGain(3), true);
await measure(codeNames(2), false);
await measureRouting();
await measureSearch();
await measureSwitch();
say(missed === 0 ? '\nAll targets reached.' : `\n${missed} targets missed.`);
process.exitCode = missed === 0 ? 0 : 1;
