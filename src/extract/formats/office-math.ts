import { childOf, elementsOf, textIn, type XmlElement } from './office-xml.js';

const GREEK =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma sigma tau upsilon phi chi psi omega'.split(
    ' ',
  );
const CAPITALS: Readonly<Record<string, string>> = {
  \u0393: 'Gamma',
  \u0394: 'Delta',
  \u0398: 'Theta',
  \u039b: 'Lambda',
  \u039e: 'Xi',
  \u03a0: 'Pi',
  \u03a3: 'Sigma',
  \u03a5: 'Upsilon',
  \u03a6: 'Phi',
  \u03a8: 'Psi',
  \u03a9: 'Omega',
};
const SYMBOLS: Readonly<Record<string, string>> = {
  '\u00d7': 'times',
  '\u00f7': 'div',
  '\u00b1': 'pm',
  '\u2213': 'mp',
  '\u22c5': 'cdot',
  '\u2217': 'ast',
  '\u2218': 'circ',
  '\u2264': 'leq',
  '\u2265': 'geq',
  '\u2260': 'neq',
  '\u2248': 'approx',
  '\u2261': 'equiv',
  '\u223c': 'sim',
  '\u221d': 'propto',
  '\u221e': 'infty',
  '\u2202': 'partial',
  '\u2207': 'nabla',
  '\u2208': 'in',
  '\u2209': 'notin',
  '\u220b': 'ni',
  '\u2282': 'subset',
  '\u2286': 'subseteq',
  '\u2283': 'supset',
  '\u2287': 'supseteq',
  '\u222a': 'cup',
  '\u2229': 'cap',
  '\u2205': 'varnothing',
  '\u2200': 'forall',
  '\u2203': 'exists',
  '\u00ac': 'neg',
  '\u2227': 'land',
  '\u2228': 'lor',
  '\u2192': 'rightarrow',
  '\u2190': 'leftarrow',
  '\u2194': 'leftrightarrow',
  '\u21d2': 'Rightarrow',
  '\u21d0': 'Leftarrow',
  '\u21d4': 'Leftrightarrow',
  '\u21a6': 'mapsto',
  '\u2026': 'ldots',
  '\u22ef': 'cdots',
  '\u22ee': 'vdots',
  '\u22f1': 'ddots',
  '\u2211': 'sum',
  '\u220f': 'prod',
  '\u2210': 'coprod',
  '\u222b': 'int',
  '\u222c': 'iint',
  '\u222d': 'iiint',
  '\u222e': 'oint',
  '\u22c3': 'bigcup',
  '\u22c2': 'bigcap',
  '\u22c1': 'bigvee',
  '\u22c0': 'bigwedge',
  '\u2a01': 'bigoplus',
  '\u2295': 'oplus',
  '\u2297': 'otimes',
  '\u22a5': 'bot',
  '\u2225': 'parallel',
  '\u2220': 'angle',
  '\u210f': 'hbar',
  '\u2113': 'ell',
  '\u211c': 'Re',
  '\u2111': 'Im',
  '\u2135': 'aleph',
  '\u27e8': 'langle',
  '\u27e9': 'rangle',
  '\u2329': 'langle',
  '\u232a': 'rangle',
  '\u230a': 'lfloor',
  '\u230b': 'rfloor',
  '\u2308': 'lceil',
  '\u2309': 'rceil',
  '\u2016': 'parallel',
  '\u03d5': 'phi',
  '\u03f5': 'epsilon',
  '\u03d1': 'vartheta',
  '\u03f1': 'varrho',
  '\u03d6': 'varpi',
  '\u2032': 'prime',
  '\u226a': 'll',
  '\u226b': 'gg',
  '\u2245': 'cong',
  '\u2026\u2009': 'ldots',
};
const SETS: Readonly<Record<string, string>> = {
  \u211d: 'R',
  \u2115: 'N',
  \u2124: 'Z',
  \u211a: 'Q',
  \u2102: 'C',
  \u2119: 'P',
};
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0302': 'hat',
  '^': 'hat',
  '\u0303': 'tilde',
  '~': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u00af': 'bar',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u20db': 'dddot',
  '\u20d7': 'vec',
  '\u2192': 'vec',
  '\u20d6': 'overleftarrow',
  '\u0301': 'acute',
  '\u0300': 'grave',
  '\u0306': 'breve',
  '\u030c': 'check',
  '\u030a': 'mathring',
  '\u23de': 'overbrace',
  '\u23df': 'underbrace',
  '\u0332': 'underline',
  '\u0331': 'underline',
};
const FUNCTIONS = new Set(
  'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh'.split(
    ' ',
  ),
);

