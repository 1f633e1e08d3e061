import { createRandom } from '../../src/core/statistics/random.js';
import { type MadeCollection, type MadeDocument, type MadeQuestion, pick } from './made-collection.js';

const WORDS = [
  'river',
  'market',
  'bridge',
  'winter',
  'garden',
  'engine',
  'letter',
  'island',
  'window',
  'silver',
  'forest',
  'harbour',
  'doctor',
  'kitchen',
  'mountain',
  'teacher',
  'village',
  'machine',
  'weather',
  'picture',
  'station',
  'shadow',
  'butter',
  'candle',
  'journey',
  'library',
  'orchard',
  'pocket',
  'rabbit',
  'saddle',
  'ticket',
  'valley',
  'wagon',
  'yellow',
  'basket',
  'castle',
  'desert',
  'farmer',
  'hammer',
  'jacket',
] as const;

/**
 * Pages and questions of the same everyday words, with answers that are drawn by lot among the pages that share a word with
 * the question: whatever ranks such pages otherwise finds as many as before. Nothing can be gained; much can seem so.
 */
export function nothingToGain(seed: number): MadeCollection {
  const random = createRandom(seed);
  const some = (count: number): string[] => Array.from({ length: count }, () => pick(WORDS, random));
  const documents: MadeDocument[] = Array.from({ length: 400 }, (_, at) => {
    const [a = '', b = '', c = '', d = ''] = some(4);
    const text = `The ${a} and the ${b} are told of here. Near the ${c} there was a ${d}. Somebody saw the ${a} again.`;
    return { id: `page-${at}`, title: `${a} and ${b}`, text };
  });
  const questions: MadeQuestion[] = Array.from({ length: 800 }, (_, at) => {
    const words = some(2);
    return {
      id: `q-${at}`,
      text: `what about the ${words.join(' near the ')}`,
      answers: [drawAnswer(documents, words, random)],
    };
  });
  return { name: 'nothing-to-gain', title: 'Answers drawn by lot', documents, questions };
}

function drawAnswer(documents: readonly MadeDocument[], words: readonly string[], random: () => number): string {
  const sharing = documents.filter(({ text }) => words.some((word) => text.includes(word)));
  const from = sharing.length > 0 ? sharing : documents;
  return from[Math.floor(random() * from.length)]?.id ?? '';
}
