import { locateQuote } from '../../retrieval/locate-quote.js';
import { longestSharedRun, measureWords, plainWords } from '../shingles.js';
import { type LabelAnswer, PASSAGE_LABELS, type Rejection, type WorkItem } from './campaign.js';

/** Why an answer is not taken, with the words for the judge. */
export interface Objection {
  readonly rejection: Rejection;
  readonly detail: string;
}

/** Shortest quotation, in characters, unless the passage itself is shorter. */
const MIN_QUOTE = 12;
/** A question that repeats this many words of the passage in a row tests copying, not search. */
const MAX_COPIED_WORDS = 7;

function checkQuote(passage: string, quote: string, name: string): Objection | undefined {
  const trimmed = quote.trim();
  // A ruled line or a row of dots stands in many passages and shows nothing.
  const isEmpty = plainWords(trimmed).length === 0 && plainWords(passage).length > 0;
  if (isEmpty || trimmed.length < Math.min(MIN_QUOTE, passage.trim().length)) {
    return {
      rejection: 'quote-too-short',
      detail: `${name}: quote at least ${MIN_QUOTE} characters, words among them, that show why the grade is right.`,
    };
  }
  if (locateQuote(passage, trimmed, 0) !== undefined) return undefined;
  return {
    rejection: 'quote-not-found',
    detail: `${name}: these words do not stand in the passage. Copy them letter by letter; only white space may differ.`,
  };
}

/** Checks the grades of a work item: every passage graded once, every grade above 0 proven by a verbatim quote. */
export function checkGrades(item: WorkItem, answer: LabelAnswer): Objection | undefined {
  const labels = PASSAGE_LABELS.slice(0, item.passages.length);
  const given = answer.grades.map((grade) => grade.label);
  const missing = labels.filter((label) => given.filter((one) => one === label).length !== 1);
  const strange = given.filter((label) => !labels.includes(label));
  if (missing.length > 0 || strange.length > 0) {
    return {
      rejection: 'grades-missing',
      detail: `Grade each of the passages ${labels.join(', ')} once${strange.length > 0 ? `; there is no passage ${strange.join(', ')}` : ''}.`,
    };
  }
  for (const { label, grade, quote } of answer.grades) {
    const passage = item.passages[PASSAGE_LABELS.indexOf(label)]?.text ?? '';
    const objection = grade > 0 ? checkQuote(passage, quote, `Passage ${label}`) : undefined;
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** Checks a written question with its answer as far as the passage alone allows. */
export function checkWritten(item: WorkItem, answer: LabelAnswer): Objection | undefined {
  const passage = item.passages[0]?.text ?? '';
  if (answer.question.trim().length < 10 || answer.answer.trim() === '') {
    return { rejection: 'incomplete', detail: 'Give a question of at least ten characters, its answer and a quote.' };
  }
  const objection = checkQuote(passage, answer.quote, 'The quote');
  if (objection !== undefined) return objection;
  const copied = longestSharedRun(plainWords(answer.question), plainWords(passage), MAX_COPIED_WORDS);
  if (measureWords(copied) >= MAX_COPIED_WORDS) {
    return {
      rejection: 'too-close',
      detail: `The question repeats ${copied.length} words of the passage in a row ("${copied.slice(0, 12).join(' ')}"). Ask in your own words, as somebody would who has not read it.`,
    };
  }
  return undefined;
}
