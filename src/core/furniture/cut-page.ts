import { type FramedPage, HEAD_BLOCKS } from './page-frame.js';
import type { PageCut } from './site-furniture.js';

/** A page's text and title without what is the site's. What is kept is kept to the letter. */
export function cutPage(
  text: string,
  { frame, blocks, titles }: FramedPage,
  cut: PageCut,
): { text: string; title: string } {
  const title = titles[cut.title] ?? titles[0] ?? '';
  if (cut.dropped.length === 0) return { text, title };
  const dropped = new Set(cut.dropped.map((at) => (at < HEAD_BLOCKS ? at : at + frame.gap)));
  const parts: string[] = [];
  let from = 0;
  for (const [at, block] of blocks.entries()) {
    if (!dropped.has(at)) continue;
    parts.push(text.slice(from, block.start));
    from = blocks[at + 1]?.start ?? text.length;
  }
  parts.push(text.slice(from));
  const left = parts.join('').trimEnd();
  return { text: text.endsWith('\n') ? `${left}\n` : left, title };
}
