/**
 * A word as it is compared: without case (Unicode's full folding, whatever the language: `STRASSE` and `Straße`, Turkish
 * dotted and dotless i, the two Greek small sigmas are alike) and, in Latin, Greek and Cyrillic, without accents. Marks of
 * other scripts are letters there and stay. The text must be NFKC.
 */
export function foldWord(word: string): string {
  if (isAscii(word)) return word.toLowerCase();
  const caseless = word.toUpperCase().toLowerCase();
  return caseless
    .normalize('NFD')
    .replace(ACCENTS, '')
    .replace(/[ςæœøłđðþŧħ]/g, (letter) => PLAIN_LETTERS.get(letter) ?? letter)
    .normalize('NFC');
}

/**
 * A text as words are read from it: compatibility-normalised (ligatures of PDFs, full-width letters, composed accents);
 * zero-width spaces part words, soft hyphens and other format characters vanish.
 */
export function foldCharacters(text: string): string {
  if (isAscii(text)) return text;
  return text
    .normalize('NFKC')
    .replaceAll('\u200b', ' ')
    .replace(/\p{Cf}/gu, '');
}

/** Whether nothing in a text has to be normalised. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

const ASCII = /^[\0-\x7f]*$/;
const ACCENTS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]\p{M}*)\p{M}/gu;
/** Letters that people without them on their keyboard write otherwise, and that decompose into nothing. */
const PLAIN_LETTERS: ReadonlyMap<string, string> = new Map([
  ['ς', 'σ'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ŧ', 't'],
  ['ħ', 'h'],
]);
