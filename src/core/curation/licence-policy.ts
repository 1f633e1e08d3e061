/** Licences under which a dataset may be published with attribution at most. */
export const OPEN_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'ODC-By-1.0',
  'PDDL-1.0',
  'PSF-2.0',
  'Python-2.0',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
];

/**
 * Whether an SPDX expression is allowed: of `A OR B` one side must be, of `A AND B` both, `A WITH exception` as A. Case
 * does not matter. An unknown (empty or unreadable) licence never is.
 */
export function isLicenceAllowed(expression: string, allowed: readonly string[]): boolean {
  const known = new Set(allowed.map((licence) => licence.toLowerCase()));
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  let isReadable = true;
  const isNext = (word: string): boolean => tokens[at]?.toLowerCase() === word;
  const readTerm = (): boolean => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = readAny();
      isReadable &&= isNext(')');
      at++;
      return inner;
    }
    isReadable &&= token !== undefined && token !== ')' && !/^(?:and|or|with)$/i.test(token);
    if (isNext('with')) at += 2;
    return known.has(token?.toLowerCase() ?? '');
  };
  const readAll = (): boolean => {
    let isAllowed = readTerm();
    while (isNext('and')) {
      at++;
      isAllowed = readTerm() && isAllowed;
    }
    return isAllowed;
  };
  const readAny = (): boolean => {
    let isAllowed = readAll();
    while (isNext('or')) {
      at++;
      isAllowed = readAll() || isAllowed;
    }
    return isAllowed;
  };
  // Brackets nest by recursion, so their number is bounded first.
  if (tokens.length === 0 || tokens.length > 100) return false;
  const isAllowed = readAny();
  return isReadable && at === tokens.length && isAllowed;
}

/** Longest licence an example may have, in characters. */
const MAX_LICENCE = 200;

/** The SPDX expression of texts that stand together under all of several licences; empty (unknown) when one of them is. */
export function joinLicences(licences: readonly string[]): string {
  const parts = [
    ...new Set(licences.flatMap((licence) => (/\bOR\b/i.test(licence) ? [licence] : splitLicences(licence)))),
  ];
  if (parts.length === 0 || parts.includes('')) return '';
  const [only = '', ...more] = parts;
  const joined = parts.sort().map((part) => (/\bOR\b/i.test(part) ? `(${part})` : part));
  const expression = more.length === 0 ? only : joined.join(' AND ');
  return expression.length <= MAX_LICENCE ? expression : '';
}

/** Licences of an expression that asks for all of them. */
export function splitLicences(expression: string): string[] {
  return /[()]|\bOR\b/i.test(expression) ? [expression] : expression.split(/\s+AND\s+/i);
}
