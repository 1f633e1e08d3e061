import { canonicalLanguage } from './languages.js';
import { replaceInline } from './light-markup.js';
import { LossCounter } from './loss-counter.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';
import { pipeTableLines } from './pipe-table.js';
import { subscript, superscript } from './raised-text.js';

/**
 * Reads Org as Markdown with the same number of lines: line n of the text is line n of the file, but for documents with a table that
 * has no rule below its first row.
 */
export function parseOrg(source: string): ParsedBody {
  const converter = new OrgConverter(source.split('\n'));
  const text = converter.convert().join('\n');
  return {
    text,
    format: 'markdown',
    title: converter.title || firstHeading(text),
    tags: converter.tags,
    metadata: converter.named,
    losses: converter.losses.toLosses(),
  };
}

const INLINE: readonly (readonly [RegExp, string])[] = [
  [/\[\[([^\][]+)\]\[([^\][]+)\]\]/g, '[$2]($1)'],
  [/\[\[([^\][]+)\]\]/g, '<$1>'],
  [/(^|[\s({'"])\*([^\s*](?:[^*]*[^\s*])?)\*(?=[\s)}'",.;:!?-]|$)/g, '$1**$2**'],
  [/(^|[\s({'"])\/([^\s/](?:[^/]*[^\s/])?)\/(?=[\s)}'",.;:!?-]|$)/g, '$1*$2*'],
  [/(^|[\s({'"])\+([^\s+](?:[^+]*[^\s+])?)\+(?=[\s)}'",.;:!?-]|$)/g, '$1~~$2~~'],
  [/(^|[\s({'"])_([^\s_](?:[^_]*[^\s_])?)_(?=[\s)}'",.;:!?-]|$)/g, '$1$2'],
  [/\\\\$/g, ''],
];
/** Verbatim text, formulas and raised text: what is in them is no markup. */
const SPANS =
  /(^|[\s({'"])[=~]([^\s=~](?:[^=~]*[^\s=~])?)[=~](?=[\s)}'",.;:!?-]|$)|\\\(([^\n]{1,500}?)\\\)|\\\[([^\n]{1,500}?)\\\]|(?<=\S)([\^_])\{([^{}\n]{1,100})\}|(\$[^\s$](?:[^$\n]{0,300}[^\s$])?\$)(?!\w)/g;
const PICTURE = /^(?:file:|\.{0,2}\/)?[^\s:]*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)$/i;

class OrgConverter {
  title = '';
  readonly tags: string[] = [];
  readonly named: Record<string, string> = {};
  readonly losses = new LossCounter();
  private readonly out: string[] = [];
  /** Line that ends the block being read, in lower case; empty outside of blocks. */
  private closing = '';
  private isDropped = false;
  private isQuote = false;
  private isDrawer = false;
  private at = 0;

  constructor(private readonly lines: readonly string[]) {}

  convert(): string[] {
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at] ?? '';
      if (this.closing === '' && !this.isDrawer && /^[ \t]*\|/.test(line)) this.readTable();
      else this.out.push(this.line(line));
    }
    return this.out;
  }

  private line(line: string): string {
    const lower = line.trim().toLowerCase();
    if (this.closing !== '') return this.verbatimLine(line, lower);
    if (this.isDrawer || /^:(?:properties|logbook):$/.test(lower)) {
      this.isDrawer = lower !== ':end:';
      return '';
    }
    const begin = /^[ \t]*#\+begin_(src|example|export|comment)(?:[ \t]+([\w+#-]+))?/i.exec(line);
    if (begin !== null) return this.openBlock(begin[1]?.toLowerCase() ?? '', begin[2]);
    const quote = /^[ \t]*#\+(begin|end)_(?:quote|verse)/i.exec(line);
    if (quote !== null) this.isQuote = quote[1]?.toLowerCase() === 'begin';
    const keyword = /^[ \t]*#\+([\w-]+):?[ \t]*(.*)$/.exec(line);
    if (keyword !== null) return this.keyword(keyword[1]?.toLowerCase() ?? '', keyword[2] ?? '');
    if (/^[ \t]*#(?:[ \t]|$)/.test(line)) return '';
    return this.isQuote ? `> ${this.text(line).trimStart()}`.trimEnd() : this.text(line);
  }

  private verbatimLine(line: string, lower: string): string {
    if (lower !== this.closing) return this.isDropped ? '' : line.replace(/^([ \t]*),(?=[*#,])/, '$1');
    this.closing = '';
    return this.isDropped ? '' : '```';
  }

  private openBlock(kind: string, language: string | undefined): string {
    this.closing = `#+end_${kind}`;
    this.isDropped = kind === 'comment' || kind === 'export';
    if (kind === 'export') this.losses.add('other');
    return this.isDropped ? '' : `\`\`\`${language === undefined || kind !== 'src' ? '' : canonicalLanguage(language)}`;
  }

  private keyword(name: string, value: string): string {
    if (name === 'title') this.title = `${this.title} ${value}`.trim();
    else if (name === 'filetags') this.tags.push(...value.split(/[:\s]+/).filter((tag) => tag !== ''));
    else if (/^(?:author|date|description|keywords|subtitle)$/.test(name) && value !== '')
      this.named[name] = value.slice(0, 1000);
    else if (name === 'include') this.losses.add('other');
    else if (name === 'caption' && value !== '') return `**${this.inline(value).replaceAll('**', '')}**`;
    return '';
  }

  private text(line: string): string {
    const heading =
      /^(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED|COMMENT)[ \t]+)?(?:\[#[A-Z]\][ \t]+)?(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*$/.exec(
        line,
      );
    if (heading !== null) return `${'#'.repeat(Math.min(6, heading[1]?.length ?? 1))} ${this.inline(heading[2] ?? '')}`;
    const fixed = /^[ \t]*:(?:[ \t](.*))?$/.exec(line);
    if (fixed !== null) return `    ${fixed[1] ?? ''}`.trimEnd();
    const picture = /^[ \t]*\[\[([^\][]+)\]\][ \t]*$/.exec(line)?.[1];
    if (picture !== undefined && PICTURE.test(picture)) {
      this.losses.add('image');
      return '';
    }
    const item =
      /^([ \t]*)([-+]|\d+[.)]|[ \t]\*)[ \t]+(?:\[@\d+\][ \t]+)?(?:(\[[ xX-]\])[ \t]+)?(?:(\S.{0,200}?)[ \t]+::(?:[ \t]+|$))?(.*)$/.exec(
        line,
      );
    if (item === null) return this.inline(line);
    const [, pad = '', mark = '-', box, term, rest = ''] = item;
    const lead = `${pad}${/^\d/.test(mark) ? mark : '-'} ${box === undefined ? '' : `${box.toLowerCase()} `}`;
    return `${lead}${term === undefined ? '' : `**${this.inline(term).replaceAll('**', '')}**: `}${this.inline(rest)}`.trimEnd();
  }

  private inline(line: string): string {
    const held: string[] = [];
    const hold = (text: string): string => `\ue000${held.push(text) - 1}\ue001`;
    const spans = line
      .replace(/[\ue000\ue001]/g, '\ufffd')
      .replace(SPANS, (_whole, ...found: (string | undefined)[]) => {
        const [lead, code, inner, display, raise, raised = '', dollars, at, whole = ''] = found;
        if (code !== undefined) return (lead ?? '') + hold(`\`${code}\``);
        const before = whole.slice(0, Number(at));
        if (raise !== undefined) return hold(raise === '^' ? superscript(before, raised) : subscript(before, raised));
        return hold(dollars ?? (inner === undefined ? `$$${display ?? ''}$$` : `$${inner}$`));
      });
    return replaceInline(spans, INLINE).replace(/\ue000(\d+)\ue001/g, (_whole, at: string) => held[Number(at)] ?? '');
  }

  /** A table as a pipe table on its own lines; its first row is the header where a rule stands below it. */
  private readTable(): void {
    const start = this.at;
    const rows: string[][] = [];
    let hasHeader = false;
    for (; /^[ \t]*\|/.test(this.lines[this.at] ?? ''); this.at++) {
      const line = (this.lines[this.at] ?? '').trim();
      if (/^\|-[-+|]*$/.test(line)) hasHeader ||= rows.length === 1;
      else rows.push(this.cells(line));
    }
    const body = rows.filter((row) => row.some((cell) => !/^(?:<[lrc]?\d*>|)$/.test(cell)));
    const table = pipeTableLines(body, hasHeader);
    for (const line of table) this.out.push(line);
    for (let count = table.length; count < this.at - start; count++) this.out.push('');
    this.at--;
  }

  private cells(line: string): string[] {
    return line
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => this.inline(cell.trim()).replace(/\\vert(?:\{\})?/g, '|'));
  }
}
