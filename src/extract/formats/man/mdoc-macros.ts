import { pipeTableLines } from '../pipe-table.js';
import type { Handler, MacroSet, ManualReader } from './manual-reader.js';
import { MdocLine, type MdocState } from './mdoc-inline.js';
import { splitArguments } from './roff-source.js';
import { inlineMarkdown, type Run } from './styled-text.js';

interface MdocList {
  readonly kind: 'tag' | 'bullet' | 'enum' | 'column' | 'diag';
  readonly rows: Run[][][];
  count: number;
}

const LIST_KINDS: Readonly<Record<string, MdocList['kind']>> = {
  '-bullet': 'bullet',
  '-dash': 'bullet',
  '-hyphen': 'bullet',
  '-item': 'bullet',
  '-enum': 'enum',
  '-column': 'column',
  '-diag': 'diag',
};
const MAX_LISTS = 50;

/** The macros of mdoc(7), with the state of one page. */
export function mdocMacros(): MacroSet {
  const page = new MdocPage();
  const macros = new Map<string, Handler>();
  for (const name of INLINE_NAMES)
    macros.set(name, (text, reader) => page.inline([name, ...splitArguments(text)], reader));
  for (const [name, handler] of page.blockMacros()) macros.set(name, handler);
  return macros;
}

const INLINE_NAMES = (
  'Cm Ic Cd Sy Li Ar Pa Em Va Vt Fa Ad An Ev Er Dv Tn Ms No Sx Nd Hf Op Dq Sq Qq Pq Bq Brq Aq Ql Oo Do So Qo Po Bo Bro Ao ' +
  'Oc Dc Sc Qc Pc Bc Brc Ac Bx Bsx Nx Fx Ox Dx Ux Xo Fl Xr Ns Pf Ap Sm Fo Lk Mt At St Lb Ex Rv Eo Ec Ud Bt'
).split(' ');

class MdocPage {
  private readonly state: MdocState = {
    name: '',
    isTight: false,
    isGlued: false,
    isSynopsis: false,
    functionArguments: -1,
  };
  private readonly lists: MdocList[] = [];
  /** Displays that are open: whether each is literal. */
  private readonly displays: boolean[] = [];
  private item: Run[] | undefined;
  private reference: string[] | undefined;

  blockMacros(): [string, Handler][] {
    return [
      ['Dd', (text, reader) => this.fact('date', text, reader)],
      ['Dt', (text, reader) => this.head(text, reader)],
      ['Os', (text, reader) => this.fact('source', text, reader)],
      ['Sh', (text, reader) => this.section(2, text, reader)],
      ['Ss', (text, reader) => this.section(3, text, reader)],
      ['Pp', (_text, { writer }) => writer.endParagraph()],
      ['Lp', (_text, { writer }) => writer.endParagraph()],
      ['Bl', (text, reader) => this.openList(text, reader)],
      ['El', (_text, reader) => this.closeList(reader)],
      ['It', (text, reader) => this.openItem(text, reader)],
      ['Bd', (text, { writer }) => this.openDisplay(text, writer)],
      ['Ed', (_text, { writer }) => this.closeDisplay(writer)],
      ['Dl', (text, reader) => this.line(text, reader)],
      ['D1', (text, reader) => this.line(text, reader)],
      ['Nm', (text, reader) => this.names(text, reader)],
      ['Ft', (text, reader) => this.ownLine('Ft', text, reader)],
      ['Fn', (text, reader) => this.ownLine('Fn', text, reader)],
      ['Fd', (text, reader) => this.ownLine('Fd', text, reader)],
      ['In', (text, reader) => this.ownLine('In', text, reader)],
      ['Fc', (_text, reader) => this.endFunction(reader)],
      ['Xc', (text, reader) => this.endExtension(text, reader)],
      ['Rs', () => this.startReference()],
      ['Re', (_text, reader) => this.endReference(reader)],
      ...'ABCDIJNOPQRTUV'
        .split('')
        .map((letter): [string, Handler] => [`%${letter}`, (text, reader) => this.reference?.push(reader.plain(text))]),
    ];
  }

  inline(words: readonly string[], reader: ManualReader): void {
    this.put(new MdocLine(words, this.state, reader).write(), reader);
  }

  /** Spaces between words are mdoc's affair, and the one before the first too. */
  private put(runs: readonly Run[], reader: ManualReader): void {
    if (this.item !== undefined) {
      this.item.push(...runs);
      return;
    }
    reader.writer.glue(runs.length > 0 && runs[0]?.text !== ' ');
    reader.put(withoutLeadingSpace(runs), this.state.isGlued);
    this.state.isGlued = runs.length > 0 && this.state.isTight;
  }

  private fact(name: 'date' | 'source', text: string, reader: ManualReader): void {
    reader.facts[name] = reader.plain(text);
  }

  private head(text: string, { facts }: ManualReader): void {
    const [name = '', section = '', manual = ''] = splitArguments(text);
    Object.assign(facts, { name, section, manual });
  }