/** An Office formula (`m:oMath`) as TeX, without dollar signs. Parts that are not known give their letters. */
export function mathToTex(element: XmlElement): string {
  return tidy(row(element));
}

function tidy(tex: string): string {
  // A command ends where no letter follows; blanks beside anything else say nothing.
  return tex
    .replace(/\s+/g, ' ')
    .replace(/ ?([=+<>,&]) ?/g, '$1')
    .replace(/(\\[A-Za-z]+) (?![A-Za-z0-9])/g, '$1')
    .replace(/,/g, ', ')
    .replace(/\s+/g, ' ')
    .trim();
}

function row(element: XmlElement | undefined): string {
  return element === undefined ? '' : elementsOf(element).map(toTex).join('');
}

function group(element: XmlElement | undefined): string {
  return `{${tidy(row(element))}}`;
}

function value(element: XmlElement, properties: string, name: string): string | undefined {
  return childOf(element, properties, name)?.attributes['m:val'];
}

function toTex(element: XmlElement): string {
  const part = (name: string): XmlElement | undefined => childOf(element, `m:${name}`);
  switch (element.name) {
    case 'm:r':
      return run(element);
    case 'm:f':
      return fraction(element);
    case 'm:rad': {
      const degree = tidy(row(part('deg')));
      return degree === '' ? `\\sqrt${group(part('e'))}` : `\\sqrt[${degree}]${group(part('e'))}`;
    }
    case 'm:sSup':
      return `${base(part('e'))}^${group(part('sup'))}`;
    case 'm:sSub':
      return `${base(part('e'))}_${group(part('sub'))}`;
    case 'm:sSubSup':
      return `${base(part('e'))}_${group(part('sub'))}^${group(part('sup'))}`;
    case 'm:sPre':
      return `{}_${group(part('sub'))}^${group(part('sup'))}${base(part('e'))}`;
    case 'm:nary':
      return nary(element);
    case 'm:d':
      return delimited(element);
    case 'm:m':
      return `\\begin{matrix}${rowsOf(element)}\\end{matrix}`;
    case 'm:eqArr':
      return `\\begin{aligned}${elementsOf(element)
        .filter((child) => child.name === 'm:e')
        .map((child) => tidy(row(child)))
        .join(' \\\\ ')}\\end{aligned}`;
    case 'm:acc':
      return `\\${ACCENTS[value(element, 'm:accPr', 'm:chr') ?? '\u0302'] ?? 'hat'}${group(part('e'))}`;
    case 'm:bar':
      return `\\${value(element, 'm:barPr', 'm:pos') === 'top' ? 'overline' : 'underline'}${group(part('e'))}`;
    case 'm:groupChr':
      return `\\${ACCENTS[value(element, 'm:groupChrPr', 'm:chr') ?? '\u23df'] ?? 'underbrace'}${group(part('e'))}`;
    case 'm:func':
      return `${functionName(part('fName'))}${row(part('e')).startsWith('(') ? '' : ' '}${row(part('e'))}`;
    case 'm:limLow':
      return `${functionName(part('e'))}_${group(part('lim'))}`;
    case 'm:limUpp':
      return `${functionName(part('e'))}^${group(part('lim'))}`;
    case 'm:borderBox':
      return `\\boxed${group(part('e'))}`;
    default:
      return element.name.endsWith('Pr') || element.name === 'm:ctrlPr' ? '' : row(element);
  }
}

function run(element: XmlElement): string {
  const text = elementsOf(element)
    .filter((child) => child.name === 'm:t' || child.name === 'w:t')
    .map(textIn)
    .join('');
  if (FUNCTIONS.has(text.trim())) return `\\${text.trim()} `;
  if (childOf(element, 'm:rPr', 'm:nor') !== undefined) return `\\text{${text}}`;
  const letters = [...text.normalize('NFKC')].length === [...text].length ? unstyled(text) : text;
  return [...letters].map(symbol).join('');
}

