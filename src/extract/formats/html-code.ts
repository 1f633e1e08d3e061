import { classesOf, findAll, type HtmlElement, type HtmlNode, isElement, named } from './html-dom.js';
import { scriptedText, scriptOf } from './html-scripts.js';
import { canonicalLanguage, isLanguage } from './languages.js';
import { subscript, superscript } from './raised-text.js';

const LANGUAGE_CLASS = /^(?:language|lang|highlight-source|highlight|brush|src|code|sourceCode|prettyprint)-(.+)$/i;
const NOT_LANGUAGES = new Set(
  'wrapper rouge notranslate block container default none hljs highlight chroma line lines numbers snippet dark light theme theme-light theme-dark shiki'.split(
    ' ',
  ),
);
const GUTTER =
  /^(?:lineno|linenos|linenumber|line-number|line-numbers|line-numbers-rows|lnt|ln|ln-num|gutter|hljs-ln-numbers|rouge-gutter|blob-num|copybtn|copy|clipboard-copy|zeroclipboard-container|ec-line-number)$/i;

/** Fenced Markdown of a listing, line numbers and copy buttons left out. Empty when there is no code. */
export function fencedCode(pre: HtmlElement): string {
  const code = trimBlankLines(codeText(pre));
  if (code === '') return '';
  return fence(code, languageOf(pre));
}

