/** A seeded source of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PARTS = [
  ...'abcxyzABCXYZ0189_-.,;:!?()[]{}<>#@$%^&*+=/\\|~`\'" ',
  ...'\t\n\r\u0000\u0007\u001f\u007f\u0085\u00a0\u00ad\u200b\u200d\u2028\u3000\ufeff\ue000\ufffd',
  ...'éÉñßİıÅΣςσЖжאبกक्',
  ...'漢字かなカナ한국어豈ﬁⅨ①½²😀👩‍💻🇩🇪𝒜𐌰',
  '\ud800',
  '\udc00',
  '\u0301',
  '\u0308',
  '[CLS]',
  '[PAD]',
  '##',
  'getHTTPResponse',
  'snake_case_name',
  'parseJSON2Object',
  'utf8',
  'hello',
  'world',
  'XMLHttpRequest',
  'HelloWorld',
  'snakeCase',
  'LaTeX',
  'URLs',
  'Ids',
  'naïve',
  'ÀÉÎ',
  'ΑΣ',
  'a'.repeat(101),
  'b'.repeat(100),
  '  ',
];

/** Strings of code, accents, CJK, emoji, control characters and broken surrogates. */
export function randomTexts(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const pick = (): string => PARTS[Math.floor(random() * PARTS.length)] ?? '';
  return Array.from({ length: count }, () => {
    const length = 1 + Math.floor(random() * 24);
    return Array.from({ length }, pick).join(random() < 0.5 ? '' : ' ');
  });
}

/** A small vocabulary: every single character of the random texts, both as a word and as a continuation, and some words. */
export function smallVocabulary(): string[] {
  const characters = [...new Set(randomTexts(400, 7).flatMap((text) => [...text.normalize('NFKD').toLowerCase()]))]
    .filter((character) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(character))
    .slice(0, -6);
  const words = ['get', 'http', 'response', 'hello', 'world', 'snake', 'parse', 'json', 'object', 'html', 'request'];
  return [
    ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
    ...characters,
    ...characters.map((character) => `##${character}`),
    ...words,
    '##ello',
    '##quest',
  ];
}
