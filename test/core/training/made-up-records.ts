import type { TrainingRecord } from '../../../src/core/training/pair-corpus.js';
import { createRandom, type Random } from '../../../src/core/training/random.js';

const SYLLABLES = ['ba', 'do', 'fi', 'gu', 'ka', 'lo', 'mi', 'nu', 'pe', 'ro', 'sa', 'tu', 've', 'xo', 'zi'];

function makeWord(random: Random): string {
  return Array.from({ length: 3 + random.below(2) }, () => SYLLABLES[random.below(SYLLABLES.length)] ?? '').join('');
}

/** A made-up trade: each topic has words that people ask with and other words that texts answer with. */
export interface JargonDomain {
  readonly training: TrainingRecord[];
  readonly heldOut: TrainingRecord[];
}

/**
 * Questions and passages of a made-up trade. Questions and passages of a topic share no word, so that only training can
 * bring them together; held-out ones are new combinations of the same words.
 */
export function makeJargonDomain(trainingSize: number, heldOutSize: number, seed = 5): JargonDomain {
  const random = createRandom(seed);
  const topics = Array.from({ length: 40 }, () => ({
    asked: Array.from({ length: 4 }, () => makeWord(random)),
    told: Array.from({ length: 6 }, () => makeWord(random)),
  }));
  const pick = (words: readonly string[], count: number): string =>
    Array.from({ length: count }, () => words[random.below(words.length)] ?? '').join(' ');
  const record = (number: number): TrainingRecord => {
    const topic = topics[number % topics.length];
    return {
      kind: 'pair',
      source: `trade/${number}`,
      anchors: [`how do I handle ${pick(topic?.asked ?? [], 2)}`],
      text: `The ${pick(topic?.told ?? [], 3)} is set before the ${pick(topic?.told ?? [], 3)} runs.`,
    };
  };
  return {
    training: Array.from({ length: trainingSize }, (_, number) => record(number)),
    heldOut: Array.from({ length: heldOutSize }, (_, number) => record(number)),
  };
}
