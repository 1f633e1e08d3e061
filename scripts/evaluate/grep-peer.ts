import type { TextFile } from './file-collection.js';

/** Lines shown before and after a match. */
const AROUND = 3;
/** How many of a question's words are looked for. */
const WORDS = 3;
const LEAST_LENGTH = 3;
/** Parts what does not stand together. */
const BETWEEN = '--\n';

/**
 * What `grep -rniF -C3` prints for the rarest words of a question, the rarest first, cut at a size. A word is as rare as
 * few files hold it, of two the longer goes first; words that no file holds are passed over, as a person would.
 */
export function createGrep(files: readonly TextFile[]): (question: string, size: number) => string {
  const searched = files.map(({ path, text }) => ({
    path,
    lines: text.replace(/\n$/, '').split('\n'),
    small: text.toLowerCase(),
  }));
  return (question, size) => {
    let output = '';
    for (const word of rarestWords(question, searched)) {
      for (const file of searched) {
        if (output.length >= size) return output.slice(0, size);
        if (file.small.includes(word)) output += (output === '' ? '' : BETWEEN) + grepFile(file, word);
      }
    }
    return output.slice(0, size);
  };
}

/** The rarest words of a question that some file holds, rarest first. */
export function rarestWords(question: string, files: readonly { readonly small: string }[]): string[] {
  const words = new Set([...question.toLowerCase().matchAll(/[\p{L}\p{N}_]+/gu)].map(([word]) => word));
  return [...words]
    .filter((word) => word.length >= LEAST_LENGTH)
    .map((word) => ({ word, count: files.filter((file) => file.small.includes(word)).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || b.word.length - a.word.length)
    .slice(0, WORDS)
    .map(({ word }) => word);
}

function grepFile({ path, lines }: { path: string; lines: readonly string[] }, word: string): string {
  const isMatch = lines.map((line) => line.toLowerCase().includes(word));
  let output = '';
  let last = -1;
  lines.forEach((line, at) => {
    const near = isMatch.slice(Math.max(0, at - AROUND), at + AROUND + 1);
    if (!near.includes(true)) return;
    if (last >= 0 && at > last + 1) output += BETWEEN;
    last = at;
    const sign = isMatch[at] === true ? ':' : '-';
    output += `${path}${sign}${at + 1}${sign}${line}\n`;
  });
  return output;
}
