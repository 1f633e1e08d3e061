import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { TextFile } from './file-collection.js';

/** Fewer words stand in too many places to mark one. */
const LEAST_WORDS = 3;
const MOST_WORDS = 40;

/** The words that answer, without the words: how many they are, and the sha256 of {@link wordsOf} joined by spaces. */
const fingerprint = z.strictObject({
  words: z.number().int().min(LEAST_WORDS).max(MOST_WORDS),
  sha256: z.string().length(64),
});

/** One place that answers a question: lines of a judged document, and fingerprints of the words that do. */
const answerSpan = z.strictObject({
  query: z.string(),
  document: z.string(),
  /** First and last line, from 1. */
  lines: z.tuple([z.number().int().min(1), z.number().int().min(1)]),
  keys: z.array(fingerprint).min(1),
});

const spanFile = z.strictObject({
  collection: z.string(),
  source: z.string(),
  spans: z.array(answerSpan),
});

/** {@link fingerprint} */
export type Fingerprint = z.output<typeof fingerprint>;
/** {@link answerSpan} */
export type AnswerSpan = z.output<typeof answerSpan>;
/** Marked answers of one collection; see eval/answer-spans/README.md. */
export type SpanFile = z.output<typeof spanFile>;

/** Reads marked answers. @throws what fs or zod throw for a file that is not one */
export async function readSpanFile(path: string): Promise<SpanFile> {
  return spanFile.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Names a role of reStructuredText in front of what it marks, as `:ref:`; no reader of the page sees it. */
const ROLE = /:[a-z][\w:.-]*:(?=`)/gi;

/** Words of a text as marks count them: runs of letters and digits, small, whatever markup stands between them. */
export function wordsOf(text: string): string[] {
  return [
    ...text
      .replace(ROLE, ' ')
      .normalize('NFKC')
      .toLowerCase()
      .matchAll(/[\p{L}\p{N}]+/gu),
  ].map(([word]) => word);
}

/** Fingerprint of a run of words. */
export function fingerprintOf(words: readonly string[]): Fingerprint {
  return { words: words.length, sha256: createHash('sha256').update(words.join(' ')).digest('hex') };
}

/** A text in which many fingerprints are looked for. */
export interface FingerprintedText {
  holds(key: Fingerprint): boolean;
}

/** Prepares a text; its words are hashed once for each length that is asked for. */
export function fingerprintText(text: string): FingerprintedText {
  const words = wordsOf(text);
  const known = new Map<number, Set<string>>();
  return {
    holds({ words: length, sha256 }) {
      let hashes = known.get(length);
      if (hashes === undefined) {
        hashes = new Set<string>();
        for (let at = 0; at + length <= words.length; at++) {
          hashes.add(fingerprintOf(words.slice(at, at + length)).sha256);
        }
        known.set(length, hashes);
      }
      return hashes.has(sha256);
    },
  };
}

/** Whether a text holds at least one key of one of these spans. */
export function holdsAnswer(text: string, spans: readonly AnswerSpan[]): boolean {
  const fingerprints = fingerprintText(text);
  return spans.some((span) => span.keys.some((key) => fingerprints.holds(key)));
}

/** Spans whose document is not there, or whose keys do not all stand in the marked lines. */
export function staleSpans(spans: readonly AnswerSpan[], files: readonly TextFile[]): AnswerSpan[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return spans.filter(({ document, lines: [first, last], keys }) => {
    const lines =
      texts
        .get(document)
        ?.split('\n')
        .slice(first - 1, last) ?? [];
    const marked = fingerprintText(lines.join('\n'));
    return !keys.every((key) => marked.holds(key));
  });
}

/**
 * Marks the first place where a phrase stands in a document, as words.
 * @returns undefined when it does not stand there, or is too short or too long to be a mark
 */
export function markPhrase(query: string, { path, text }: TextFile, phrase: string): AnswerSpan | undefined {
  const sought = wordsOf(phrase);
  if (sought.length < LEAST_WORDS || sought.length > MOST_WORDS) return undefined;
  const placed = text.split('\n').flatMap((line, at) => wordsOf(line).map((word) => ({ word, line: at + 1 })));
  const start = placed.findIndex((_, at) => sought.every((word, i) => placed[at + i]?.word === word));
  const [first, last] = [placed[start], placed[start + sought.length - 1]];
  if (first === undefined || last === undefined) return undefined;
  return { query, document: path, lines: [first.line, last.line], keys: [fingerprintOf(sought)] };
}
