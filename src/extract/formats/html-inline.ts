import { inlineCode } from './html-code.js';
import { absoluteUrl, classesOf, type HtmlElement, type HtmlNode, isElement, named } from './html-dom.js';
import { formulaOf } from './html-formula.js';
import { isHidden } from './html-hidden.js';
import { noteLoss } from './html-losses.js';
import { isNoteMark, scriptedText, scriptOf } from './html-scripts.js';
import { DRAWING_WORDS } from './html-tree.js';
import type { LossCounter } from './loss-counter.js';
import { fraction, noteMark, subscript, superscript } from './raised-text.js';

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements that begin a line of their own. */
const BLOCKS = set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr ul',
);
const SKIPPED = set(
  'script style template noscript title meta link base head canvas iframe embed applet audio video button input select ' +
    'option textarea datalist clipboard-copy map area track source param rp frame frameset',
);
const CODE = set('code kbd samp tt');
const MARKS: ReadonlyMap<string, string> = new Map([
  ['strong', '**'],
  ['b', '**'],
  ['em', '*'],
  ['i', '*'],
  ['del', '~~'],
  ['s', '~~'],
  ['strike', '~~'],
]);
const PERMALINK =
  /^(?:headerlink|header-?anchor|heading-?anchor|heading-link|hash-link|permalink|anchor(?:-link|js-link)?|deep-link|direct-link|octicon-link|sl-anchor-link)$/i;
/** Captions of old Javadoc tables that choose rows by script. */
const TABLE_TABS = /^(?:activeTableTab|tableTab)$/;
/** As much of a line as tells what a raised number stands behind. */
const MAX_BASE = 40;

/** Writes what stands inside a line: text, emphasis, links, code, formulas, pictures. */
export class InlineWriter {
  /**
   * @param base absolute URL that relative links are resolved against
   * @param losses counts what is left out
   */
  constructor(
    private readonly base: string,
    private readonly losses: LossCounter,
  ) {}

  /** Markdown of an element's content. `isHeading` leaves out permalinks. */
  inlineOf(element: HtmlElement, isHeading = false): string {
    const nodes = element.childNodes.filter((node) => !isHeading || !isPermalink(node));
    return tidyInline(this.inline(nodes));
  }

  /** Markdown of nodes that stand behind `before` on their line, white space not yet tidied. */
  inline(nodes: readonly HtmlNode[], before = ''): string {
    let text = '';
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at];
      if (node === undefined) continue;
      const line = text.length >= MAX_BASE ? text.slice(-MAX_BASE) : before + text;
      const under = isElement(node) ? denominator(nodes, at) : undefined;
      if (!isElement(node)) text += node.nodeValue.replace(/[ \t\r\n\f]+/g, ' ');
      else if (under !== undefined) {
        text += fraction(line, this.inline(node.childNodes), this.inline(under.childNodes));
        at = nodes.indexOf(under, at);
      } else if (!this.skips(node)) text += this.element(node, line);
    }
    return text;
  }

  /** Whether an element is left out; what it would have shown is counted. */
  skips(element: HtmlElement): boolean {
    if (!isSkipped(element)) return false;
    if (!isHidden(element)) noteLoss(this.losses, element);
    return true;
  }

  private element(element: HtmlElement, before: string): string {
    const formula = formulaOf(element);
    if (formula !== undefined) {
      if (formula.text === undefined) this.losses.add('formula');
      const text = formula.text ?? formula.fallback;
      return text.startsWith('$$') ? ` ${text} ` : text;
    }
    const name = element.localName;
    if (CODE.has(name)) return this.code(element);
    const content = (): string => this.inline(element.childNodes, before);
    const marks = MARKS.get(name);
    if (marks !== undefined) return wrap(content(), marks);
    const script = scriptOf(element);
    if (script === 'sub') return subscript(before, content());
    if (script === 'sup') return isNoteMark(element) ? noteMark(element.textContent) : superscript(before, content());
    switch (name) {
      case 'br':
        return '\n';
      case 'a':
        return this.link(element, content());
      case 'img':
        return this.image(element);
      case 'svg':
        return this.drawing(element);
      case 'object':
        return this.embedded(element, content());
      case 'q':
        return `"${content()}"`;
      case 'rt':
        return content().trim() === '' ? '' : `(${content().trim()})`;
      case 'input':
        return element.hasAttribute('checked') ? '[x] ' : '[ ] ';
      default:
        // A block inside a line (a heading in a cell) is set off from its neighbours.
        return isBlock(element) ? ` ${content()} ` : content();
    }
  }

  /** Inline code; a link that covers the whole of it stays a link. */
  private code(element: HtmlElement): string {
    const code = inlineCode(scriptedText(element));
    const links = element.children.filter((child) => child.localName === 'a');
    const only = links.length === 1 ? links[0] : undefined;
    if (only === undefined || only.textContent.trim() !== element.textContent.trim()) return code;
    return this.link(only, code);
  }

  private link(element: HtmlElement, content: string): string {
    const text = content.trim();
    const url = this.target(element);
    if (url === undefined && isPermalink(element)) return '';
    if (url === undefined || text === '' || text.includes('](')) return content;
    const before = /^\s/.test(content) ? ' ' : '';
    const after = /\s$/.test(content) ? ' ' : '';
    if (text === url) return `${before}<${url}>${after}`;
    return `${before}[${text.replace(/\s*\n\s*/g, ' ')}](${url})${after}`;
  }

  /** Where a link leads; undefined for places on the same page and for what is not an address. */
  target(element: HtmlElement): string | undefined {
    const href = element.getAttribute('href')?.trim() ?? '';
    return href === '' || href.startsWith('#') ? undefined : this.address(href);
  }

  /** An absolute address; in a file on this disk relative ones stay, as the folder's own path is nobody's business. */
  private address(href: string | null): string | undefined {
    const isLocal =
      this.base.startsWith('file:') && href !== null && !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(href.trim());
    const url = isLocal ? href.trim().replace(/\s/g, '%20') : absoluteUrl(href, this.base);
    return url?.replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'));
  }

  private image(element: HtmlElement): string {
    const words = element.getAttribute('alt') ?? element.getAttribute('aria-label') ?? element.getAttribute('title');
    const alt = (words ?? '').replace(/\s+/g, ' ').replace(/[[\]]/g, '').trim();
    if (alt === '') {
      noteLoss(this.losses, element);
      return '';
    }
    const source = element.getAttribute('src') ?? element.getAttribute('data-src');
    const url = this.address(source);
    return url === undefined ? alt : `![${alt}](${url})`;
  }

  /** What a drawing says of itself, but for signs on links, which repeat the words beside them. */
  private drawing(element: HtmlElement): string {
    noteLoss(this.losses, element);
    const words = element.getAttribute(DRAWING_WORDS) ?? '';
    const isSign = element.closest(named('a', 'button', 'summary', 'label')) !== undefined;
    return words === '' || isSign ? '' : ` ${words} `;
  }

  private embedded(element: HtmlElement, content: string): string {
    if (content.trim() === '') noteLoss(this.losses, element);
    return content;
  }
}

