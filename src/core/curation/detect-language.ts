/** The most frequent short words of some languages that are written with Latin letters. */
const COMMON_WORDS: Readonly<Record<string, string>> = {
  en: 'the of and to in is that for it with as on be this are by or from an at not you can which when if will',
  de: 'der die und das ist nicht ein eine mit von zu den auf sich des dem im werden wird sind auch als bei nach wenn oder',
  fr: 'le la les des et est une dans que pour qui sur avec pas plus par ne sont cette vous au ce il nous aux peut ou',
  es: 'el los las del y en es una por con para que se no su como al lo este esta son puede si cuando pero m\u00e1s un',
  it: 'il di che la per un una del con non si sono della nel le dei come anche alla pi\u00f9 questo gli quando essere o da',
  pt: 'o os as do da em um uma que n\u00e3o para com se por mais como ao dos das pode voc\u00ea ser quando s\u00e3o esta foi ou',
  nl: 'de het een van en is dat niet op te zijn met voor die aan er om als ook bij wordt kan naar of door deze',
  pl: 'i w na z do nie si\u0119 jest to \u017ce o jak dla od po przez co s\u0105 czy tego kt\u00f3re ale mo\u017ce oraz jego by\u0107',
  sv: 'och i att det som en p\u00e5 \u00e4r av f\u00f6r med till den har inte om ett kan de s\u00e5 var fr\u00e5n eller ska man du vid',
};

/** Writing systems that settle the language, or nearly so. */
const SCRIPTS: readonly { readonly language: string; readonly pattern: RegExp }[] = [
  { language: 'ja', pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu },
  { language: 'ko', pattern: /\p{Script=Hangul}/gu },
  { language: 'zh', pattern: /\p{Script=Han}/gu },
  { language: 'ru', pattern: /\p{Script=Cyrillic}/gu },
  { language: 'ar', pattern: /\p{Script=Arabic}/gu },
  { language: 'he', pattern: /\p{Script=Hebrew}/gu },
  { language: 'el', pattern: /\p{Script=Greek}/gu },
  { language: 'hi', pattern: /\p{Script=Devanagari}/gu },
  { language: 'th', pattern: /\p{Script=Thai}/gu },
];

const WORD_LISTS = Object.entries(COMMON_WORDS).map(([language, words]) => ({
  language,
  words: new Set(words.split(' ')),
}));
const MIN_WORDS = 8;
const MAX_CHARACTERS = 1_500;

/**
 * The likeliest language of a text as a BCP 47 tag: by script where that settles it, else by the share of the language's
 * most frequent words. Empty for texts of fewer than eight words, for code, and for anything too close to call.
 */
export function detectLanguage(text: string): string {
  const sample = text.slice(0, MAX_CHARACTERS);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  for (const { language, pattern } of SCRIPTS) {
    const share = (sample.match(pattern)?.length ?? 0) / Math.max(1, letters);
    // Japanese mixes kana with Chinese characters, so a fifth is enough for it.
    if (letters >= 4 && share > (language === 'ja' ? 0.2 : 0.5)) return language;
  }
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < MIN_WORDS) return '';
  const shares = WORD_LISTS.map((list) => {
    const common = words.filter((word) => list.words.has(word));
    return { language: list.language, share: common.length / words.length, different: new Set(common).size };
  }).sort((a, b) => b.share - a.share);
  const [best, second] = shares;
  if (best === undefined || best.different < 3 || best.share < 0.12 || best.share < (second?.share ?? 0) * 1.3)
    return '';
  return best.language;
}
