import { compare, grandMean } from './compare.js';
import { DEFAULT_WAY, FTS5, type LabelledBuild } from './evaluate-files.js';
import { firstPlaces, LOOK_UPS, SUITES } from './evaluate-suites.js';
import type { Evaluation } from './evaluation.js';
import { MEASURES, type Scores } from './rankings.js';

/** The collections that the numbers for real documentation were promised for. */
const PROMISED = ['realdocs-celery', 'realdocs-goreleaser', 'realdocs-handbook'];

const LEAST_LEAD = 0.12;
const LEAST_IN_FIVE = 0.82;
const LEAST_FIRST = 0.98;
const MOST_TOKENS = 1000;
const LEAST_ANSWERED = 0.7;

/** Compares what was scored and judges the first build by the project's targets. */
export function judge(evaluation: Evaluation, builds: readonly LabelledBuild[]): void {
  compareBuilds(evaluation, builds);
  comparePeers(evaluation);
  judgeLookUps(evaluation);
}

/** Every configuration of this build against the same one of each other build. */
function compareBuilds(evaluation: Evaluation, builds: readonly LabelledBuild[]): void {
  const { board } = evaluation;
  for (const measure of board.measures()) {
    const names = board.configurations(measure);
    for (const { label } of builds) {
      if (label === '') continue;
      for (const name of names.filter((own) => names.includes(label + own))) {
        if (label === 'against: ') evaluation.compare(measure, label + name, name);
        else evaluation.compare(measure, name, label + name);
      }
    }
  }
  const names = board.configurations(SUITES).filter((name) => !name.includes(': '));
  const keyword = names.find((name) => name.includes('keyword')) ?? '';
  for (const name of names) if (name !== keyword) evaluation.compare(SUITES, keyword, name);
}

function comparePeers(evaluation: Evaluation): void {
  const { board } = evaluation;
  const [ndcg, , five] = MEASURES;
  const own = board.configurations(ndcg).filter((name) => !name.includes(': ') && name !== FTS5);
  if (own.length === 0) return;
  evaluation.compare(ndcg, 'keyword', DEFAULT_WAY);
  const hasPeer = board.configurations(ndcg).includes(FTS5);
  if (hasPeer) for (const name of own) evaluation.compare(ndcg, FTS5, name);
  const scores = promised(board.get(ndcg, DEFAULT_WAY));
  if (scores.size < PROMISED.length) return;
  if (hasPeer) {
    const lead = compare(promised(board.get(ndcg, FTS5)), scores);
    evaluation.expectAtLeast('hybrid - FTS5 sections, nDCG@10, mean', lead.mean.mean, LEAST_LEAD);
    for (const [name, { low }] of lead.collections) {
      evaluation.expectAbove(`the same on ${name}, lower end of the interval`, low, 0);
    }
  }
  evaluation.expectAtLeast('S@5 of hybrid, mean', grandMean(promised(board.get(five, DEFAULT_WAY))), LEAST_IN_FIVE);
  const answers = evaluation.answerability.find(({ configuration }) => configuration === DEFAULT_WAY);
  if (answers === undefined) return;
  evaluation.expectAtMost('tokens of the first answer, mean', answers.meanTokens, MOST_TOKENS);
  evaluation.expectAtLeast('share of first answers that hold the answer', answers.share.mean, LEAST_ANSWERED);
}

/** The scores on the promised collections. */
function promised(scores: Scores): Scores {
  return new Map([...scores].filter(([name]) => PROMISED.includes(name)));
}

function judgeLookUps(evaluation: Evaluation): void {
  const names = evaluation.board.configurations(LOOK_UPS).filter((name) => !name.includes(': '));
  for (const name of names) {
    evaluation.expectAtLeast(`look-ups, first places, ${name}`, firstPlaces(evaluation, name), LEAST_FIRST);
  }
}