  private section(level: number, text: string, reader: ManualReader): void {
    this.item = undefined;
    this.lists.length = 0;
    this.displays.length = 0;
    this.state.isTight = false;
    this.state.isGlued = true;
    const title = inlineMarkdown(new MdocLine(splitArguments(text), this.state, reader).write()).replace(/[`*]/g, '');
    this.state.isGlued = false;
    if (level === 2) this.state.isSynopsis = title === 'SYNOPSIS';
    reader.writer.heading(level, title);
  }

  private openList(text: string, { writer }: ManualReader): void {
    const options = splitArguments(text);
    const kind = options.map((option) => LIST_KINDS[option]).find((found) => found !== undefined) ?? 'tag';
    if (this.lists.length < MAX_LISTS) this.lists.push({ kind, rows: [], count: 0 });
    writer.openFrame(false);
  }

  private closeList(reader: ManualReader): void {
    this.endItem(reader);
    const list = this.lists.pop();
    if (list?.kind === 'column') {
      const rows = list.rows.map((row) => row.map((cell) => inlineMarkdown(cell).replace(/\n/g, ' ')));
      const isHead = rows[0]?.every((cell) => /^(?:\*\*.*\*\*|`.*`|)$/.test(cell)) === true && rows.length > 1;
      reader.writer.block(pipeTableLines(rows, isHead).join('\n'));
    }
    reader.writer.closeFrame();
  }

  private openItem(text: string, reader: ManualReader): void {
    this.endItem(reader);
    const list = this.lists.at(-1);
    const words = splitArguments(text);
    if (list === undefined) return;
    list.count++;
    if (list.kind === 'column') {
      this.addRow(list, words, reader);
      return;
    }
    if (list.kind !== 'tag' && list.kind !== 'diag') {
      reader.writer.mark(list.kind === 'enum' ? `${list.count}. ` : '- ');
      this.state.isGlued = false;
      return;
    }
    this.state.isGlued = true;
    const runs =
      list.kind === 'diag'
        ? words.flatMap((word, at) => [...(at === 0 ? [] : [SPACE]), ...reader.runsOf(word)])
        : new MdocLine(words, this.state, reader).write();
    this.state.isGlued = false;
    // An extended argument (`Xo`) goes on over the next lines.
    if (words.includes('Xo') && !words.includes('Xc')) this.item = [...runs];
    else reader.writer.term(runs);
  }

  private endItem(reader: ManualReader): void {
    if (this.item === undefined) return;
    const runs = this.item;
    this.item = undefined;
    reader.onNextText = undefined;
    reader.writer.term(runs);
  }

  private endExtension(text: string, reader: ManualReader): void {
    const runs = new MdocLine(['Xc', ...splitArguments(text)], this.state, reader).write();
    this.item?.push(...runs);
    this.endItem(reader);
    this.state.isGlued = false;
  }

  private addRow(list: MdocList, words: readonly string[], reader: ManualReader): void {
    const cells: Run[][] = [];
    let start = 0;
    for (let at = 0; at <= words.length; at++) {
      if (at < words.length && words[at] !== 'Ta') continue;
      this.state.isGlued = true;
      const runs = new MdocLine(words.slice(start, at), this.state, reader).write();
      for (const part of splitAtTabs(runs)) cells.push(part);
      start = at + 1;
    }
    this.state.isGlued = false;
    list.rows.push(cells);
    // Text on the lines below belongs to the last cell.
    reader.onNextText = undefined;
  }

  private openDisplay(text: string, writer: ManualReader['writer']): void {
    const isLiteral = /-(?:literal|unfilled)\b/.test(text);
    if (this.displays.length < MAX_LISTS) this.displays.push(isLiteral);
    if (isLiteral) writer.openLiteral();
    else writer.endParagraph();
  }

  private closeDisplay(writer: ManualReader['writer']): void {
    if (this.displays.pop() === true) writer.closeLiteral();
    else writer.endParagraph();
  }

  /** One line set off, as code. */
  private line(text: string, reader: ManualReader): void {
    const isNested = reader.writer.isLiteral;
    reader.writer.openLiteral();
    this.inline(splitArguments(text), reader);
    if (!isNested) reader.writer.closeLiteral();
  }

  private names(text: string, reader: ManualReader): void {
    if (this.state.isSynopsis) reader.writer.breakLine();
    this.inline(['Nm', ...splitArguments(text)], reader);
  }

  private ownLine(name: string, text: string, reader: ManualReader): void {
    if (this.state.isSynopsis && name !== 'Fn') reader.writer.breakLine();
    this.inline([name, ...splitArguments(text)], reader);
    if (this.state.isSynopsis && name !== 'Ft') reader.writer.breakLine();
  }

  private endFunction(reader: ManualReader): void {
    this.state.functionArguments = -1;
    this.put(reader.runsOf(this.state.isSynopsis ? ');' : ')', 'B'), reader);
    if (this.state.isSynopsis) reader.writer.breakLine();
  }

  private startReference(): void {
    this.reference = [];
  }

  private endReference(reader: ManualReader): void {
    const parts = this.reference?.filter((part) => part !== '') ?? [];
    this.reference = undefined;
    reader.writer.breakLine();
    if (parts.length > 0) this.put([SPACE, { text: `${parts.join(', ')}.`, font: 'R' }], reader);
  }
}

const SPACE: Run = { text: ' ', font: 'R' };

function withoutLeadingSpace(runs: readonly Run[]): Run[] {
  return runs[0]?.text === ' ' ? runs.slice(1) : [...runs];
}

function splitAtTabs(runs: readonly Run[]): Run[][] {
  const cells: Run[][] = [[]];
  for (const run of runs) {
    run.text.split('\t').forEach((text, at) => {
      if (at > 0) cells.push([]);
      cells.at(-1)?.push({ text, font: run.font });
    });
  }
  return cells;
}
