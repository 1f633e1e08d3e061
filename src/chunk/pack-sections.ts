import { mergeSmall, type Piece } from './merge-small.js';
import { packBlocks, seamsOf } from './pack-blocks.js';
import type { Ruler } from './ruler.js';
import type { Block, Section } from './section.js';

/**
 * Makes pieces of sections: each section whole where it fits, else its members, else its blocks. Small pieces join a neighbour
 * under the same heading.
 */
export async function packSections(sections: readonly Section[], ruler: Ruler): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const section of withLeadIns(sections)) await packSection(section, ruler, pieces);
  return mergeSmall(pieces, ruler);
}

async function packSection(section: Section, ruler: Ruler, pieces: Piece[]): Promise<void> {
  const whole = ruler.weigh(section.start, section.end);
  await ruler.rest();
  if (whole === 0) return;
  if (whole <= ruler.max) {
    const { start, end, path, titled, isApart } = section;
    pieces.push({
      start,
      end,
      weight: whole,
      path,
      titled,
      isApart,
      seams: seamsOf(section.blocks),
    });
    return;
  }
  const members = section.members?.() ?? [];
  if (members.length > 1) {
    for (const member of members) await packSection(member, ruler, pieces);
    return;
  }
  for (const [at, unit] of (await packBlocks(section.blocks, ruler)).entries()) {
    const { start, end, weight, seams } = unit;
    const introduction = at === 0 ? undefined : introductionAt(section.blocks, start);
    pieces.push({ start, end, weight, seams, introduction, path: section.path, titled: section.titled && at === 0 });
  }
}

/** The sentence that introduces what a piece begins in the middle of. */
function introductionAt(blocks: readonly Block[], offset: number): string | undefined {
  const block = blocks.find(({ start, end }) => start <= offset && offset < end);
  if (block === undefined || block.parts === undefined) return block?.introduction;
  return introductionAt(block.parts(), offset) ?? block.introduction;
}

/**
 * Moves a heading with nothing under it, and what the end of a section announces, to the front of the section behind it, so that no
 * chunk ends with them. What stands below a heading stays below it.
 */
function withLeadIns(sections: readonly Section[]): Section[] {
  const result: Section[] = [];
  let isBare = false;
  for (const section of sections) {
    const above = result.at(-1);
    const isMoved = above !== undefined && (isBare || isAbove(above.path, section.path));
    const at = isMoved ? leadInOf(above) : 0;
    const from = isMoved ? above.blocks[at]?.start : undefined;
    if (isMoved && from !== undefined) {
      const left = at === 0 ? [] : [{ ...above, end: from, blocks: above.blocks.slice(0, at) }];
      const joined = { ...section, start: from, blocks: [...above.blocks.slice(at), ...section.blocks] };
      result.splice(-1, 1, ...left, joined);
    } else result.push(section);
    isBare = isBareHeading(section);
  }
  return result;
}

/** Index of the first of the blocks at the end of a section that announce what is behind it; their number where none does. */
function leadInOf({ blocks }: Section): number {
  return blocks.findLastIndex(({ leadStart }) => leadStart === undefined) + 1;
}

function isBareHeading({ titled, blocks: [heading, ...others] }: Section): boolean {
  return titled && heading?.leadStart !== undefined && others.length === 0;
}

function isAbove(path: readonly string[], deeper: readonly string[]): boolean {
  return path.length < deeper.length && path.every((entry, at) => deeper[at] === entry);
}
