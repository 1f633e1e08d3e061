import { classesOf, type HtmlElement, type HtmlNode, isElement } from './html-dom.js';
import { canonicalLanguage, isLanguage } from './languages.js';

const LANGUAGE_CLASS = /^(?:language|lang|highlight-source|highlight|brush|src|code|sourceCode|prettyprint)-(.+)$/i;
const NOT_LANGUAGES = new Set(
  'wrapper rouge notranslate block container default none hljs highlight chroma line lines numbers snippet dark light theme theme-light theme-dark shiki'.split(
    ' ',
  ),
);
const GUTTER =
  /^(?:lineno|linenos|linenumber|line-number|line-numbers|line-numbers-rows|lnt|ln|ln-num|gutter|hljs-ln-numbers|rouge-gutter|blob-num|copybtn|copy|clipboard-copy|zeroclipboard-container|ec-line-number)$/i;

/** Fenced Markdown of a `pre` element, line numbers and copy buttons left out. Empty when there is no code. */
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

/** Whether a table only lays out a listing beside its line numbers. */
export function codeCellOf(table: HtmlElement): HtmlElement | undefined {
  const listings = [...table.querySelectorAll('pre')];
  if (listings.length === 0 || listings.length > 2) return undefined;
  const hasGutter =
    table.querySelector('td.linenos, td.gutter, td.rouge-gutter, td.lntd, .linenodiv, td.lineno') !== null;
  return hasGutter ? listings.at(-1) : undefined;
}

/** Text of a listing as it is displayed: `br` and block lines become line ends. */
function codeText(pre: HtmlElement): string {
  const parts: string[] = [];
  const visit = (node: HtmlNode): void => {
    if (node.nodeType === 3) parts.push(node.nodeValue ?? '');
    if (!isElement(node)) return;
    if (node.localName === 'br') parts.push('\n');
    if (isChrome(node)) return;
    for (const child of node.childNodes) visit(child);
    const isLine = /^(?:div|li|tr|p)$/.test(node.localName) && node !== pre;
    if (isLine && !(parts.at(-1) ?? '\n').endsWith('\n')) parts.push('\n');
  };
  visit(pre);
  return parts.join('').replace(/\u00a0/g, ' ');
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
