/** Accents that old fonts draw as letters of their own, with what Unicode combines. */
const COMBINING: ReadonlyMap<string, string> = new Map([
  ['\u00a8', '\u0308'],
  ['\u00b4', '\u0301'],
  ['\u02ca', '\u0301'],
  ['`', '\u0300'],
  ['\u02cb', '\u0300'],
  ['\u02c6', '\u0302'],
  ['\u02dc', '\u0303'],
  ['\u00af', '\u0304'],
  ['\u02d8', '\u0306'],
  ['\u02d9', '\u0307'],
  ['\u02da', '\u030a'],
  ['\u02dd', '\u030b'],
  ['\u02c7', '\u030c'],
]);
const ACCENT =
  /([\u00a8\u00b4\u02c6\u02c7\u02ca\u02cb\u02d8\u02d9\u02da\u02dc\u02dd\u00af]|(?<=\p{L})`) ?([A-Za-z\u0131\u0237])/gu;
const LOWER_ACCENT = /([CcSsTtGgKkLlNnRr]) ?\u00b8|([AaEeIiUu]) ?\u02db/g;

/** Letters that have a circumflex or tilde in living languages; before any other one these are signs of their own (`^C`, `~user`). */
const BELOW_CIRCUMFLEX = /[aeiou\u0131\u0237cghjswy]/i;
const BELOW_TILDE = /[anoiu\u0131]/i;

function isSign(
  whole: string,
  accent: string,
  at: { readonly letter: string; readonly text: string; readonly place: number },
): boolean {
  if (accent !== '\u02c6' && accent !== '\u02dc') return false;
  // Two in one word are signs both, as in `^old^new`.
  const word = /\S*$/.exec(at.text.slice(Math.max(0, at.place - 40), at.place))?.[0] ?? '';
  const rest = /^\S*/.exec(at.text.slice(at.place + 1, at.place + 41))?.[0] ?? '';
  if (word.includes(accent) || rest.includes(accent)) return true;
  if (!(accent === '\u02c6' ? BELOW_CIRCUMFLEX : BELOW_TILDE).test(at.letter)) return true;
  const before = at.text[at.place - 1] ?? ' ';
  const behind = at.text[at.place + whole.length] ?? ' ';
  // A sign for control keys or for a user's home: a capital inside of a word or alone, or a sign of punctuation before it.
  if (/[\p{P}\p{S}\p{N}]/u.test(before) || behind === '/') return true;
  return /\p{Lu}/u.test(at.letter) && (/\p{L}/u.test(before) ? /\p{Ll}/u.test(before) : !/\p{L}/u.test(behind));
}

/** Puts accents and letters that are drawn apart together (`M\u00a8oller` is M\u00f6ller), where such a letter exists. */
export function composeAccents(text: string): string {
  if (!/[\u00a8\u00af\u00b4\u00b8\u02c6-\u02dd`]/.test(text)) return text;
  return text
    .replace(ACCENT, (whole, accent: string, letter: string, place: number) => {
      if (isSign(whole, accent, { letter, text, place })) return whole;
      const base = letter === '\u0131' ? 'i' : letter === '\u0237' ? 'j' : letter;
      const composed = (base + (COMBINING.get(accent) ?? '')).normalize('NFC');
      return composed.length === 1 && composed !== base ? composed : whole;
    })
    .replace(LOWER_ACCENT, (whole, cedilla: string | undefined, ogonek: string | undefined) => {
      const composed = (cedilla === undefined ? `${ogonek}\u0328` : `${cedilla}\u0327`).normalize('NFC');
      return composed.length === 1 ? composed : whole;
    });
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** First halves that are nearly always written with a hyphen. */
const STRONG_HALVES = words(
  'well self ill half full high low long short mid cross single double triple two three four five six seven eight nine ten ' +
    'first second third zero all ever non ex left right top bottom semi quasi pseudo so',
);
/** First halves that are, where the second one is a word by itself. */
const WEAK_HALVES = words(
  'multi one end front real hard soft open close read write run user machine time line byte word bit case thread type space host device ' +
    'platform general special large small wide deep dark light fast slow free state easy much often newly then part old new same day year',
);
/** Second halves that are, behind a word. */
const SECOND_HALVES =
  /^(?:based|like|free|known|specific|defined|level|dependent|independent|oriented|aware|safe|only|party|purpose|wide|side|term|scale|sized?|bit|driven|compatible|related|friendly|ended|quality|speed|resolution|precision|separated|delimited|terminated|encoded|built)$/;
const NEVER_FIRST = words(
  'in out be some any every no under over with there where here up down on through how what who',
);
/** What ends a word and begins none. */
const ENDING =
  /^(?:ing|ings|est|ish|ness|less|ment|way|ways|wards?|dom|ware|ful|hood|ship|ize[ds]?|ise[ds]?|ism|ist|ists|ity|able|ened|ening|ers)$/;

/** The words of a whole document, by which a hyphen at the end of a line is judged. */
export class Hyphens {
  readonly #solid = new Set<string>();
  readonly #hyphened = new Set<string>();

  constructor(lines: Iterable<string>) {
    for (const line of lines) {
      for (const [word] of line.matchAll(/\p{L}[\p{L}\p{N}]*(?:[-\u2010\u2011]\p{L}[\p{L}\p{N}]*)*/gu)) {
        const lower = word.toLowerCase().replace(/[\u2010\u2011]/g, '-');
        // The first half of a divided word, and the second on the next line, are no words.
        if (lower.includes('-')) this.#hyphened.add(lower);
        else if (!line.endsWith(`${word}-`)) this.#solid.add(lower);
      }
    }
  }

  /** Joins the end of one line with the next one: a divided word becomes whole, anything else is set off by a blank. */
  join(above: string, below: string): string {
    const before = /((?:[\p{L}\p{N}]+-)*[\p{L}\p{N}]+)([-\u2010\u2011\u00ad])$/u.exec(above.slice(-80));
    const after = /^[\p{L}\p{N}]+/u.exec(below)?.[0];
    if (before === null || after === undefined) return `${above} ${below}`;
    const [, first = '', hyphen] = before;
    const stem = above.slice(0, -1);
    if (hyphen === '\u00ad') return this.#hasHyphened(first, after) ? `${stem}-${below}` : stem + below;
    // "pre- and post-": the hyphen stands for a word that is left out.
    if (/^(?:and|or|und|oder|et|ou|y|o|e)$/.test(after)) return `${above} ${below}`;
    return this.#keepsHyphen(first, after) ? `${stem}-${below}` : stem + below;
  }

  #hasHyphened(first: string, after: string): boolean {
    return this.#hyphened.has(`${first}-${after}`.toLowerCase()) && !this.#solid.has(`${first}${after}`.toLowerCase());
  }

  #keepsHyphen(first: string, after: string): boolean {
    if (!/^\p{Ll}/u.test(after) || !/\p{Ll}$/u.test(first)) return true;
    if (first.includes('-')) return !this.#solid.has((first.split('-').at(-1) ?? '') + after);
    const [head, tail] = [first.toLowerCase(), after.toLowerCase()];
    if (this.#solid.has(head + tail)) return this.#hyphened.has(`${head}-${tail}`) && STRONG_HALVES.has(head);
    if (this.#hyphened.has(`${head}-${tail}`)) return true;
    if (tail.length < 3 || ENDING.test(tail) || NEVER_FIRST.has(head)) return false;
    if (STRONG_HALVES.has(head) || (WEAK_HALVES.has(head) && this.#solid.has(tail))) return true;
    return SECOND_HALVES.test(tail) && head.length > 2 && this.#solid.has(head);
  }
}
