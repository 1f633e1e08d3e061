/** How the inside of a region is cut when it is too large: at sentences, or at lines. */
export type Grain = 'prose' | 'lines';

/** A region of the text that stays whole where it fits. Regions of one list touch: each ends where the next begins. */
export interface Block {
  /** UTF-16 code unit offsets, `[start, end)`; white space at both ends is allowed. */
  readonly start: number;
  readonly end: number;
  readonly grain: Grain;
  /**
   * Where the heading or sentence begins that announces the block behind it, and stands in one chunk with its beginning at least;
   * absent for a block that announces nothing.
   */
  readonly leadStart?: number | undefined;
  /** A heading, behind which no chunk ends. Default false. */
  readonly isHeading?: boolean;
  /** The sentence that announces this block, for parts of it that stand in another chunk. */
  readonly introduction?: string | undefined;
  /** Finer blocks that cover the region, made on demand; absent or empty for a leaf. */
  readonly parts?: (() => readonly Block[]) | undefined;
}

/** What stands under one heading, or one symbol of a program. Sections of one list touch as blocks do. */
export interface Section {
  readonly start: number;
  readonly end: number;
  /** Headings or enclosing symbols, outermost first, this one's own included. */
  readonly path: readonly string[];
  /** True when the region begins with the heading or signature that `path` ends with. */
  readonly titled: boolean;
  readonly blocks: readonly Block[];
  /** True for what must not share a chunk with the section behind it: a licence is no part of the first function. Default false. */
  readonly isApart?: boolean;
  /** Members of a symbol too large to stay whole, made on demand; where absent or empty the blocks are cut. */
  readonly members?: (() => readonly Section[]) | undefined;
}

/** A block of lines, to be cut by its layout. */
export function linesBlock({ start, end }: { readonly start: number; readonly end: number }): Block {
  return { start, end, grain: 'lines' };
}
