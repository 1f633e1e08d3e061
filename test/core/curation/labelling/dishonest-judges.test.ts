import { describe, expect, test } from '@jest/globals';
import { type Example, parseExample } from '../../../../src/core/curation/example.js';
import { TRUST_THRESHOLD } from '../../../../src/core/curation/judge-trust.js';
import {
  answerSchema,
  gradingItems,
  PASSAGE_LABELS,
  type WorkItem,
} from '../../../../src/core/curation/labelling/campaign.js';
import { CampaignState } from '../../../../src/core/curation/labelling/campaign-state.js';
import { createRandom } from '../../../../src/core/training/random.js';

type Grader = (about: { truth: number; isKnown: boolean; text: string; colleague: number | undefined }) => number;

/** Letters alone, so that no passage shares a word with another query. */
const name = (at: number): string => [...String(at + 1000)].map((digit) => 'bcdfghklmn'[Number(digit)]).join('a');

/** Examples of one kind; one in six is accepted, and one open positive in ten is no answer. */
function makeExamples(count: number, kind: 'pair' | 'triplet'): Example[] {
  return Array.from({ length: count }, (_, at) => {
    const fields = { anchor: `where ${name(at)}?`, positive: `${at % 10 === 3 ? 'wrong' : 'right'} ${name(at)} it is` };
    const parsed = parseExample({
      kind,
      fields:
        kind === 'pair' ? fields : { ...fields, negatives: [`wrong ${name(at + 4000)}`, `wrong ${name(at + 5000)}`] },
      review: at % 6 === 0 && at % 10 !== 3 ? 'accepted' : 'unreviewed',
    });
    if ('problem' in parsed) throw new Error(parsed.problem);
    return parsed.example;
  });
}

/** What is right: 2 or 3 for an answer, 0 or 1 for anything else, the same every time. */
function truthOf(item: WorkItem, at: number): number {
  const passage = item.passages[at];
  const text = passage?.text ?? '';
  return (passage?.place === 0 && text.startsWith('right') ? 2 : 0) + (text.length % 2);
}

/** Lets judges take turns until nothing is left for any of them. */
function judge(examples: readonly Example[], graders: Readonly<Record<string, Grader>>): CampaignState {
  const state = new CampaignState();
  state.open(gradingItems(examples, 7));
  const now = '2026-01-01T00:00:00.000Z';
  for (let turn = true; turn; ) {
    turn = false;
    for (const [who, grader] of Object.entries(graders)) {
      const [item] = state.openFor(who, now);
      if (item === undefined) continue;
      turn = true;
      const [colleague] = state.verdicts.filter((verdict) => verdict.item.id === item.id && verdict.judge !== who);
      const grades = item.passages.map((_, at) => ({
        label: PASSAGE_LABELS[at],
        grade: grader({
          truth: truthOf(item, at),
          isKnown: item.gold[at] !== null,
          text: item.passages[at]?.text ?? '',
          colleague: colleague?.answer.grades[at]?.grade,
        }),
      }));
      const event = { type: 'answer', judge: who, item: item.id, rejection: null, detail: '', at: now } as const;
      state.apply(state.sequence + 1, { ...event, answer: answerSchema.parse({ grades }) });
    }
  }
  return state;
}

const random = createRandom(5);
const guess = (): number => random.below(4);
/** Right but for one grade in twenty. */
const honest: Grader = ({ truth }) => (random.below(20) === 0 ? 3 - truth : truth);

describe.each(['pair', 'triplet'] as const)('a judge of %ss is not trusted', (kind) => {
  const examples = makeExamples(180, kind);

  test.each<[string, Grader]>([
    ['guesses', guess],
    ['always gives 3', () => 3],
    ['always gives 2', () => 2],
    ['always gives 1', () => 1],
    ['always gives 0', () => 0],
    ['turns every grade round', ({ truth }) => 3 - truth],
    ['knows the gold and guesses elsewhere', ({ truth, isKnown }) => (isKnown ? truth : guess())],
    ['knows the gold and gives 0 elsewhere', ({ truth, isKnown }) => (isKnown ? truth : 0)],
    ['copies a colleague and guesses elsewhere', ({ colleague }) => colleague ?? guess()],
  ])('who %s, among two honest ones who are', (_, grader) => {
    const state = judge(examples, { ann: honest, bob: honest, eve: grader });
    expect(state.trust('eve')).toBeLessThan(TRUST_THRESHOLD);
    expect(state.trust('ann')).toBeGreaterThan(TRUST_THRESHOLD);
    expect(state.trust('bob')).toBeGreaterThan(TRUST_THRESHOLD);
  });

  test('who knows the gold and guesses elsewhere, when there are only two, whoever came first', () => {
    for (const order of [['ann', 'eve'] as const, ['eve', 'ann'] as const]) {
      const steady = new Map<string, number>();
      // The same guess every time a passage is shown, so that repetitions tell nothing.
      const grader: Grader = ({ truth, isKnown, text }) => {
        const guessed = steady.get(text) ?? guess();
        steady.set(text, guessed);
        return isKnown ? truth : guessed;
      };
      const graders = { ann: honest, eve: grader };
      const state = judge(examples, Object.fromEntries(order.map((who) => [who, graders[who]])));
      expect(state.trust('eve')).toBeLessThan(TRUST_THRESHOLD);
    }
  });

  test('who guesses, and drags no honest one down when there are only two', () => {
    const state = judge(examples, { ann: honest, eve: () => 0 });
    expect(state.trust('eve')).toBeLessThan(TRUST_THRESHOLD);
    expect(state.trust('ann')).toBeGreaterThan(TRUST_THRESHOLD);
  });

  test('who copies another dishonest one', () => {
    const state = judge(examples, { mallory: guess, eve: ({ colleague }) => colleague ?? guess() });
    expect(state.trust('mallory')).toBeLessThan(TRUST_THRESHOLD);
    expect(state.trust('eve')).toBeLessThan(TRUST_THRESHOLD);
  });
});

test('what an untrusted judge accepted is graded again and is no gold', () => {
  const examples = makeExamples(60, 'pair').map((example) => ({ ...example, trust: 0.4 }));
  const items = gradingItems(examples, 1);
  expect(new Set(items.map((item) => item.exampleId)).size).toBe(60);
  expect(items.flatMap((item) => item.gold).filter((gold) => (gold?.low ?? 0) > 0)).toEqual([]);
});
