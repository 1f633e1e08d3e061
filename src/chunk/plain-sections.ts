import type { Grain, Section } from './section.js';

/** A text without structure of its own: one section without a heading, cut at paragraphs, then sentences or lines. */
export function readPlain(text: string, grain: Grain = 'prose'): Section[] {
  const region = { start: 0, end: text.length };
  return [{ ...region, path: [], titled: false, blocks: [{ ...region, grain }] }];
}