/** Letters that Unicode has in italics or bold for formulas, as plain ones; sets stay. */
function unstyled(text: string): string {
  return text.replace(/[\u{1d400}-\u{1d7ff}]/gu, (letter) => letter.normalize('NFKC'));
}

function symbol(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x3b1 && code <= 0x3c9) return command(GREEK[code - 0x3b1] ?? '');
  const capital = CAPITALS[char] ?? SYMBOLS[char];
  if (capital !== undefined) return command(capital);
  const set = SETS[char];
  if (set !== undefined) return `\\mathbb{${set}}`;
  if (char === '\u2212') return '-';
  if (char === '\u2061' || char === '\u200b') return '';
  return '{}%$#\\'.includes(char) ? `\\${char === '\\' ? 'backslash ' : char}` : char;
}

function command(name: string): string {
  return name === 'o' ? 'o' : `\\${name} `;
}

function base(element: XmlElement | undefined): string {
  const tex = tidy(row(element));
  return /^(?:.|\\[A-Za-z]+|\\?[A-Za-z]+\{[^{}]*\}|\\left.*\\right.{1,8})$/u.test(tex) ? tex : `{${tex}}`;
}

function fraction(element: XmlElement): string {
  const kind = value(element, 'm:fPr', 'm:type');
  const over = childOf(element, 'm:num');
  const under = childOf(element, 'm:den');
  if (kind === 'noBar') return `\\genfrac{}{}{0pt}{}${group(over)}${group(under)}`;
  if (kind === 'lin' || kind === 'skw') return `${base(over)}/${base(under)}`;
  return `\\frac${group(over)}${group(under)}`;
}

function nary(element: XmlElement): string {
  const sub = tidy(row(childOf(element, 'm:sub')));
  const sup = tidy(row(childOf(element, 'm:sup')));
  const sign = symbol(value(element, 'm:naryPr', 'm:chr') ?? '\u222b').trim();
  return `${sign}${sub === '' ? '' : `_{${sub}}`}${sup === '' ? '' : `^{${sup}}`} ${row(childOf(element, 'm:e'))}`;
}

function delimited(element: XmlElement): string {
  const open = value(element, 'm:dPr', 'm:begChr') ?? '(';
  const close = value(element, 'm:dPr', 'm:endChr') ?? ')';
  const parts = elementsOf(element).filter((child) => child.name === 'm:e');
  const inner = parts.map((part) => tidy(row(part))).join(value(element, 'm:dPr', 'm:sepChr') ?? '|');
  const matrix = parts.length === 1 ? elementsOf(parts[0] ?? element).filter((child) => child.name !== 'm:ctrlPr') : [];
  const environment = { '()': 'pmatrix', '[]': 'bmatrix', '||': 'vmatrix', '{}': 'Bmatrix' }[open + close];
  if (matrix.length === 1 && matrix[0]?.name === 'm:m' && environment !== undefined)
    return `\\begin{${environment}}${rowsOf(matrix[0])}\\end{${environment}}`;
  const isPlain = !/\\(?:frac|sum|int|prod|begin|sqrt)/.test(inner) && open !== '' && close !== '';
  if (isPlain) return `${symbol(open).trim()}${inner}${symbol(close).trim()}`;
  const side = (char: string): string => (char === '' ? '.' : symbol(char).trim());
  return `\\left${side(open)}${inner}\\right${side(close)}`;
}

function rowsOf(matrix: XmlElement): string {
  return elementsOf(matrix)
    .filter((child) => child.name === 'm:mr')
    .map((mr) =>
      elementsOf(mr)
        .map((cell) => tidy(row(cell)))
        .join(' & '),
    )
    .join(' \\\\ ');
}

function functionName(element: XmlElement | undefined): string {
  const inner = element === undefined ? [] : elementsOf(element).filter((child) => child.name !== 'm:ctrlPr');
  if (inner.some((child) => child.name !== 'm:r')) return row(element);
  const name = tidy(row(element));
  return FUNCTIONS.has(name) ? `\\${name}` : /^[A-Za-z]{2,}$/.test(name) ? `\\operatorname{${name}}` : name;
}
