/** HTML rewritten so that any parser builds the same shallow, well-formed tree from it. */
export interface TidyHtml {
  /** A whole document: doctype, html, head and body around the page's own elements. */
  readonly html: string;
  /** Bodies of `application/ld+json` scripts, in order. */
  readonly jsonLd: readonly string[];
}

/** Elements deeper than this are dissolved into their parents; their text stays. */
const MAX_DEPTH = 200;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const VOID = words(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr',
);
const RAW = words('script style title textarea xmp iframe noembed noframes svg');
const SKELETON = words('html head body');
const CLOSES_P = words(
  'address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr li main menu nav ol p pre search section summary table ul',
);
/** Elements that an end tag of another element may not close through. */
const SPECIAL = words(
  'address article aside blockquote button caption center details dd dialog dir div dl dt fieldset figcaption figure footer ' +
    'form h1 h2 h3 h4 h5 h6 header hgroup li main menu nav object ol p pre search section select summary table tbody td ' +
    'template tfoot th thead tr ul',
);
const SCOPE = words('table td th caption template object');
const TABLE_PARTS = words('table caption thead tbody tfoot tr td th');

/** For elements with optional end tags: which open elements they end, and what shields those. */
const IMPLIED: ReadonlyMap<string, readonly [closes: ReadonlySet<string>, shield: ReadonlySet<string>]> = new Map([
  ['li', [words('li'), words('ul ol menu dir table td th')]],
  ['dt', [words('dt dd'), words('dl table td th')]],
  ['dd', [words('dt dd'), words('dl table td th')]],
  ['tr', [words('tr caption'), words('table')]],
  ['td', [words('td th caption'), words('tr table')]],
  ['th', [words('td th caption'), words('tr table')]],
  ['thead', [words('thead tbody tfoot caption'), words('table')]],
  ['tbody', [words('thead tbody tfoot caption'), words('table')]],
  ['tfoot', [words('thead tbody tfoot caption'), words('table')]],
  ['option', [words('option'), words('select datalist')]],
  ['optgroup', [words('option optgroup'), words('select')]],
]);

/**
 * Rewrites HTML in one linear pass: comments, scripts and styles dropped, optional end tags written out, stray end tags
 * dropped, nesting capped. Parsers and walkers behind it need no guard of their own against hostile depth.
 */
export function tidyHtml(source: string): TidyHtml {
  return new Tidier(source).run();
}

class Tidier {
  private readonly out: string[] = [];
  private readonly jsonLd: string[] = [];
  private readonly open: string[] = [];
  private readonly dropped = new Map<string, number>();
  private readonly unterminated = new Set<string>();
  private htmlAttributes = '';
  private at = 0;

  constructor(private readonly source: string) {}

  run(): TidyHtml {
    const { source } = this;
    while (this.at < source.length) {
      const next = source.indexOf('<', this.at);
      const end = next === -1 ? source.length : next;
      if (end > this.at) this.out.push(source.slice(this.at, end));
      this.at = end;
      if (next !== -1) this.readMarkup();
    }
    while (this.open.length > 0) this.out.push(`</${this.open.pop()}>`);
    const body = this.out.join('');
    return {
      html: `<!doctype html><html${this.htmlAttributes}><head></head><body>${body}</body></html>`,
      jsonLd: this.jsonLd,
    };
  }

  private readMarkup(): void {
    const { source, at } = this;
    const char = source[at + 1] ?? '';
    if (source.startsWith('<!--', at)) this.skipPast('-->', at + 2);
    else if (source.startsWith('<![CDATA[', at)) this.readCdata();
    else if (char === '!' || char === '?') this.skipPast('>', at + 1);
    else if (/[a-z]/i.test(char)) this.readStartTag();
    else if (char === '/' && /[a-z]/i.test(source[at + 2] ?? '')) this.readEndTag();
    else {
      this.out.push('&lt;');
      this.at = at + 1;
    }
  }

  private skipPast(mark: string, from: number): void {
    const end = this.source.indexOf(mark, from);
    this.at = end === -1 ? this.source.length : end + mark.length;
  }

  private readCdata(): void {
    const start = this.at + '<![CDATA['.length;
    const close = this.source.indexOf(']]>', start);
    const end = close === -1 ? this.source.length : close;
    this.out.push(escapeText(this.source.slice(start, end)));
    this.at = close === -1 ? end : close + 3;
  }

