import { replaceInline } from '../light-markup.js';
import { subscript, superscript } from '../raised-text.js';

const CODE_ROLE =
  /:(?:[\w+-]+:)?(?:func|class|meth|mod|attr|data|obj|exc|const|type|member|macro|file|program|command|option|envvar|code|literal|kbd|samp|keyword|regexp|mimetype|makevar|opcode|token|dfn|c|js|py):`[~!.]?([^`<]+?)(?:[ \t]*<[^`>]*>)?`/g;

const RULES: readonly (readonly [RegExp, string])[] = [
  [CODE_ROLE, '`$1`'],
  [/:pep:`(\d+)(?:#[^`]*)?`/gi, 'PEP $1'],
  [/:rfc:`(\d+)(?:#[^`]*)?`/gi, 'RFC $1'],
  [/:(?:[\w+-]+:){1,2}`([^`<]+?)[ \t]*<[^`>]*>`/g, '$1'],
  [/:(?:[\w+-]+:){0,1}[\w+-]+:`~?([^`]+)`/g, '$1'],
  [/`([^`<]+?)[ \t]*<([^`>\s]+_)>`__?/g, '$1'],
  [/`([^`<]+?)[ \t]*<([^`>\s]+)>`__?/g, '[$1]($2)'],
  [/(?<![\w`])_`([^`]+)`/g, '$1'],
  [/`([^`]+)`__?(?![\w`])/g, '$1'],
  [/\b([A-Za-z][\w-]*)_(?=[\s.,;:!?)]|$)(?<!__)/g, '$1'],
  [/(?<![\w\\|])\|(\w(?:[\w -]*\w)?)\|_{0,2}(?![\w|])/g, '$1'],
  [/\[(#[\w-]*|\d+|\*|[A-Za-z][\w.-]*)\]_(?!\w)/g, '[$1]'],
];

/** Literals and formulas, which no rule touches, and raised text. */
const SPANS = /``([^`]+(?:`[^`]+)*)``|:math:`([^`]+)`|`([^`]+)`:math:|:(sup|superscript|sub|subscript):`([^`]+)`/g;
const HELD = /\ue000(\d+)\ue001/g;

/** Writes the inline marks of a document as Markdown. */
export class RstInline {
  /**
   * @param substitutions what `|name|` stands for
   * @param roles what the document's own roles are made of
   */
  constructor(
    private readonly substitutions: ReadonlyMap<string, string>,
    private readonly roles: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** A line's text with its marks as Markdown has them; escaped blanks go. */
  write(line: string): string {
    if (!/[`\\|_[]/.test(line)) return line;
    const held: string[] = [];
    const hold = (text: string): string => `\ue000${held.push(text) - 1}\ue001`;
    const known =
      this.roles.size === 0
        ? line
        : line.replace(
            /:([\w-]{1,40}):(?=`)/g,
            (whole, name: string) => `:${this.roles.get(name) ?? whole.slice(1, -1)}:`,
          );
    const spans = known
      .replace(/[\ue000\ue001]/g, '\ufffd')
      .replace(SPANS, (_whole, ...found: (string | undefined)[]) => {
        const [literal, math, mathBefore, role, raised = '', at, line = ''] = found;
        if (literal !== undefined) return hold(codeSpan(literal));
        const formula = math ?? mathBefore;
        if (formula !== undefined) return hold(`$${formula}$`);
        const before = line.slice(0, Number(at)).replace(/\\ $/, '');
        return hold(role?.startsWith('sup') === true ? superscript(before, raised) : subscript(before, raised));
      });
    const written = replaceInline(this.fill(spans), RULES);
    return written.replace(/\\ /g, '').replace(HELD, (_whole, at: string) => held[Number(at)] ?? '');
  }

  private fill(line: string): string {
    if (this.substitutions.size === 0 || !line.includes('|')) return line;
    return line.replace(
      /(?<![\w\\])\|([^|\s](?:[^|]{0,78}[^|\s])?)\|_{0,2}(?!\w)/g,
      (whole, name: string) => this.substitutions.get(name.toLowerCase()) ?? whole,
    );
  }
}

function codeSpan(literal: string): string {
  return literal.includes('`') ? `\`\` ${literal} \`\`` : `\`${literal}\``;
}

/** Roles that a document makes of others (`.. role:: m(math)`). */
export function readRoles(lines: readonly string[]): ReadonlyMap<string, string> {
  const roles = new Map<string, string>();
  for (const line of lines) {
    const match = /^\.\.[ \t]+role::[ \t]+([\w-]{1,40})[ \t]*\(([\w-]{1,40})\)/.exec(line);
    if (match !== null && roles.size < MAX_SUBSTITUTIONS) roles.set(match[1] ?? '', match[2] ?? '');
  }
  return roles;
}

const MAX_SUBSTITUTIONS = 2000;

/** Substitutions that a document defines: its own words (`replace`), characters (`unicode`), pictures with words. */
export function readSubstitutions(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < lines.length && found.size < MAX_SUBSTITUTIONS; at++) {
    const match = /^\s*\.\.[ \t]+\|([^|]+)\|[ \t]+(replace|unicode|image)::[ \t]*(.*)$/.exec(lines[at] ?? '');
    if (match === null) continue;
    const [, name = '', kind = '', first = ''] = match;
    const body = [first];
    for (let below = at + 1; below < lines.length && /^\s+\S/.test(lines[below] ?? '') && below < at + 20; below++)
      body.push((lines[below] ?? '').trim());
    found.set(name.toLowerCase(), substitution(kind, body).slice(0, 2000));
  }
  return found;
}

function substitution(kind: string, body: readonly string[]): string {
  if (kind === 'image') {
    const alt = body.map((line) => /^:alt:\s*(.*)$/.exec(line)?.[1]).find((value) => value !== undefined);
    return alt ?? '';
  }
  const text = body
    .filter((line) => !/^:\w+:/.test(line))
    .join(' ')
    .trim();
  if (kind === 'replace') return text;
  return text
    .replace(/\s*\.\. .*$/, '')
    .split(/\s+/)
    .map((word) => {
      const code = /^(?:0x|x|\\x|U\+|u|\\u|&#x)([0-9A-Fa-f]{2,6});?$/.exec(word)?.[1];
      return code === undefined ? word : character(Number.parseInt(code, 16));
    })
    .join('');
}

function character(code: number): string {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
}
