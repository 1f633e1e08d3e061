import { createRandom } from '../../src/core/statistics/random.js';
import { type MadeCollection, type MadeDocument, type MadeQuestion, madeWords, pick } from './made-collection.js';

const VERBS = [
  'load',
  'parse',
  'merge',
  'flush',
  'encode',
  'verify',
  'drain',
  'attach',
  'resolve',
  'throttle',
] as const;
const SPOKEN = [
  'read in from disk',
  'take apart the text of',
  'put together two',
  'write out what waits in',
  'turn into bytes a',
  'make sure of',
  'empty slowly',
  'connect to the',
  'find out what is meant by',
  'slow down the',
] as const;
const NOUNS = 24;

/**
 * A code base with names of its own: every function stands in a file with a doc comment in the house's own words, and
 * questions ask for what it does in plain English, naming the thing by the house's word.
 */
export function codeNames(seed: number): MadeCollection {
  const random = createRandom(seed);
  const nouns = madeWords(NOUNS, random);
  const documents: MadeDocument[] = [];
  const questions: MadeQuestion[] = [];
  nouns.forEach((noun, n) => {
    VERBS.forEach((verb, v) => {
      const name = `${verb}${noun[0]?.toUpperCase() ?? ''}${noun.slice(1)}`;
      const partner = pick([nouns[(n + 1) % NOUNS] ?? noun, nouns[(n + 7) % NOUNS] ?? noun], random);
      const id = `src/${noun}/${name}.md`;
      const text = `\`${name}(input, options)\` works on a ${noun}. It is called by the ${partner} loop and must not block. Returns the ${noun} or throws when the ${partner} has gone.`;
      documents.push({ id, title: name, text });
      questions.push({ id: `q-${n}-${v}-a`, text: `where do we ${SPOKEN[v] ?? verb} ${noun}`, answers: [id] });
      questions.push({
        id: `q-${n}-${v}-b`,
        text: `which function is there to ${SPOKEN[v] ?? verb} ${noun}`,
        answers: [id],
      });
    });
  });
  return { name: 'code-names', title: 'A code base with names of its own', documents, questions };
}