/** Code between fences that are longer than any run of backticks in it. */
export function fence(code: string, language: string): string {
  let longest = 2;
  for (const run of code.match(/`{3,}/g) ?? []) longest = Math.max(longest, run.length);
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${code}\n${marks}`;
}

/** Inline code with delimiters that fit its content. */
export function inlineCode(content: string): string {
  const code = content.replace(/\s+/g, ' ').trim();
  if (code === '') return '';
  const runs = new Set((code.match(/`+/g) ?? []).map((run) => run.length));
  let size = 1;
  while (runs.has(size)) size++;
  const marks = '`'.repeat(size);
  const pad = code.startsWith('`') || code.endsWith('`') ? ' ' : '';
  return `${marks}${pad}${code}${pad}${marks}`;
}

/** The listing of a table that only lays it out beside its line numbers: a cell, or what it holds. */
export function codeCellOf(rows: readonly (readonly HtmlElement[])[]): HtmlElement | undefined {
  const [cells] = rows;
  if (rows.length !== 1 || cells === undefined || cells.length < 2 || cells.length > 3) return undefined;
  const code = cells.at(-1);
  if (code === undefined || !cells.slice(0, -1).every((cell) => isGutter(cell, code))) return undefined;
  const listings = findAll(code, named('pre'));
  return listings.length === 1 ? listings[0] : code;
}

/** Listing of a table with a row for each line: the number, then the code. Undefined for other tables. */
export function codeRowsOf(rows: readonly (readonly HtmlElement[])[]): string | undefined {
  if (rows.length < 2) return undefined;
  const lines = rows.map(([number, code, more]) => {
    const said = number?.getAttribute('data-line-number') ?? number?.textContent.trim() ?? '';
    const isNumber = /^\d+$/.test(said) && more === undefined;
    return isNumber && code !== undefined && isCodeCell(code) ? { number: Number(said), code } : undefined;
  });
  const first = lines[0]?.number ?? 0;
  if (!lines.every((line, at) => line?.number === first + at)) return undefined;
  return lines.map((line) => (line === undefined ? '' : codeText(line.code).replace(/\s+$/, ''))).join('\n');
}

function isCodeCell(cell: HtmlElement): boolean {
  const only = cell.children.length === 1 ? cell.children[0] : undefined;
  const isCode = (one: HtmlElement | undefined): boolean =>
    (one?.localName === 'pre' || one?.localName === 'code') && one.textContent.trim() === cell.textContent.trim();
  return isCode(only) || classesOf(cell).some((name) => /^(?:blob-code|hljs-ln-code|code)(?:-|$)/.test(name));
}

/** Whether a cell numbers the lines of the listing beside it, whatever its class says. */
function isGutter(cell: HtmlElement, code: HtmlElement): boolean {
  const numbers = codeText(cell, true)
    .split(/\s+/)
    .filter((word) => word !== '');
  const holdsCode = findAll(code, named('pre', 'code')).length > 0;
  if (numbers.length === 0) return holdsCode && classesOf(cell).some((name) => GUTTER.test(name));
  const first = Number(numbers[0]);
  if (!numbers.every((word, at) => /^\d+$/.test(word) && Number(word) === first + at)) return false;
  const lines = trimBlankLines(codeText(code)).split('\n').length;
  return numbers.length === 1 ? lines === 1 && holdsCode : holdsCode || lines === numbers.length;
}

/** Lines of a `div` that holds a listing without `pre`, as Doxygen writes it; undefined for any other element. */
export function codeLinesOf(element: HtmlElement): string | undefined {
  if (element.localName !== 'div') return undefined;
  const lines = element.children;
  const isLine = (one: HtmlElement): boolean => one.localName === 'div' && classesOf(one).includes('line');
  if (lines.length === 0 || !isLine(lines[0] ?? element) || !lines.every(isLine)) return undefined;
  return fence(trimBlankLines(codeText(element)), languageOf(element));
}

/** Text of a listing as it is displayed: `br` and block lines become line ends, line numbers are left out. */
function codeText(listing: HtmlElement, withNumbers = false): string {
  const parts: string[] = [];
  /** Places in `parts` of elements that hold a number and nothing else. */
  const numbers = new Set<number>();
  let hasGutter = false;
  const push = (text: string): void => {
    if (text !== '') parts.push(text);
  };
  const visit = (node: HtmlNode): void => {
    if (!isElement(node)) {
      push(node.nodeValue);
      return;
    }
    if (node.localName === 'br') push('\n');
    if (!withNumbers && isChrome(node)) {
      hasGutter ||= /\d/.test(node.textContent);
      return;
    }
    const script = scriptOf(node);
    if (script !== undefined) {
      const before = (parts.at(-1) ?? '').slice(-40);
      push((script === 'sup' ? superscript : subscript)(before, scriptedText(node)));
      return;
    }
    const start = parts.length;
    for (const child of node.childNodes) visit(child);
    if (node !== listing && parts.length === start + 1 && /^\s*\d+[.:|]?\s*$/.test(parts[start] ?? ''))
      numbers.add(start);
    const isLine = /^(?:div|li|tr|p)$/.test(node.localName) && node !== listing;
    if (isLine && !(parts.at(-1) ?? '\n').endsWith('\n')) parts.push('\n');
  };
  visit(listing);
  const code = withNumbers ? parts.join('') : withoutNumbers(parts, numbers);
  const isNumbered = hasGutter || (!withNumbers && code.length < parts.join('').length);
  return isNumbered ? withoutMargin(code.replace(/\u00a0/g, ' ')) : code.replace(/\u00a0/g, ' ');
}

/** Leaves out the numbers of a listing's lines where each line begins with the next one, set apart by an element. */
function withoutNumbers(parts: readonly string[], numbers: ReadonlySet<number>): string {
  const whole = parts.join('');
  if (numbers.size < 2) return whole;
  const found = new Map<number, number>();
  let isLineStart = true;
  let lines = 0;
  for (const [at, part] of parts.entries()) {
    if (isLineStart && part.trim() !== '') {
      if (!numbers.has(at)) return whole;
      found.set(at, Number.parseInt(part, 10));
      lines++;
      isLineStart = false;
    }
    // Only a number that nothing but its own line follows can be one of a gutter.
    const breaks = part.split('\n');
    if (breaks.length > 2 && breaks.slice(1, -1).some((line) => line.trim() !== '')) return whole;
    if (breaks.length > 1) {
      if ((breaks.at(-1) ?? '').trim() !== '') return whole;
      isLineStart = true;
    }
  }
  const series = [...found.values()];
  if (lines < 2 || !series.every((number, at) => number === (series[0] ?? 0) + at)) return whole;
  return parts.map((part, at) => (found.has(at) ? '' : part)).join('');
}

/** Leaves out the one space that sets all lines apart from the numbers before them. */
function withoutMargin(code: string): string {
  return /^(?!\s*$)(?! )/m.test(code.replace(/^\s*$/gm, '')) ? code : code.replace(/^ /gm, '');
}

function isChrome(element: HtmlElement): boolean {
  if (element.localName === 'button') return true;
  return classesOf(element).some((name) => GUTTER.test(name));
}

/** Drops empty lines around code and spaces at its end; the first line's indentation stays. */
function trimBlankLines(code: string): string {
  const lines = code.split(/\r?\n/);
  let start = 0;
  let end = lines.length;
  while (start < end && lines[start]?.trim() === '') start++;
  while (end > start && lines[end - 1]?.trim() === '') end--;
  return lines.slice(start, end).join('\n');
}

/** Language named on the listing, on its code element, or on up to three ancestors. */
function languageOf(pre: HtmlElement): string {
  const inner = [...pre.children].find((child) => child.localName === 'code');
  const outer: HtmlElement[] = [];
  for (let node = pre.parentElement; node !== null && outer.length < 3; node = node.parentElement) outer.push(node);
  for (const element of [inner, pre, ...outer]) {
    const found = element === undefined ? undefined : languageOn(element, element === pre || element === inner);
    if (found !== undefined) return found;
  }
  return '';
}

function languageOn(element: HtmlElement, isListing: boolean): string | undefined {
  for (const attribute of ['data-lang', 'data-language', 'data-code-language', 'lang']) {
    if (attribute === 'lang' && !isListing) continue;
    const value = element.getAttribute(attribute);
    if (value !== null && /^[\w#+.-]{1,24}$/.test(value) && attribute !== 'lang') return cleanLanguage(value);
  }
  const classes = classesOf(element);
  for (const name of classes) {
    const found = LANGUAGE_CLASS.exec(name)?.[1];
    const language = found === undefined ? undefined : cleanLanguage(found);
    if (language !== undefined) return language;
  }
  const plain = isListing ? classes.find((name) => name.length > 1 && isLanguage(name)) : undefined;
  if (plain !== undefined) return cleanLanguage(plain);
  const at = classes.findIndex((name) => /^(?:hljs|sourceCode|brush:|src|chroma|prettyprint|highlight)$/.test(name));
  const next = classes[at + 1];
  return at >= 0 && isListing && next !== undefined ? cleanLanguage(next.replace(/;$/, '')) : undefined;
}

function cleanLanguage(name: string): string | undefined {
  if (!/^[\w#+.-]{1,24}$/.test(name) || NOT_LANGUAGES.has(name.toLowerCase())) return undefined;
  const language = canonicalLanguage(name);
  return language === 'text' ? undefined : language;
}

/** Lines of a fenced block as code on the one line of a cell each. */
export function inlineCodeLines(block: string): string[] {
  return block
    .split('\n')
    .slice(1, -1)
    .map((line) => inlineCode(line));
}
