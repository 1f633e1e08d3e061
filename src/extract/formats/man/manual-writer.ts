import { definitionItem, indentBelow, joinItemBlocks } from '../definition-list.js';
import { escapeLineStarts } from '../escape-markdown.js';
import { fence } from '../html-code.js';
import { inlineMarkdown, plainText, type Run } from './styled-text.js';

interface Item {
  /** `- ` or `1. `; empty for terms of a definition list. */
  readonly mark: string;
  readonly terms: string[];
  readonly blocks: string[];
  /** Whether the indented part below made a paragraph a term, and its end ends the item. */
  readonly endsWithFrame: boolean;
}

/** A list's or an indented part's content. */
interface Frame {
  readonly blocks: string[];
  item: Item | undefined;
  /** The last block where it is a paragraph that an indented part may have as its term. */
  lead: string | undefined;
}

const MAX_FRAMES = 30;
const MAX_TERM_CHARACTERS = 200;

/** Collects a manual page's text as Markdown blocks: sections, paragraphs, terms, list items, code. */
export class ManualWriter {
  private frames: Frame[] = [newFrame()];
  private skippedFrames = 0;
  private runs: Run[] = [];
  private code: Run[] | undefined;
  private isGlued = true;

  /** Whether lines stand as they are typed. */
  get isLiteral(): boolean {
    return this.code !== undefined;
  }

  /** Adds one input line; `isJoined` says that the next goes on without a space. */
  text(runs: readonly Run[], isJoined: boolean): void {
    if (runs.length > 0 || this.code !== undefined) {
      const target = this.code ?? this.runs;
      if (!this.isGlued) target.push({ text: this.code === undefined ? ' ' : '\n', font: 'R' });
      for (const run of runs) target.push(run);
      this.isGlued = false;
    }
    if (isJoined) this.isGlued = true;
  }

  /** Whether the next line goes on without a space. */
  glue(isGlued: boolean): void {
    this.isGlued = isGlued;
  }

  /** Ends the line within a paragraph. */
  breakLine(): void {
    if (this.code === undefined && this.runs.length > 0) this.runs.push({ text: '\n', font: 'R' });
  }

  /** Ends the paragraph. */
  endParagraph(): void {
    if (this.code !== undefined) {
      this.text([], false);
      return;
    }
    const runs = this.runs;
    this.runs = [];
    this.isGlued = true;
    const text = paragraphMarkdown(inlineMarkdown(runs));
    if (text === '') return;
    this.add(text);
    const plain = plainText(runs).trim();
    const isTerm =
      plain.length <= MAX_TERM_CHARACTERS && !/(?<!\.\.)[.:;!?]$/.test(plain) && !/^(?:- |\d+\. )/.test(text);
    this.frame.lead = isTerm && this.frame.item === undefined ? text : undefined;
  }

  /** A paragraph at the level of the part it stands in: what is said of a term ends. */
  startParagraph(): void {
    this.endParagraph();
    if (this.code === undefined) this.closeItem();
  }

  heading(level: number, title: string): void {
    this.closeLiteral();
    this.endParagraph();
    while (this.frames.length > 1) this.closeFrame();
    this.closeItem();
    this.skippedFrames = 0;
    if (title !== '') this.add(`${'#'.repeat(level)} ${title}`);
  }

  /** Begins what is said of a term, or gives it one more when nothing has been said yet. */
  term(runs: readonly Run[]): void {
    this.endParagraph();
    const text = inlineMarkdown(runs).replaceAll('`', '').replace(/\n/g, ' ');
    const item = this.frame.item;
    if (item !== undefined && item.mark === '' && item.blocks.length === 0) item.terms.push(text);
    else this.openItem({ mark: '', terms: [text], blocks: [], endsWithFrame: false });
  }

  /** Begins a list item with `- ` or a number. */
  mark(mark: string): void {
    this.endParagraph();
    this.openItem({ mark, terms: [], blocks: [], endsWithFrame: false });
  }

  /** An indented part; below a short paragraph that paragraph is its term. */
  openFrame(mayHaveTerm: boolean): void {
    this.endParagraph();
    if (this.frames.length >= MAX_FRAMES) {
      this.skippedFrames++;
      return;
    }
    const { lead, blocks } = this.frame;
    if (mayHaveTerm && lead !== undefined && this.code === undefined && blocks.at(-1) === lead) {
      blocks.pop();
      this.openItem({
        mark: '',
        terms: [lead.replaceAll('`', '').replace(/\\(?=[^\w\s])/g, '')],
        blocks: [],
        endsWithFrame: true,
      });
    }
    this.frames.push(newFrame());
  }

  closeFrame(): void {
    this.endParagraph();
    if (this.skippedFrames > 0) {
      this.skippedFrames--;
      return;
    }
    if (this.frames.length === 1) return;
    this.closeItem();
    const inner = this.frames.pop();
    for (const block of inner?.blocks ?? []) this.add(block);
    if (this.frame.item?.endsWithFrame === true) this.closeItem();
  }

  openLiteral(): void {
    if (this.code !== undefined) return;
    this.endParagraph();
    this.code = [];
    this.isGlued = true;
  }

  closeLiteral(): void {
    if (this.code === undefined) return;
    const lines = plainText(this.code)
      .split('\n')
      .map((line) => line.trimEnd());
    this.code = undefined;
    this.isGlued = true;
    const code = trimBlankLines(lines);
    if (code !== '') this.add(fence(code, ''));
  }

  /** A block of Markdown as it is: a table, a formula. */
  block(markdown: string): void {
    this.endParagraph();
    if (markdown !== '') this.add(markdown);
  }

  /** Ends the item that is open, if one is. */
  closeItem(): void {
    const { item } = this.frame;
    this.frame.item = undefined;
    if (item === undefined) return;
    if (item.mark === '') for (const block of definitionItem(item.terms, item.blocks)) this.add(block);
    else if (item.blocks.length > 0) this.add(item.mark + indentBelow(joinItemBlocks(item.blocks), item.mark.length));
  }

  /** All blocks, everything closed. */
  finish(): string[] {
    this.heading(1, '');
    return this.frame.blocks;
  }

  private get frame(): Frame {
    const last = this.frames.at(-1);
    if (last !== undefined) return last;
    const fresh = newFrame();
    this.frames = [fresh];
    return fresh;
  }

  private openItem(item: Item): void {
    this.closeItem();
    this.frame.item = item;
    this.frame.lead = undefined;
  }

  private add(block: string): void {
    const { item, blocks } = this.frame;
    this.frame.lead = undefined;
    (item?.blocks ?? blocks).push(block);
  }
}

function newFrame(): Frame {
  return { blocks: [], item: undefined, lead: undefined };
}

/** Bullets and numbers that pages draw by hand become list items. */
function paragraphMarkdown(text: string): string {
  const bullet = /^[•·]\s+(?=\S)/.exec(text);
  if (bullet !== null) return `- ${indentBelow(escapeLineStarts(text.slice(bullet[0].length)), 2)}`;
  const number = /^(\d{1,3})[.)]\s+(?=\S)/.exec(text);
  if (number !== null) return `${number[1]}. ${indentBelow(escapeLineStarts(text.slice(number[0].length)), 3)}`;
  return escapeLineStarts(text);
}

function trimBlankLines(lines: readonly string[]): string {
  let start = 0;
  let end = lines.length;
  while (start < end && lines[start] === '') start++;
  while (end > start && lines[end - 1] === '') end--;
  return lines.slice(start, end).join('\n');
}
