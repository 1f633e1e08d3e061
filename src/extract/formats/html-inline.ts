import { inlineCode } from './html-code.js';
import { absoluteUrl, classesOf, type HtmlElement, type HtmlNode, isElement } from './html-dom.js';

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements that begin a line of their own. */
export const BLOCKS = set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr ul',
);
const SKIPPED = set(
  'script style template noscript title meta link base head svg canvas iframe object embed audio video button input select ' +
    'option textarea datalist clipboard-copy map area track source param rp frame frameset',
);
const CODE = set('code kbd samp tt');
const PERMALINK =
  /^(?:headerlink|header-?anchor|heading-?anchor|heading-link|hash-link|permalink|anchor(?:-link|js-link)?|deep-link|direct-link|octicon-link|sl-anchor-link)$/i;
const UNSEEN = /^(?:sr-only|visually-hidden|screen-reader-text|visuallyhidden|sr-only-focusable)$/i;

/** Writes what stands inside a line: text, emphasis, links, code, pictures. */
export class InlineWriter {
  /** @param base absolute URL that relative links are resolved against */
  constructor(private readonly base: string) {}

  /** Markdown of an element's content. `isHeading` leaves out permalinks. */
  inlineOf(element: HtmlElement, isHeading = false): string {
    const nodes = [...element.childNodes].filter((node) => !isHeading || !isPermalink(node));
    return tidyInline(this.inline(nodes));
  }

  /** Markdown of nodes, white space not yet tidied. */
  inline(nodes: Iterable<HtmlNode>): string {
    let text = '';
    for (const node of nodes) {
      if (node.nodeType === 3) text += (node.nodeValue ?? '').replace(/[ \t\r\n\f]+/g, ' ');
      else if (isElement(node) && !isSkipped(node)) text += this.inlineElement(node);
    }
    return text;
  }

  private inlineElement(element: HtmlElement): string {
    const name = element.localName;
    if (CODE.has(name)) return this.code(element);
    const content = (): string => this.inline(element.childNodes);
    switch (name) {
      case 'br':
        return '\n';
      case 'a':
        return this.link(element, content());
      case 'img':
        return this.image(element);
      case 'strong':
      case 'b':
        return wrap(content(), '**');
      case 'em':
      case 'i':
        return wrap(content(), '*');
      case 'del':
      case 's':
      case 'strike':
        return wrap(content(), '~~');
      case 'sup':
        return raised(content());
      case 'q':
        return `"${content()}"`;
      case 'input':
        return element.hasAttribute('checked') ? '[x] ' : '[ ] ';
      case 'math':
        return mathText(element);
      default:
        // A block inside a line (a heading in a cell) is set off from its neighbours.
        return BLOCKS.has(name) ? ` ${content()} ` : content();
    }
  }

  /** Inline code; a link that covers the whole of it stays a link. */
  private code(element: HtmlElement): string {
    const code = inlineCode(element.textContent ?? '');
    const links = [...element.children].filter((child) => child.localName === 'a');
    const only = links.length === 1 ? links[0] : undefined;
    if (only === undefined || (only.textContent ?? '').trim() !== (element.textContent ?? '').trim()) return code;
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
    const alt = (element.getAttribute('alt') ?? '').replace(/\s+/g, ' ').replace(/[[\]]/g, '').trim();
    if (alt === '') return '';
    const source = element.getAttribute('src') ?? element.getAttribute('data-src');
    const url = this.address(source);
    return url === undefined ? alt : `![${alt}](${url})`;
  }
}

/** Whether an element is not shown, or shows nothing that can be read. */
export function isSkipped(element: HtmlElement): boolean {
  if (element.localName === 'input') return element.getAttribute('type') !== 'checkbox';
  if (SKIPPED.has(element.localName)) return true;
  if (element.hasAttribute('hidden') && element.getAttribute('role') !== 'tabpanel') return true;
  if (element.getAttribute('aria-hidden') === 'true' && element.localName !== 'pre') return true;
  if (/display\s*:\s*none/i.test(element.getAttribute('style') ?? ''))
    return element.getAttribute('role') !== 'tabpanel';
  return classesOf(element).some((name) => UNSEEN.test(name));
}

/** Whether a node is a heading's link to itself. */
export function isPermalink(node: HtmlNode): boolean {
  if (!isElement(node) || node.localName !== 'a') return false;
  if (classesOf(node).some((name) => PERMALINK.test(name)) && (node.textContent ?? '').trim().length <= 2) return true;
  return /^[\s¶#§🔗\u200b\u200c\ufeff]*$/u.test(node.textContent ?? '') && node.querySelector('img') === null;
}

/** Puts marks around text, outside its own white space, and never around nothing or around several lines. */
function wrap(content: string, marks: string): string {
  const text = content.trim();
  if (text === '' || text.includes('\n') || text.startsWith(marks)) return content;
  const start = content.indexOf(text);
  return content.slice(0, start) + marks + text + marks + content.slice(start + text.length);
}

function raised(content: string): string {
  return /^\s*[\w+-]{1,4}\s*$/.test(content) ? `^${content.trim()}` : content;
}

function mathText(element: HtmlElement): string {
  const annotation = element.querySelector('annotation');
  const tex = annotation?.textContent ?? element.getAttribute('alttext');
  return tex === null || tex === undefined ? (element.textContent ?? '').replace(/\s+/g, ' ') : `$${tex.trim()}$`;
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
