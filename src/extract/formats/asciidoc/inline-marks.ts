import { inlineCode } from '../html-code.js';
import { subscript, superscript } from '../raised-text.js';

/**
 * Private-use characters that stand for inline marks while Asciidoctor still substitutes in the text around them: real Markdown
 * marks would be read as AsciiDoc again.
 */
export const MARKS = {
  strong: ['\ue100', '\ue101'],
  emphasis: ['\ue102', '\ue103'],
  code: ['\ue104', '\ue105'],
  superscript: ['\ue106', '\ue107'],
  subscript: ['\ue108', '\ue109'],
  deleted: ['\ue10a', '\ue10b'],
} as const;

/** Begins a link: `text`, then `address`, then `end`. */
export const LINK = { text: '\ue110', address: '\ue111', end: '\ue112' } as const;
export const IMAGE = { text: '\ue113', address: '\ue114', end: '\ue115' } as const;
export const LINE_BREAK = '\ue116';
/** Stands between blocks in what a node is converted to. */
export const BLOCK_END = '\ue117';

const ANY_MARK = /([\ue100-\ue117])/;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  plusmn: '±',
  times: '×',
  divide: '÷',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  rarr: '→',
  larr: '←',
  harr: '↔',
  rArr: '⇒',
  lArr: '⇐',
  le: '≤',
  ge: '≥',
  ne: '≠',
  micro: 'µ',
  middot: '·',
  bull: '•',
  euro: '€',
  sect: '§',
  para: '¶',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  sup2: '²',
  sup3: '³',
  check: '✓',
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  pi: 'π',
  mu: 'μ',
  sigma: 'σ',
  omega: 'ω',
  Omega: 'Ω',
};

/** Takes characters that stand for marks out of a document, which could play tricks with them. */
export function withoutMarks(source: string): string {
  return source.replace(/[\ue100-\ue11f]/g, '\ufffd');
}

/** Text with the characters that entities stand for. Typographic apostrophes and thin spaces become those that people type. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replace(/&#8203;/g, '')
    .replace(/&#8217;/g, "'")
    .replace(
      /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
      (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name] ?? whole;
        const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
        if (code === 0x2009 || code === 0xa0) return ' ';
        return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
      },
    );
}

interface Open {
  readonly mark: string;
  readonly parts: string[];
}

/** Converted inline text as Markdown: one line for each line break that was asked for. */
export function finishInline(text: string): string {
  const stack: Open[] = [{ mark: '', parts: [] }];
  const close = (): void => {
    const done = stack.pop();
    if (done === undefined) return;
    // A link takes its text from the entry below, which then is no more.
    const text = written(done, stack);
    stack.at(-1)?.parts.push(text);
  };
  for (const part of text.replace(/\ue116\n/g, LINE_BREAK).split(ANY_MARK)) {
    if (!ANY_MARK.test(part)) stack.at(-1)?.parts.push(decodeEntities(part));
    else if (part === LINE_BREAK) stack.at(-1)?.parts.push('\n');
    else if (isOpening(part)) {
      if (stack.length < 100) stack.push({ mark: part, parts: [] });
    } else if (stack.length > 1 && isClosing(part, stack)) close();
  }
  while (stack.length > 1) close();
  return (stack[0]?.parts.join('') ?? '').replace(/(?<=\S)[ \t]{2,}/g, ' ').trim();
}

/** Text without its marks, for code. */
export function plainMarks(text: string): string {
  return decodeEntities(
    text.replace(/\ue111[^\ue112]*\ue112|\ue114[^\ue115]*\ue115/g, '').replace(/[\ue100-\ue117]/g, ''),
  );
}

const OPENINGS: ReadonlySet<string> = new Set([
  ...Object.values(MARKS).map(([open]) => open),
  LINK.text,
  LINK.address,
  IMAGE.text,
  IMAGE.address,
]);
const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  ...Object.values(MARKS).map(([open, end]): [string, string] => [end, open]),
  [LINK.end, LINK.address],
  [IMAGE.end, IMAGE.address],
]);

function isOpening(mark: string): boolean {
  return OPENINGS.has(mark);
}

function isClosing(mark: string, stack: readonly Open[]): boolean {
  return stack.at(-1)?.mark === CLOSED_BY.get(mark);
}

function written({ mark, parts }: Open, stack: Open[]): string {
  const text = parts.join('');
  if (stack.some((open) => open.mark === MARKS.code[0])) return text;
  const before = stack.at(-1)?.parts.at(-1) ?? '';
  switch (mark) {
    case MARKS.strong[0]:
      return wrap(text, '**');
    case MARKS.emphasis[0]:
      return wrap(text, '*');
    case MARKS.deleted[0]:
      return wrap(text, '~~');
    case MARKS.code[0]:
      return inlineCode(text);
    case MARKS.superscript[0]:
      return superscript(before, text);
    case MARKS.subscript[0]:
      return subscript(before, text);
    case LINK.address:
      return link(text, stack, '');
    case IMAGE.address:
      return link(text, stack, '!');
    default:
      return text;
  }
}

/** The address has been read; its text stands in the entry below. */
function link(address: string, stack: Open[], lead: string): string {
  const below = stack.pop();
  const text = (below?.parts.join('') ?? '').replace(/\s+/g, ' ').trim();
  if (stack.length === 0) stack.push({ mark: '', parts: [] });
  const target = address.trim().replace(/[\s()<>]/g, (char) => encodeURIComponent(char));
  if (text === '' && lead === '') return `<${address}>`;
  if (target === '' || text.includes('](')) return text;
  if (text === address && lead === '') return `<${text}>`;
  return `${lead}[${text.replace(/[[\]]/g, lead === '' ? '\\$&' : '')}](${target})`;
}

/** Marks outside of the white space at the text's ends, never around nothing or several lines. */
function wrap(content: string, marks: string): string {
  const text = content.trim();
  if (text === '' || text.includes('\n') || text.startsWith(marks)) return content;
  const start = content.indexOf(text);
  return content.slice(0, start) + marks + text + marks + content.slice(start + text.length);
}
