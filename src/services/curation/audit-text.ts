import type { AuditCheck, AuditFinding } from '../../core/curation/audit-report.js';
import { type Example, sidesOf, textsOf } from '../../core/curation/example.js';
import { maskFinding } from '../../core/curation/finding.js';
import { flagQuality, measureQuality } from '../../core/curation/measure-quality.js';
import { findInExample } from '../../core/curation/sensitive-example.js';
import type { GuardedSuites } from './suite-guard.js';

/** What an example is compared with. */
export interface TextRules {
  readonly suites: GuardedSuites;
  /** Languages that the dataset is meant to hold; empty when it does not say. */
  readonly languages: readonly string[];
}

/** Words of a shared run that are shown. */
export const EVIDENCE_WORDS = 24;
/** Longest text that is compared, in characters. */
const MAX_TEXT = 20_000;

/** Both sides of an example as one text, its first 20,000 characters. */
export function wholeText(example: Example): string {
  const { prompt, response } = sidesOf(example);
  return `${prompt}\n${response}`.slice(0, MAX_TEXT);
}

/** What can be found in one example by itself: sensitive text, leaks, quality, language. */
export function auditText(example: Example, rules: TextRules): AuditFinding[] {
  return [...sensitiveFindings(example), ...leakFindings(example, rules), ...qualityFindings(example, rules)];
}

function sensitiveFindings(example: Example): AuditFinding[] {
  return findInExample(example).map(
    ({ text, finding }): AuditFinding => ({
      check: finding.kind === 'secret' ? 'secret' : 'personal',
      example: example.id,
      evidence: `${finding.kind === 'secret' ? finding.rule : finding.kind}: ${maskFinding(text, finding)}`,
    }),
  );
}

function leakFindings(example: Example, rules: TextRules): AuditFinding[] {
  const [overlap] = textsOf(example)
    .flatMap((text) => rules.suites.index.find(text))
    .sort((a, b) => b.words - a.words);
  if (overlap === undefined) return [];
  const where = `${overlap.item} of suite ${overlap.suite}${overlap.isTest ? ' (test split)' : ''}`;
  const shown = overlap.span.split(' ').slice(0, EVIDENCE_WORDS).join(' ');
  const evidence = `${overlap.words} words in a row shared with ${where}, ${Math.round(overlap.coverage * 100)}% of the text covered: "${shown}"`;
  return [{ check: 'leak', example: example.id, evidence }];
}

function qualityFindings(example: Example, rules: TextRules): AuditFinding[] {
  const { prompt, response } = sidesOf(example);
  const quality = measureQuality(response.slice(0, MAX_TEXT));
  const facts = `${quality.characters} characters, ${(quality.symbolRatio * 100).toFixed(0)}% symbols, ${(quality.repeatedRuns * 100).toFixed(0)}% in repeated runs`;
  // A graded passage or a sentence to compare may be short; only what answers must be long enough.
  const isShortAllowed = example.kind === 'scored' || example.kind === 'judged' || example.kind === 'chat';
  const found = flagQuality({ ...quality, characters: response.length })
    .filter((flag) => !(flag === 'too-short' && isShortAllowed))
    // Every flag of flagQuality is the name of a check.
    .map((flag): AuditFinding => ({ check: flag as AuditCheck, example: example.id, evidence: facts }));
  if (prompt.trim() === response.trim()) {
    found.push({ check: 'echo', example: example.id, evidence: 'question and answer are the same text' });
  }
  const expected = rules.languages.map((tag) => tag.slice(0, 2));
  if (expected.length > 0 && quality.language !== '' && !expected.includes(quality.language)) {
    const evidence = `looks like ${quality.language}, the dataset is meant to be ${expected.join(', ')}`;
    found.push({ check: 'language', example: example.id, evidence });
  }
  return found;
}
