import { createRandom } from '../../src/core/statistics/random.js';
import { type MadeCollection, type MadeDocument, type MadeQuestion, madeWords, pick } from './made-collection.js';

/** What people call the things of the trade who are not of it. */
const THINGS = [
  'curved blade',
  'wooden peg',
  'leather strap',
  'iron hook',
  'round hammer',
  'narrow chisel',
  'glass lamp',
  'copper pot',
  'long needle',
  'stone wheel',
  'small anvil',
  'rope ladder',
  'tin funnel',
  'heavy roller',
  'paper screen',
  'clay mould',
  'brass valve',
  'wool brush',
  'steel comb',
  'folding table',
  'water trough',
  'canvas cover',
  'bone button',
  'silver thread',
  'drying rack',
  'hand pump',
  'sharp awl',
  'oak barrel',
  'smoke pipe',
  'sand box',
  'measuring cup',
  'cutting board',
  'spring lock',
  'oil can',
  'wax candle',
  'silk ribbon',
  'chalk line',
  'mesh filter',
  'door hinge',
  'weighing scale',
] as const;

/** What is done with them: as the pages say, and as people ask. */
const MATTERS = [
  {
    page: 'cleaning',
    says: 'Rinse it, let it stand in weak lye and rub it dry with linen.',
    asks: ['how do I clean the', 'get dirt off the'],
  },
  {
    page: 'storage over winter',
    says: 'Keep it in the loft, wrapped in oiled cloth, away from frost.',
    asks: ['where do I keep the', 'put away for winter the'],
  },
  {
    page: 'repair',
    says: 'A crack is bound with wire and set with pitch before it spreads.',
    asks: ['how can I mend a cracked', 'fix a broken'],
  },
  {
    page: 'prices',
    says: 'The guild fixes what may be paid for it at each quarter day.',
    asks: ['what does it cost to buy a', 'price of a'],
  },
  {
    page: 'sizes',
    says: 'It comes in three sizes, told apart by notches on the rim.',
    asks: ['which sizes are there of the', 'how large is the'],
  },
  {
    page: 'safe handling',
    says: 'Never carry it uncovered, and keep the open side from the body.',
    asks: ['how do I avoid injury with the', 'is it dangerous to carry a'],
  },
  {
    page: 'makers',
    says: 'Only sworn masters may make it, and they stamp it below.',
    asks: ['who makes the', 'where does the stamp come from on a'],
  },
  {
    page: 'training of apprentices',
    says: 'An apprentice uses it in the second year under the eye of a master.',
    asks: ['when may a learner use the', 'teach somebody to use a'],
  },
  {
    page: 'inspection',
    says: 'Each spring the wardens look at it and note its state in the roll.',
    asks: ['who checks the', 'how often is looked at the'],
  },
  {
    page: 'disposal',
    says: 'When it is worn out it is melted or burnt, never sold.',
    asks: ['what to do with an old', 'get rid of a worn'],
  },
] as const;

const FILLER = [
  'The rule is older than the guild house.',
  'Much of this is handed down by word of mouth.',
  'The wardens have the last word in it.',
  'What is said here holds in every season.',
  'Strangers to the trade often get this wrong.',
  'The roll of the guild has more on it.',
] as const;

/**
 * A trade with words of its own: pages speak of a made-up word where people say what the thing looks like, so that no word
 * and no general model joins them. Everything that a query adapter can learn is there to be learned: each thing is
 * asked about under many matters.
 */
export function jargonTrade(seed: number): MadeCollection {
  const random = createRandom(seed);
  const words = madeWords(THINGS.length, random);
  const documents: MadeDocument[] = [];
  const questions: MadeQuestion[] = [];
  THINGS.forEach((thing, t) => {
    const word = words[t] ?? '';
    MATTERS.forEach(({ page, says, asks }, m) => {
      const id = `${word}-${m}`;
      const text = `${pick(FILLER, random)} The ${word} is meant here. ${says} This holds for every ${word}. ${pick(FILLER, random)}`;
      documents.push({ id, title: `The ${word}: ${page}`, text });
      asks.forEach((asked, a) => {
        questions.push({ id: `q-${t}-${m}-${a}`, text: `${asked} ${thing}`, answers: [id] });
      });
    });
  });
  return { name: 'jargon-trade', title: 'A trade with words of its own', documents, questions };
}