/** Whether an element begins a line of its own, by its name or by what its style says. */
export function isBlock(element: HtmlElement): boolean {
  const style = element.getAttribute('style');
  const display = style === null ? undefined : /(?:^|;)\s*display\s*:\s*([a-z-]+)/i.exec(style)?.[1]?.toLowerCase();
  if (display !== undefined && !/^(?:table|list)/.test(display)) {
    if (/^inline/.test(display) || display === 'contents')
      return !/^(?:div|p|section|article|span|dd|dt)$/.test(element.localName) && BLOCKS.has(element.localName);
    if (/^(?:block|flex|grid)$/.test(display) && element.localName === 'span') return true;
  }
  return BLOCKS.has(element.localName);
}

/** The lower part of a fraction that a raised number, a slash and a lowered number make. */
function denominator(nodes: readonly HtmlNode[], at: number): HtmlElement | undefined {
  const [over, slash, under] = nodes.slice(at, at + 3);
  if (over === undefined || slash === undefined || under === undefined) return undefined;
  if (!isElement(over) || over.localName !== 'sup' || !isElement(under) || under.localName !== 'sub') return undefined;
  return /^\s*[/\u2044\u2215]\s*$/.test(slash.textContent) ? under : undefined;
}

/** Whether an element is not shown, or shows nothing that can be read. */
export function isSkipped(element: HtmlElement): boolean {
  if (element.localName === 'input') return element.getAttribute('type')?.toLowerCase() !== 'checkbox';
  if (SKIPPED.has(element.localName)) return true;
  if (element.attributes.size === 0) return false;
  const classes = classesOf(element);
  // What renderers of formulas hide from some readers is read as a formula.
  if (classes.some((name) => name === 'mwe-math-element' || name.startsWith('katex'))) {
    return classes.includes('katex-html') && element.closest((one) => classesOf(one).includes('katex')) !== undefined;
  }
  return isHidden(element) || classes.some((name) => TABLE_TABS.test(name));
}

/** Whether a node is a heading's link to itself. */
export function isPermalink(node: HtmlNode): boolean {
  if (!isElement(node) || node.localName !== 'a') return false;
  const text = node.textContent;
  if (classesOf(node).some((name) => PERMALINK.test(name)) && text.trim().length <= 2) return true;
  return /^[\s¶#§🔗\u200b\u200c\ufeff]*$/u.test(text) && !holdsPicture(node);
}

function holdsPicture(element: HtmlElement): boolean {
  return element.children.some((child) => child.localName === 'img' || holdsPicture(child));
}

/** Puts marks around text, outside its own white space, and never around nothing or around several lines. */
function wrap(content: string, marks: string): string {
  const text = content.trim();
  if (text === '' || text.includes('\n') || text.startsWith(marks)) return content;
  const start = content.indexOf(text);
  return content.slice(0, start) + marks + text + marks + content.slice(start + text.length);
}

/** Collapses white space as a browser does, line ends from `br` kept. */
export function tidyInline(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{2,}/g, '\n')
    .trim();
}
