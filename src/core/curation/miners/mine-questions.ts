import { holds, inContext, nameOf } from './document-name.js';
import { outline, splitLines } from './markdown-outline.js';
import { type Mine, type MinedPair, plainPhrase, trimPassage } from './mined-pair.js';
import { visibleText } from './visible-text.js';

/** Words that begin a question in a heading that forgot its mark. */
const QUESTION =
  /^(?:how (?:do|does|can|should|to|is|are|much|many)|what(?:'s)? |why |when (?:do|should|is|are)|where |which |who |can |do |does |is there|are there|should )/i;

/** Words that point at what stands around the question. */
const POINTING = /\b(?:this|it|its|that|these|those|they|here|there|we|us|our)\b/i;
/** Words that every question is made of. */
const COMMON =
  /\b(?:how|what|why|when|where|which|who|does|should|would|could|can|have|need|needed|make|made|work|works|used?|using|with|from|about|good|want|update|install|start|started|contribute|helps?)\b/gi;

/** A question that could stand on any page gets the document's name before it: "zlib: What is this?". */
function askedOf(name: string, question: string): string {
  const subject = question.replace(COMMON, ' ').match(/[\p{L}\p{N}_]{4,}/gu) ?? [];
  const needsName = POINTING.test(question) || subject.length === 0;
  return needsName && !holds(question, name) ? inContext(name, question) : question;
}

/** Question -> answer: headings that ask, lines `Q: ...` with `A: ...`, bold questions with the paragraphs under them. */
export const mineQuestions: Mine = (document, bounds) => {
  if (document.format === 'code') return [];
  const pairs: MinedPair[] = [];
  const name = nameOf(document);
  const add = (question: string, span: { start: number; end: number }): void => {
    const asked = plainPhrase(question);
    const trimmed = trimPassage(document.text, span, bounds.maxCharacters);
    const positive = document.text.slice(trimmed.start, trimmed.end);
    // Answers may be shorter than sections: one sentence can be a good one.
    if (asked.length < 10 || visibleText(positive).length < bounds.minCharacters / 2) return;
    pairs.push({ anchor: askedOf(name, asked), positive, ...trimmed });
  };
  const labelled = labelledAnswers(document.text);
  const sections = document.format === 'markdown' ? outline(document.text) : [];
  let next = 0;
  for (const { heading, start, end } of sections) {
    const question = plainPhrase(heading).replace(/^(?:q(?:uestion)?|\d+)[.:)]\s*/i, '');
    // The next question inside the section has an answer of its own.
    while ((labelled[next]?.asked ?? end) < start) next++;
    const span = { start, end: Math.min(end, labelled[next]?.asked ?? end) };
    if (/[?？؟]$/.test(question) || (QUESTION.test(question) && /^how |^what |^why /i.test(question)))
      add(question, span);
  }
  for (const { question, start, end } of labelled) add(question, { start, end });
  return pairs;
};

/** Answers in order, with the offset at which their question begins: `Q: ...` up to `A: ...`, and `**...?**` alone on a line up to the next such line or heading. */
function labelledAnswers(text: string): { question: string; asked: number; start: number; end: number }[] {
  const found: { question: string; asked: number; start: number; end: number }[] = [];
  const lines = splitLines(text);
  let question: { text: string; isBold: boolean; asked: number; answerStart: number } | undefined;
  const close = (end: number): void => {
    if (question !== undefined && question.answerStart >= 0) {
      found.push({ question: question.text, asked: question.asked, start: question.answerStart, end });
    }
    question = undefined;
  };
  for (const line of lines) {
    if (line.isCode) continue;
    const asked = /^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?Q(?:uestion)?(?:\s?\d+)?[:.]\s*(.+?)(?:\*\*|__)?\s*$/i.exec(
      line.text,
    )?.[1];
    const bold = /^\s{0,3}(?:\*\*|__)([^*_].{8,200}[?？؟])(?:\*\*|__)\s*$/.exec(line.text)?.[1];
    const answer = /^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?A(?:nswer)?[:.](?:\*\*|__)?\s*/i.exec(line.text);
    if (asked !== undefined) {
      close(line.start);
      question = { text: asked, isBold: false, asked: line.start, answerStart: -1 };
    } else if (bold !== undefined) {
      close(line.start);
      question = { text: bold, isBold: true, asked: line.start, answerStart: line.end };
    } else if (/^ {0,3}#{1,6}\s/.test(line.text)) {
      close(line.start);
    } else if (answer !== null && question !== undefined && !question.isBold && question.answerStart < 0) {
      question.answerStart = line.start + answer[0].length;
    }
  }
  close(text.length);
  return found;
}
