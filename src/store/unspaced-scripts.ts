/** Runs of scripts that put no spaces between words. */
const RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

/**
 * The text with runs of Chinese, Japanese, Thai, ... cut into overlapping pairs and single characters, so that the
 * index, which cuts at spaces only, finds words inside them. Other text is returned as it is.
 */
export function indexableText(text: string): string {
  return text.replace(RUN, (run) => ` ${[...pairs(run), ...run].join(' ')} `);
}

/** The query's side of {@link indexableText}: pairs, and single characters only where one stands alone. */
export function searchableTerms(terms: string): string {
  return terms.replace(RUN, (run) => {
    const found = pairs(run);
    return ` ${(found.length > 0 ? found : [run]).join(' ')} `;
  });
}

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}
