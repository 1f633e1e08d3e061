import { endsAnnouncing } from './announcements.js';
import { fillWindows, type Weighed } from './fill-windows.js';
import type { Ruler } from './ruler.js';
import type { Block } from './section.js';
import { layoutCuts, lineCuts, paragraphCuts, sentenceCuts } from './text-cuts.js';

/** A region on its way into a chunk. */
export interface Unit extends Weighed {
  /** Where the heading or sentence begins that announces the unit behind it; absent where there is none. */
  readonly leadStart?: number | undefined;
  /** Where it may be cut again should the whole weigh more than the sum of its parts. */
  readonly seams: readonly number[];
  /** What it was joined of, or is the block it is. */
  readonly parts: readonly Unit[] | Block;
}

/**
 * Blocks in units that fit: each whole where it fits, else in its parts, else cut at paragraphs, then sentences or lines, then
 * words. Neighbours share a unit of balanced size; what announces something stands with the beginning of it.
 */
export async function packBlocks(blocks: readonly Block[], ruler: Ruler): Promise<Unit[]> {
  return balance(await unitsOf(blocks, ruler), ruler.max);
}

/** Offsets of blocks at which the whole may be cut again: not behind what announces the next. */
export function seamsOf(blocks: readonly Block[]): number[] {
  return blocks.filter((_, at) => blocks[at - 1]?.leadStart === undefined).map(({ start }) => start);
}

async function unitsOf(blocks: readonly Block[], ruler: Ruler): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const block of blocks) for (const unit of await packBlock(block, ruler)) await addBound(units, unit, ruler);
  return units;
}

async function packBlock(block: Block, ruler: Ruler): Promise<readonly Unit[]> {
  const { start, end, leadStart } = block;
  const weight = ruler.weigh(start, end);
  await ruler.rest();
  if (weight <= ruler.max) return [{ start, end, weight, leadStart, seams: [], parts: block }];
  const parts = finerBlocks(block, ruler);
  return parts.length > 1 ? packBlocks(withLead(parts, leadStart), ruler) : windowsOf(block, ruler);
}

/** Adds a unit, together with what announces it. The announcement is moved to it before it is cut itself. */
async function addBound(units: Unit[], unit: Unit, ruler: Ruler): Promise<void> {
  const last = units.at(-1);
  if (last?.leadStart === undefined) {
    units.push(unit);
    return;
  }
  if (last.weight + unit.weight <= ruler.max) {
    units[units.length - 1] = join(last, unit);
    return;
  }
  const announcement = announcementOf(last, ruler);
  if (announcement.weight + unit.weight <= ruler.max) {
    units.splice(-1, 1, ...withoutAnnouncement(last, ruler), join(announcement, unit));
    return;
  }
  const finer = await open(unit, ruler);
  if (finer.length > 1) {
    for (const part of finer) await addBound(units, part, ruler);
    return;
  }
  const room = ruler.max - announcement.weight;
  if (room < ruler.max * LEAST_ROOM) {
    units.push(unit);
    return;
  }
  const [first, ...others] = await windowsOf({ ...unit, grain: 'lines' }, { ...ruler, max: room });
  if (first !== undefined) {
    units.splice(-1, 1, ...withoutAnnouncement(last, ruler), join(announcement, first), ...others);
  }
}

/** Less room than this part of the largest chunk is not worth a cut within a line. */
const LEAST_ROOM = 0.1;

/** The last heading or sentence of what announces, where it can stand without the rest. */
function announcementOf(unit: Unit, ruler: Ruler): Unit {
  const start = unit.leadStart ?? unit.start;
  if (start <= unit.start) return unit;
  return { ...unit, start, weight: ruler.weigh(start, unit.end), seams: [], parts: [] };
}

function withoutAnnouncement(unit: Unit, ruler: Ruler): Unit[] {
  const { start, leadStart: end = start } = unit;
  if (end <= start) return [];
  return [{ start, end, weight: ruler.weigh(start, end), seams: unit.seams.filter((seam) => seam < end), parts: [] }];
}

/** The unit in smaller ones; itself alone where there are none. */
async function open(unit: Unit, ruler: Ruler): Promise<readonly Unit[]> {
  if (!('grain' in unit.parts)) return unit.parts;
  const parts = finerBlocks(unit.parts, ruler);
  return parts.length > 1 ? unitsOf(withLead(parts, unit.leadStart), ruler) : [unit];
}

/** The last of the parts announces what the whole announces. */
function withLead(parts: readonly Block[], leadStart: number | undefined): readonly Block[] {
  const last = parts.at(-1);
  if (leadStart === undefined || last === undefined) return parts;
  return [...parts.slice(0, -1), { ...last, leadStart: Math.max(last.start, leadStart) }];
}

async function windowsOf(block: Block, ruler: Ruler): Promise<Unit[]> {
  const windows = await fillWindows(block, ruler);
  return windows.map((window, at): Unit => {
    const leadStart = at === windows.length - 1 ? block.leadStart : undefined;
    return { ...window, seams: [], parts: [], leadStart: leadStart && Math.max(window.start, leadStart) };
  });
}

/** How many times the largest chunk a region may be before windows are taken without looking at its lines first. */
const FINE_CUT_LIMIT = 4;

/** The block in its natural parts; itself alone where it has none or is too large to look so closely. */
function finerBlocks(block: Block, ruler: Ruler): readonly Block[] {
  const parts = block.parts?.() ?? [];
  const [only] = parts;
  if (only === undefined) return cutBlock(block, ruler);
  return parts.length === 1 ? finerBlocks(only, ruler) : parts;
}

function cutBlock(block: Block, ruler: Ruler): Block[] {
  const { start, end, grain } = block;
  const paragraphs = (): Block[] => blocksBetween(block, paragraphCuts(ruler.text, start, end), ruler.text);
  if (end - start > FINE_CUT_LIMIT * ruler.maxLength) return paragraphs();
  if (grain === 'lines') return blocksBetween(block, layoutCuts(ruler.text, start, end), ruler.text);
  const parts = paragraphs();
  if (parts.length > 1) return parts;
  const lines = lineCuts(ruler.text, start, end);
  const sentences = sentenceCuts(ruler.text, start, end);
  // Wrapped prose has a sentence every few lines; records and logs have none, and are cut at lines.
  return blocksBetween(block, sentences.length * 4 >= lines.length ? sentences : lines, ruler.text);
}

function blocksBetween({ start, end, grain }: Block, cuts: readonly number[], text: string): Block[] {
  return [start, ...cuts].map((from, at) => {
    const to = cuts[at] ?? end;
    return { start: from, end: to, grain, leadStart: endsAnnouncing(text.slice(from, to)) ? from : undefined };
  });
}

/** Joins neighbours into as few groups as the budget asks for, of about the same weight. */
function balance(units: readonly Unit[], max: number): Unit[] {
  const total = units.reduce((sum, unit) => sum + unit.weight, 0);
  const target = total / Math.ceil(total / max);
  const groups: Unit[] = [];
  for (const unit of units) {
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
  const isBound = left.leadStart !== undefined;
  return {
    start: left.start,
    end: right.end,
    weight: left.weight + right.weight,
    // A heading and the only sentence under it are one announcement.
    leadStart: isBound && right.leadStart === right.start ? left.leadStart : right.leadStart,
    seams: [...left.seams, ...(isBound ? [] : [right.start]), ...right.seams],
    parts: [...membersOf(left), ...membersOf(right)],
  };
}

function membersOf(unit: Unit): readonly Unit[] {
  return 'grain' in unit.parts || unit.parts.length === 0 ? [unit] : unit.parts;
}