  private readStartTag(): void {
    const start = this.at;
    const nameEnd = endOfName(this.source, start + 1);
    const name = this.source.slice(start + 1, nameEnd).toLowerCase();
    const end = endOfTag(this.source, nameEnd);
    const tag = this.source.slice(start, end);
    this.at = end;
    // A tag that the file's end cuts off is no tag.
    if (!tag.endsWith('>')) return;
    if (SKELETON.has(name)) {
      if (name === 'html' && this.htmlAttributes === '') {
        this.htmlAttributes = tag.slice(nameEnd - start, -1).replace(/\/$/, '');
      }
    } else if (RAW.has(name)) this.readRaw(name, tag);
    else this.openElement(name, tag);
  }

  private openElement(name: string, tag: string): void {
    if (CLOSES_P.has(name)) this.closeOpen(P, SCOPE);
    const implied = IMPLIED.get(name);
    if (implied !== undefined) this.closeOpen(implied[0], implied[1]);
    if (VOID.has(name)) {
      this.out.push(tag);
    } else if (this.open.length >= MAX_DEPTH) {
      this.dropped.set(name, (this.dropped.get(name) ?? 0) + 1);
    } else {
      this.open.push(name);
      this.out.push(tag);
    }
  }

  /** Closes the innermost open element of `names`, unless an element of `shield` stands above it. */
  private closeOpen(names: ReadonlySet<string>, shield: ReadonlySet<string>): void {
    for (let at = this.open.length - 1; at >= 0; at--) {
      const name = this.open[at] ?? '';
      if (names.has(name)) this.closeDownTo(at);
      if (names.has(name) || shield.has(name)) return;
    }
  }

  private closeDownTo(depth: number): void {
    while (this.open.length > depth) this.out.push(`</${this.open.pop()}>`);
  }

  private readEndTag(): void {
    const nameEnd = endOfName(this.source, this.at + 2);
    const name = this.source.slice(this.at + 2, nameEnd).toLowerCase();
    this.skipPast('>', nameEnd);
    const hidden = this.dropped.get(name) ?? 0;
    if (hidden > 0) this.dropped.set(name, hidden - 1);
    else if (name === 'br') this.out.push('<br>');
    else if (!VOID.has(name) && !SKELETON.has(name)) this.closeByEndTag(name);
  }

  private closeByEndTag(name: string): void {
    const walls = TABLE_PARTS.has(name) ? TABLE_ONLY : SPECIAL.has(name) ? SCOPE : SPECIAL;
    for (let at = this.open.length - 1; at >= 0; at--) {
      const candidate = this.open[at] ?? '';
      if (candidate === name) this.closeDownTo(at);
      if (candidate === name || walls.has(candidate)) return;
    }
  }

  /** Elements whose content is not markup. */
  private readRaw(name: string, tag: string): void {
    if (tag.endsWith('/>') && (name === 'svg' || name === 'title' || name === 'script')) return;
    if (this.unterminated.has(name)) return;
    const closing = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
    closing.lastIndex = this.at;
    const found = closing.exec(this.source);
    if (found === null) {
      // Like a browser, let an unclosed script or style swallow the rest; for the others only the tag is lost.
      if (name === 'script' || name === 'style') this.at = this.source.length;
      this.unterminated.add(name);
      return;
    }
    const content = this.source.slice(this.at, found.index);
    this.skipPast('>', found.index);
    if (name === 'script' && /\btype\s*=\s*["']?application\/ld\+json/i.test(tag)) this.jsonLd.push(content);
    else if (name === 'title') this.out.push(`<title>${content.replaceAll('<', '&lt;')}</title>`);
    else if (name === 'xmp') this.out.push(`<pre>${escapeText(content)}</pre>`);
  }
}

const P: ReadonlySet<string> = new Set(['p']);
const TABLE_ONLY: ReadonlySet<string> = new Set(['table']);

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function endOfName(source: string, from: number): number {
  let at = from;
  while (at < source.length && !/[\s/>]/.test(source[at] ?? '')) at++;
  return at;
}

/** Offset just behind the `>` that ends a tag, quoted attribute values stepped over; the length when there is none. */
function endOfTag(source: string, from: number): number {
  const delimiter = /[>"']/g;
  delimiter.lastIndex = from;
  for (let found = delimiter.exec(source); found !== null; found = delimiter.exec(source)) {
    if (found[0] === '>') return found.index + 1;
    // A quote opens a value only right after `=`; anywhere else it is a character of a broken attribute.
    if (!isAfterEquals(source, found.index)) continue;
    const close = source.indexOf(found[0], found.index + 1);
    if (close === -1) return endOfBrokenTag(source, found.index);
    delimiter.lastIndex = close + 1;
  }
  return source.length;
}

function isAfterEquals(source: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(source[before] ?? '')) before--;
  return source[before] === '=';
}

/** A quote that is never closed: the tag ends at the next `>` after all. */
function endOfBrokenTag(source: string, from: number): number {
  const end = source.indexOf('>', from);
  return end === -1 ? source.length : end + 1;
}
