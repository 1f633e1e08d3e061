import { type HtmlElement, isElement } from './html-dom.js';

const FUNCTIONS = new Set(
  'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh'.split(
    ' ',
  ),
);
/** Signs that show nothing: function application, invisible times, separator and plus. */
const INVISIBLE = /[\u2061-\u2064\u200b]/g;
const ACCENTS: ReadonlyMap<string, string> = new Map([
  ['\u00af', '\\overline'],
  ['\u203e', '\\overline'],
  ['\u0305', '\\overline'],
  ['_', '\\overline'],
  ['^', '\\hat'],
  ['\u02c6', '\\hat'],
  ['~', '\\tilde'],
  ['\u02dc', '\\tilde'],
  ['\u2192', '\\vec'],
  ['\u20d7', '\\vec'],
  ['.', '\\dot'],
  ['\u02d9', '\\dot'],
  ['\u00a8', '\\ddot'],
  ['\u23de', '\\overbrace'],
]);
/** Operators whose limits stand above and below. */
const LIMITS =
  /^(?:[\u2211\u220f\u222b-\u2230\u22c0-\u22c3\u2a00-\u2a06]|\\?(?:lim|max|min|sup|inf|limsup|liminf|det|gcd|Pr) ?)$/;
const SKIPPED = new Set('annotation annotation-xml mphantom maligngroup malignmark mprescripts none'.split(' '));

/** Writes presentation MathML as TeX; what is no MathML in it gives its text. */
export function mathmlToTex(element: HtmlElement): string {
  const text = element.childNodes.map((node) => (isElement(node) ? toTex(node) : literal(node.nodeValue))).join('');
  return text.replace(/\s+/g, ' ').trim();
}

function toTex(element: HtmlElement): string {
  const parts = element.children.filter(({ localName }) => !/^annotation/.test(localName));
  const at = (index: number): string => (parts[index] === undefined ? '' : toTex(parts[index]));
  switch (element.localName) {
    case 'mi':
      return identifier(literal(element.textContent));
    case 'mtext':
    case 'ms':
    case 'merror':
      return textOf(element);
    case 'mspace':
      return ' ';
    case 'semantics':
    case 'maction':
      return at(0);
    case 'mfrac':
      return fractionOf(element, at(0), at(1));
    case 'msqrt':
      return `\\sqrt{${mathmlToTex(element)}}`;
    case 'mroot':
      return `\\sqrt[${at(1)}]{${at(0)}}`;
    case 'msup':
      return `${group(at(0))}^${argument(at(1))}`;
    case 'msub':
      return `${group(at(0))}_${argument(at(1))}`;
    case 'msubsup':
      return `${group(at(0))}_${argument(at(1))}^${argument(at(2))}`;
    case 'mover':
      return over(at(0), at(1));
    case 'munder':
      return LIMITS.test(at(0)) ? `${at(0).trim()}_${argument(at(1))}` : `\\underset{${at(1)}}{${at(0)}}`;
    case 'munderover':
      return `${at(0).trim()}_${argument(at(1))}^${argument(at(2))}`;
    case 'mmultiscripts':
      return multiscripts(parts);
    case 'mtable':
      return `\\begin{matrix} ${parts.map(rowOf).join(' \\\\ ')} \\end{matrix}`;
    case 'mfenced':
      return fenced(element, parts.map(toTex));
    default:
      return SKIPPED.has(element.localName) ? '' : mathmlToTex(element);
  }
}

function literal(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .replace(/\u2212/g, '-')
    .replace(/[{}%#&]/g, '\\$&');
}

function identifier(text: string): string {
  const name = text.trim();
  if (FUNCTIONS.has(name)) return `\\${name} `;
  return /^\p{L}{2,}$/u.test(name) ? `\\mathrm{${name}}` : name;
}

function textOf(element: HtmlElement): string {
  const text = element.textContent.replace(/\s+/g, ' ');
  return text.trim() === '' ? ' ' : `\\text{${text}}`;
}

function fractionOf(element: HtmlElement, top: string, bottom: string): string {
  const isStacked = /^0/.test(element.getAttribute('linethickness') ?? '');
  return isStacked ? `{${top} \\atop ${bottom}}` : `\\frac{${top.trim()}}{${bottom.trim()}}`;
}

/** A base of several signs is held together. */
function group(base: string): string {
  const text = base.trim();
  return /^(?:.|\d+|\\[a-zA-Z]+|\\(?:mathrm|text|overline|vec|hat|sqrt)\{[^{}]*\}|\\?[)\]}|])$/su.test(text)
    ? text
    : `{${text}}`;
}

function argument(text: string): string {
  const inside = text.trim();
  return /^.$/su.test(inside) ? inside : `{${inside}}`;
}

function over(base: string, accent: string): string {
  const mark = ACCENTS.get(accent.trim());
  if (mark !== undefined) return `${mark}{${base.trim()}}`;
  return LIMITS.test(base) ? `${base.trim()}^${argument(accent)}` : `\\overset{${accent.trim()}}{${base.trim()}}`;
}

/** The base, then pairs of what stands below and above; behind `mprescripts` those that stand before it. */
function multiscripts(parts: readonly HtmlElement[]): string {
  const [base, ...scripts] = parts;
  const divider = scripts.findIndex(({ localName }) => localName === 'mprescripts');
  const pairs = (list: readonly HtmlElement[]): string =>
    list
      .map((script, index) => [toTex(script).trim(), index % 2 === 0 ? '_' : '^'] as const)
      .map(([text, sign]) => (text === '' ? '' : `${sign}${argument(text)}`))
      .join('');
  const after = pairs(divider === -1 ? scripts : scripts.slice(0, divider));
  const before = divider === -1 ? '' : pairs(scripts.slice(divider + 1));
  return `${before === '' ? '' : `{}${before}`}${base === undefined ? '' : group(toTex(base))}${after}`;
}

function rowOf(row: HtmlElement): string {
  const cells = row.localName === 'mlabeledtr' ? row.children.slice(1) : row.children;
  return cells.map((cell) => mathmlToTex(cell)).join(' & ');
}

function fenced(element: HtmlElement, parts: readonly string[]): string {
  const open = element.getAttribute('open') ?? '(';
  const separator = (element.getAttribute('separators') ?? ',').trim().slice(0, 1);
  return `${literal(open)}${parts.map((part) => part.trim()).join(separator)}${literal(element.getAttribute('close') ?? ')')}`;
}
