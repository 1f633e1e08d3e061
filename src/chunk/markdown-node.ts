/** A block of Markdown with its place in the parsed text. */
export interface MarkdownNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** 1 to 6 for a heading, else 0. */
  readonly depth: number;
  /** Blocks inside a container (list, list item, quotation, footnote); rows of a table. */
  readonly children: readonly MarkdownNode[];
}
