import { LossCounter } from '../loss-counter.js';
import { ManualWriter } from './manual-writer.js';
import { changeFont, readEscapes, type TextState } from './roff-escapes.js';
import { type RoffLine, RoffSource, splitArguments } from './roff-source.js';
import { type Font, plainText, type Run } from './styled-text.js';
import { tableMarkdown } from './tbl.js';

/** Handles one request or macro. */
export type Handler = (text: string, reader: ManualReader) => void;

/** A set of macros, by name. */
export type MacroSet = ReadonlyMap<string, Handler>;

/** What a page says of itself. */
export interface PageFacts {
  /** As the page's head names it, often in capitals. */
  name: string;
  section: string;
  date: string;
  source: string;
  manual: string;
}

/** Tables in cells and links in links that are read; deeper ones are left out. */
const MAX_DEPTH = 3;

/** Reads roff lines with a set of macros into a writer. */
export class ManualReader {
  readonly writer = new ManualWriter();
  readonly facts: PageFacts = { name: '', section: '', date: '', source: '', manual: '' };
  /** Takes the next input line's text instead of the paragraph: a tag, a title. */
  onNextText: ((runs: readonly Run[], isJoined: boolean) => void) | undefined;
  private readonly state: TextState;
  private readonly source: RoffSource;
  readonly losses = new LossCounter();

  constructor(
    text: string,
    private readonly macros: MacroSet,
    private readonly depth = 0,
  ) {
    this.source = new RoffSource(text, (name) => macros.has(name) || REQUESTS.has(name));
    this.state = { font: 'R', previousFont: 'R', raised: 0, translations: this.source.translations };
  }

  /** Reads to the end. */
  read(): void {
    for (let line = this.source.next(); line !== undefined; line = this.source.next()) this.readLine(line);
  }

  /** Text with its escapes read, in a font of its own. */
  runsOf(text: string, font: Font = this.state.font): Run[] {
    const { font: outer } = this.state;
    this.state.font = font;
    const { runs } = readEscapes(text, this.state);
    this.state.font = outer;
    return [...runs];
  }

  plain(text: string): string {
    return plainText(this.runsOf(text)).replace(/\s+/g, ' ').trim();
  }

  /** Puts runs where text goes now: a tag, a title or the paragraph. */
  put(runs: readonly Run[], isJoined = false): void {
    if (this.onNextText === undefined) this.writer.text(runs, isJoined);
    else this.onNextText(runs, isJoined);
  }

  resetFont(): void {
    this.state.font = 'R';
    this.state.previousFont = 'R';
    this.state.raised = 0;
  }

  /** Lines of the table, formula or drawing that `.XX` begins, up to `.YY`. */
  takeUntil(end: string): string[] {
    return this.source.takeUntil((line) => line.startsWith(end) && !/\w/.test(line.charAt(end.length)));
  }

  interpolate(text: string): string {
    return this.source.interpolate(text);
  }

  changeFont(name: string): void {
    changeFont(this.state, name);
  }

  /** Text of lines of their own, read with the same macros: a cell of a table. */
  blocksOf(lines: readonly string[]): string[] {
    if (this.depth >= MAX_DEPTH) return [];
    const inner = new ManualReader(
      lines.map((line) => this.source.interpolate(line)).join('\n'),
      this.macros,
      this.depth + 1,
    );
    inner.read();
    return inner.writer.finish();
  }

  private readLine({ name, text }: RoffLine): void {
    if (name !== '') {
      (this.macros.get(name) ?? REQUESTS.get(name))?.(text, this);
      return;
    }
    if (text.trim() === '') {
      if (this.onNextText === undefined) this.writer.endParagraph();
      return;
    }
    if (/^[ \t]/.test(text) && this.onNextText === undefined) this.writer.breakLine();
    const { runs, isJoined } = readEscapes(text, this.state);
    this.put(runs, isJoined);
  }
}

const endParagraph: Handler = (_text, { writer }) => writer.endParagraph();
const breakLine: Handler = (_text, { writer }) => writer.breakLine();

/** Requests of roff itself and its preprocessors that shape text; all others change nothing that is read. */
const REQUESTS: MacroSet = new Map<string, Handler>([
  ['br', breakLine],
  ['ti', breakLine],
  ['in', breakLine],
  ['ce', breakLine],
  ['rj', breakLine],
  ['sp', endParagraph],
  ['bp', endParagraph],
  ['nf', (_text, { writer }) => writer.openLiteral()],
  ['fi', (_text, { writer }) => writer.closeLiteral()],
  ['ft', (text, reader) => reader.changeFont(text.trim())],
  ['so', (_text, reader) => reader.losses.add('other')],
  [
    'TS',
    (_text, reader) => {
      const lines = reader.takeUntil('.TE');
      reader.writer.block(tableMarkdown(lines, reader));
    },
  ],
  [
    'EQ',
    (_text, reader) => {
      const formula = reader
        .takeUntil('.EN')
        .map((line) => line.trim())
        .filter((line) => !/^(?:delim|define|gsize|gfont|$)/.test(line))
        .join(' ');
      if (formula !== '') reader.put([{ text: `$${formula}$`, font: 'R' }]);
    },
  ],
  [
    'PS',
    (_text, reader) => {
      reader.takeUntil('.PE');
      reader.losses.add('drawing');
    },
  ],
]);

/** A macro's arguments, each with its escapes read, in fonts that take turns. */
export function alternate(text: string, reader: ManualReader, fonts: readonly [Font, Font]): Run[] {
  return splitArguments(text).flatMap((arg, at) => reader.runsOf(arg, fonts[at % 2] ?? 'R'));
}
