import type { Finding } from './finding.js';

/** Not inside a number or a word, but after the two characters of a line break written as `\n`. */
const START = String.raw`(?<![A-Za-z0-9.+/-](?<!\\[nrt])|[A-Za-z0-9]_)`;
/** A space inside a number may be one that does not break. */
const GAP = '[ .\\u00a0\\u202f-]';

interface PhoneForm {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly group: number;
}

/** Shapes of numbers as they are written at home, by where these are common. */
const NATIONAL: readonly string[] = [
  String.raw`0[1-9]([ .-])\d{2}(?:\1\d{2}){3}`, // France
  String.raw`0[1-9]\d{1,3}[ /-]\d{3,4}[ -]\d{3,4}`, // Britain, Japan, Korea
  String.raw`0[1-9]\d{3} \d{3} \d{3}`,
  String.raw`0[1-9]\d{1,3} \d{3} \d{2} \d{2}`, // Switzerland
  String.raw`0[1-9]\d{0,2}-\d{3} \d{2} \d{2}`, // Sweden
  String.raw`0[1-9]\d{2,3}(?: ?[/-] ?| )\d{6,8}`, // Germany
  String.raw`0[1-9]\d(?:[ /]| \/ )\d{6,8}`,
  String.raw`0[1-9]\d{1,3} ?\/ ?\d{4,8}-\d{1,3}`, // Germany, with an extension
  String.raw`0[67]-\d{8}`, // the Netherlands
  String.raw`0[1-9]-\d{4}-\d{4}`, // Japan
  String.raw`\(0[1-9]\d{1,3}\) ?\d{3,8}(?:[ -]\d{3,4})?`,
  String.raw`\(0[1-9]\) ?\d{4}[ -]\d{4}`, // Australia
  String.raw`\([1-9]\d\) ?9?\d{4}-\d{4}`, // Brazil
  String.raw`8[ -]?\(\d{3}\) ?\d{3}[ -]\d{2}[ -]\d{2}`, // Russia
  String.raw`1[3-9]\d([ -])\d{4}\2\d{4}`, // China
];

/** International numbers (+ and 8 to 15 digits), North American ones with separators, and national ones of usual shape or after a word that says so. */
const PHONES: readonly PhoneForm[] = [
  {
    rule: 'international',
    pattern: new RegExp(
      `(?<![A-Za-z0-9.+=)\\]/-](?<!\\\\[nrt])(?<![A-Za-z_]=|wa\\.me/)|[A-Za-z0-9]_)(?:\\+|(?<!\\d )00(?=[1-9]\\d{0,2}[ .-][1-9(]))[1-9]\\d{0,2}(?: ?\\(0\\) ?)?(?:(?:${GAP}| / )?\\(?\\d{1,4}\\)?){2,6}(?![A-Za-z0-9]|[.:/]\\d)`,
      'g',
    ),
    group: 0,
  },
  {
    rule: 'north-american',
    pattern: new RegExp(
      `${START.replace('/-', '/$-')}(?<!(?:^|\\D)\\d{1,3} )(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}([-. ]))[2-9]\\d{2}[-. ]\\d{4}(?![A-Za-wyz0-9]|[-.:/]\\d)`,
      'g',
    ),
    group: 0,
  },
  {
    rule: 'national',
    pattern: new RegExp(
      String.raw`(?<![A-Za-z0-9.+/$:,-](?<!\\[nrt])(?<!(?:^|[^\d])[:,])|[A-Za-z0-9]_)(?:${NATIONAL.join('|')})(?![A-Za-z0-9]|[ .:/-]\d|(?<!["A-Za-z],[\d ()./-]{8,20}),\d|-[0-9a-f]{2}\b)`,
      'g',
    ),
    group: 0,
  },
  {
    rule: 'labelled',
    pattern:
      /(?<![A-Za-z])(?:tel(?:ephone)?|phone|mobile|cell(?:phone|ular)?|fax|call(?: me| us)?(?: at| on)?|whatsapp|contact n\w{1,5}|t\u00e9l(?:\u00e9phone)?|tel\u00e9fono|telefon|handy|portable)(?:[ _-]?(?:number|no|nr|num|nummer))?\.?(?: is)?["'`\]]{0,2}[:=\s]{0,4}["'`]?(\(?\d{2,13}\)?(?:[ ./-]{0,3}\d{2,8}){0,5})(?![A-Za-z0-9]|[.:/]\d)/gi,
    group: 1,
  },
];

/** An extension behind a number. */
const EXTENSION = /(?:[ ,;]{0,2}(?:ext(?:ension|\.)?|x|#|durchwahl)[ =:.]{0,2}|;ext=)\d{1,6}(?![A-Za-z0-9])/iy;

/** Telephone numbers with their extensions. */
export function findPhones(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { rule, pattern, group } of PHONES) {
    for (const match of text.matchAll(pattern)) {
      const number = fitted(match[group] ?? '');
      if (!isPhone(rule, number)) continue;
      const start = match.index + match[0].lastIndexOf(match[group] ?? '');
      if (rule === 'national' && isInRow(text, start, found)) continue;
      EXTENSION.lastIndex = start + number.length;
      const end = EXTENSION.test(text) ? EXTENSION.lastIndex : start + number.length;
      found.push({ kind: 'phone', rule, start, end });
    }
  }
  return found;
}

/** Whether a number stands behind another on the same line, as in a table, and that one is no telephone number either. */
function isInRow(text: string, start: number, found: readonly Finding[]): boolean {
  return /\d $/.test(text.slice(Math.max(0, start - 2), start)) && !found.some(({ end }) => end === start - 1);
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, '').replace(/^00/, '');
}

/** The number without last groups that make it longer than any number can be (E.164: 15 digits). */
function fitted(number: string): string {
  let kept = number;
  while (digitsOf(kept).length > 15 && /[^\d]\d+\)?$/.test(kept)) kept = kept.replace(/[^\d]+\d+\)?$/, '');
  return kept;
}

function isPhone(rule: string, number: string): boolean {
  const digits = digitsOf(number);
  if (digits.length < (rule === 'labelled' ? 7 : 8) || digits.length > 15) return false;
  if (/^(\d)\1+$/.test(digits) || /^\d{4}-\d{2}-\d{2}/.test(number) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(number))
    return false;
  // Latitude and longitude (ISO 6709) carry signs.
  if (/^\+\d{2,3}\.\d{4,}-/.test(number)) return false;
  // Ends of the ranges of whole numbers are written with a sign too.
  if (/^\+(?:2147483647|4294967295|4294967296|[01]+)$/.test(number)) return false;
  if (/^01([ .-])(?:02|03|23)\1/.test(number) || /^0[0-7]{2}(?: [0-3][0-7]{2}){2,}$/.test(number)) return false;
  return !/^(?:0?123456789\d*|(\d{2,3})\1{2,})$/.test(digits);
}
