/**
 * The stem of an English word by the Snowball project's "English" rules (Porter2; M. F. Porter, "Snowball: A language for
 * stemming algorithms", 2001). Takes a lower-case word; whatever is not wholly `a` to `z` is its own stem, as are words of
 * two letters or fewer.
 */
export function stemEnglish(word: string): string {
  if (word.length <= 2 || !/^[a-z]+$/.test(word)) return word;
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  const marked = markConsonantY(word);
  const regions = regionsOf(marked);
  const singular = removePlural(marked);
  if (INVARIANT_AFTER_PLURAL.has(singular)) return singular;
  const steps = [removePast, replaceFinalY, shortenDerived, shortenAdjective, removeSuffix, removeFinalLetter];
  return steps.reduce((stem, step) => step(stem, regions), singular).replaceAll('Y', 'y');
}

/** Where the regions R1 and R2 begin: after the first consonant that follows a vowel, and the same once more. */
interface Regions {
  readonly r1: number;
  readonly r2: number;
}

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word): [string, string] => [word, word]),
]);

const INVARIANT_AFTER_PLURAL: ReadonlySet<string> = new Set(
  'inning outing canning herring earring proceed exceed succeed'.split(' '),
);

const VOWEL = /[aeiouy]/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
/** A vowel between consonants at the end, the last of them not w, x or Y; or a vowel at the start before a consonant. */
const SHORT_SYLLABLE = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$/;

/** A `y` that begins the word or follows a vowel is a consonant, written `Y`. */
function markConsonantY(word: string): string {
  let marked = '';
  for (const letter of word) {
    const isConsonant = letter === 'y' && (marked === '' || VOWEL.test(marked.at(-1) ?? ''));
    marked += isConsonant ? 'Y' : letter;
  }
  return marked;
}

function regionsOf(word: string): Regions {
  const prefix = /^(?:gener|commun|arsen)/.exec(word);
  const r1 = prefix === null ? afterVowelAndConsonant(word, 0) : prefix[0].length;
  return { r1, r2: afterVowelAndConsonant(word, r1) };
}

function afterVowelAndConsonant(word: string, from: number): number {
  const found = /[aeiouy][^aeiouy]/.exec(word.slice(from));
  return found === null ? word.length : from + found.index + 2;
}

function isShort(word: string, { r1 }: Regions): boolean {
  return r1 >= word.length && SHORT_SYLLABLE.test(word);
}

function removePlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.length > 4 ? word.slice(0, -2) : word.slice(0, -1);
  if (/[us]s$/.test(word) || !word.endsWith('s')) return word;
  return VOWEL.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function removePast(word: string, regions: Regions): string {
  const agreed = /eed(?:ly)?$/.exec(word);
  if (agreed !== null) return agreed.index >= regions.r1 ? `${word.slice(0, agreed.index)}ee` : word;
  const ending = /(?:ed|ing)(?:ly)?$/.exec(word);
  if (ending === null || !VOWEL.test(word.slice(0, ending.index))) return word;
  const stem = word.slice(0, ending.index);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (DOUBLE.test(stem)) return stem.slice(0, -1);
  return isShort(stem, { ...regions, r1: Math.min(regions.r1, stem.length) }) ? `${stem}e` : stem;
}

function replaceFinalY(word: string): string {
  return /.[^aeiouy][yY]$/.test(word) ? `${word.slice(0, -1)}i` : word;
}

/** Endings, longest first, with what takes their place. */
type Endings = readonly (readonly [ending: string, replacement: string])[];

const DERIVED: Endings = [
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['iveness', 'ive'],
  ['ization', 'ize'],
  ['ousness', 'ous'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['tional', 'tion'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ation', 'ate'],
  ['entli', 'ent'],
  ['fulli', 'ful'],
  ['iviti', 'ive'],
  ['ousli', 'ous'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['anci', 'ance'],
  ['ator', 'ate'],
  ['enci', 'ence'],
  ['izer', 'ize'],
  ['bli', 'ble'],
];

function shortenDerived(word: string, { r1 }: Regions): string {
  const found = DERIVED.find(([ending]) => word.endsWith(ending));
  if (found !== undefined) return replaceEnding(word, found, r1);
  if (word.endsWith('ogi')) return word.at(-4) === 'l' && word.length - 3 >= r1 ? word.slice(0, -1) : word;
  return /[cdeghkmnrt]li$/.test(word) && word.length - 2 >= r1 ? word.slice(0, -2) : word;
}

const ADJECTIVE: Endings = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];

function shortenAdjective(word: string, { r1, r2 }: Regions): string {
  const found = ADJECTIVE.find(([ending]) => word.endsWith(ending));
  if (found !== undefined) return replaceEnding(word, found, r1);
  return word.endsWith('ative') && word.length - 5 >= r2 ? word.slice(0, -5) : word;
}

const SUFFIX = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/;

function removeSuffix(word: string, { r2 }: Regions): string {
  const found = SUFFIX.exec(word);
  if (found === null || found.index < r2) return word;
  if (found[0] === 'ion' && !/[st]$/.test(word.slice(0, found.index))) return word;
  return word.slice(0, found.index);
}

function removeFinalLetter(word: string, { r1, r2 }: Regions): string {
  const at = word.length - 1;
  if (word.endsWith('e')) {
    const isRemoved = at >= r2 || (at >= r1 && !SHORT_SYLLABLE.test(word.slice(0, -1)));
    return isRemoved ? word.slice(0, -1) : word;
  }
  return word.endsWith('ll') && at >= r2 ? word.slice(0, -1) : word;
}

function replaceEnding(word: string, [ending, replacement]: Endings[number], region: number): string {
  const at = word.length - ending.length;
  return at >= region ? word.slice(0, at) + replacement : word;
}
