import { fillWindows, type Weighed } from './fill-windows.js';
import { mergeSmall, type Piece } from './merge-small.js';
import type { Ruler } from './ruler.js';
import type { Block, Section } from './section.js';
import { layoutCuts, lineCuts, paragraphCuts, sentenceCuts } from './text-cuts.js';

/**
 * Makes pieces of sections: each section whole where it fits, else its members, else its blocks, each block whole where it fits,
 * else cut at paragraphs, then sentences or lines, then words. What a section falls into is balanced in size; small pieces join a
 * neighbour under the same heading.
 */
export async function packSections(sections: readonly Section[], ruler: Ruler): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const section of withBareHeadings(sections, ruler.text)) await packSection(section, ruler, pieces);
  return mergeSmall(pieces, ruler);
}

/** A region on its way into a chunk. */
interface Unit extends Weighed {
  readonly leads: boolean;
  /** Where it may be cut again should the whole weigh more than the sum of its parts. */
  readonly seams: readonly number[];
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
      seams: section.blocks.map((block) => block.start),
    });
    return;
  }
  const members = section.members?.() ?? [];
  if (members.length > 1) {
    for (const member of members) await packSection(member, ruler, pieces);
    return;
  }
  for (const [at, unit] of (await packBlocks(section.blocks, ruler)).entries()) {
    pieces.push({ ...unit, path: section.path, titled: section.titled && at === 0 });
  }
}

async function packBlocks(blocks: readonly Block[], ruler: Ruler): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const block of blocks) for (const unit of await packBlock(block, ruler)) units.push(unit);
  return balance(units, ruler.max);
}

async function packBlock(block: Block, ruler: Ruler): Promise<Unit[]> {
  const { start, end, leads } = block;
  const weight = ruler.weigh(start, end);
  await ruler.rest();
  if (weight <= ruler.max) return [{ start, end, weight, leads, seams: [] }];
  const parts = block.parts?.() ?? [];
  if (parts.length > 1) return packBlocks(parts, ruler);
  const finer = parts[0] && parts[0].end - parts[0].start < end - start ? parts : cutBlock(block, ruler);
  if (finer.length > 1) return packBlocks(finer, ruler);
  const windows = await fillWindows(block, ruler);
  return windows.map((window) => ({ ...window, leads: false, seams: [] }));
}

/** How many times the largest chunk a region may be before windows are taken without looking at its lines first. */
const FINE_CUT_LIMIT = 4;

/** The block in its natural parts; itself alone where it has none or is too large to look so closely. */
function cutBlock(block: Block, ruler: Ruler): Block[] {
  const { start, end, grain } = block;
  const paragraphs = (): Block[] => blocksBetween(block, paragraphCuts(ruler.text, start, end));
  if (end - start > FINE_CUT_LIMIT * ruler.maxLength) return paragraphs();
  if (grain === 'lines') return blocksBetween(block, layoutCuts(ruler.text, start, end));
  const parts = paragraphs();
  if (parts.length > 1) return parts;
  const lines = lineCuts(ruler.text, start, end);
  const sentences = sentenceCuts(ruler.text, start, end);
  // Wrapped prose has a sentence every few lines; records and logs have none, and are cut at lines.
  return blocksBetween(block, sentences.length * 4 >= lines.length ? sentences : lines);
}

function blocksBetween({ start, end, grain }: Block, cuts: readonly number[]): Block[] {
  return [start, ...cuts].map((from, at) => ({ start: from, end: cuts[at] ?? end, grain, leads: false }));
}

/** Joins neighbours into as few groups as the budget asks for, of about the same weight. */
function balance(units: readonly Unit[], max: number): Unit[] {
  const bound = units.reduce<Unit[]>((done, unit) => {
    const last = done.at(-1);
    if (last?.leads && last.weight + unit.weight <= max) done[done.length - 1] = join(last, unit);
    else done.push(unit);
    return done;
  }, []);
  const total = bound.reduce((sum, unit) => sum + unit.weight, 0);
  const target = total / Math.ceil(total / max);
  const groups: Unit[] = [];
  for (const unit of bound) {
    const last = groups.at(-1);
    const joined = last ? last.weight + unit.weight : Number.POSITIVE_INFINITY;
    const isCloser = last !== undefined && joined - target <= target - last.weight;
    if (last && joined <= max && (isCloser || last.weight === 0 || unit.weight === 0))
      groups[groups.length - 1] = join(last, unit);
    else groups.push(unit);
  }
  return groups;
}

function join(left: Unit, right: Unit): Unit {
  return {
    start: left.start,
    end: right.end,
    weight: left.weight + right.weight,
    leads: right.leads,
    seams: [...left.seams, right.start, ...right.seams],
  };
}

/** Moves a heading with nothing under it to the front of the first section below it, so that no chunk is a lone heading. */
function withBareHeadings(sections: readonly Section[], text: string): Section[] {
  const result: Section[] = [];
  for (const section of sections) {
    const above = result.at(-1);
    if (above && isBareHeading(above, text) && isAbove(above.path, section.path)) {
      result[result.length - 1] = { ...section, start: above.start, blocks: [...above.blocks, ...section.blocks] };
    } else result.push(section);
  }
  return result;
}

function isAbove(path: readonly string[], deeper: readonly string[]): boolean {
  return path.length < deeper.length && path.every((entry, at) => deeper[at] === entry);
}

function isBareHeading({ titled, blocks }: Section, text: string): boolean {
  if (!titled) return false;
  return blocks.slice(1).every(({ start, end }) => /^\s*$/.test(text.slice(start, end)));
}
