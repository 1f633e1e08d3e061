import { outline, splitLines } from './markdown-outline.js';
import { type Mine, type MinedPair, plainPhrase, trimSpan } from './mined-pair.js';

/** Words that begin a question in a heading that forgot its mark. */
const QUESTION =
  /^(?:how (?:do|does|can|should|to|is|are|much|many)|what(?:'s)? |why |when (?:do|should|is|are)|where |which |who |can |do |does |is there|are there|should )/i;

/** Question -> answer: headings that ask, lines `Q: ...` with `A: ...`, bold questions with the paragraphs under them. */
export const mineQuestions: Mine = (document, bounds) => {
  if (document.format === 'code') return [];
  const pairs: MinedPair[] = [];
  const add = (question: string, span: { start: number; end: number }): void => {
    const anchor = plainPhrase(question);
    const trimmed = trimSpan(document.text, span, bounds.maxCharacters);
    // Answers may be shorter than sections: one sentence can be a good one.
    if (anchor.length < 10 || trimmed.end - trimmed.start < bounds.minCharacters / 2) return;
    pairs.push({ anchor, positive: document.text.slice(trimmed.start, trimmed.end), ...trimmed });
  };
  if (document.format === 'markdown') {
    for (const section of outline(document.text)) {
      const heading = plainPhrase(section.heading).replace(/^(?:q(?:uestion)?|\d+)[.:)]\s*/i, '');
      if (/\?$/.test(heading) || (QUESTION.test(heading) && /^how |^what |^why /i.test(heading))) add(heading, section);
    }
  }
  for (const { question, start, end } of labelledAnswers(document.text)) add(question, { start, end });
  return pairs;
};

/** `Q: ...` up to `A: ...`, and `**...?**` alone on a line up to the next such line or heading. */
function labelledAnswers(text: string): { question: string; start: number; end: number }[] {
  const found: { question: string; start: number; end: number }[] = [];
  const lines = splitLines(text);
  let question: { text: string; isBold: boolean; answerStart: number } | undefined;
  const close = (end: number): void => {
    if (question !== undefined && question.answerStart >= 0) {
      found.push({ question: question.text, start: question.answerStart, end });
    }
    question = undefined;
  };
  for (const line of lines) {
    if (line.isCode) continue;
    const asked = /^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?Q(?:uestion)?(?:\s?\d+)?[:.]\s*(.+?)(?:\*\*|__)?\s*$/i.exec(
      line.text,
    )?.[1];
    const bold = /^\s{0,3}(?:\*\*|__)([^*_].{8,200}\?)(?:\*\*|__)\s*$/.exec(line.text)?.[1];
    const answer = /^\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?A(?:nswer)?[:.](?:\*\*|__)?\s*/i.exec(line.text);
    if (asked !== undefined) {
      close(line.start);
      question = { text: asked, isBold: false, answerStart: -1 };
    } else if (bold !== undefined) {
      close(line.start);
      question = { text: bold, isBold: true, answerStart: line.end };
    } else if (/^ {0,3}#{1,6}\s/.test(line.text)) {
      close(line.start);
    } else if (answer !== null && question !== undefined && !question.isBold && question.answerStart < 0) {
      question.answerStart = line.start + answer[0].length;
    }
  }
  close(text.length);
  return found;
}
