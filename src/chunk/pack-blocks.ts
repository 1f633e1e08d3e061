import { endsAnnouncing, isFence } from './announcements.js';
import { fillWindows, type Weighed } from './fill-windows.js';
import type { Ruler } from './ruler.js';
import type { Block } from './section.js';
import { layoutCuts, lineCuts, paragraphCuts, sentenceCuts } from './text-cuts.js';

/** A region on its way into a chunk. */
export interface Unit extends Weighed {
  /** Where headings or sentences begin that announce the unit behind it and may be moved to it, with all that follows. */
  readonly leadStarts: readonly number[];
  /** Whether it ends with a heading. */
  readonly isHeading: boolean;
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
  const { start, end, leadStart, isHeading = false } = block;
  const weight = ruler.weigh(start, end);
  await ruler.rest();
  const leadStarts = leadStart === undefined ? [] : [leadStart];
  if (weight <= ruler.max) return [{ start, end, weight, leadStarts, isHeading, seams: [], parts: block }];
  const parts = finerBlocks(block, ruler);
  return parts.length > 1 ? packBlocks(withLead(parts, leadStart), ruler) : windowsOf(block, ruler);
}

/** Adds a unit, together with what announces it. The announcement is moved to it before it is cut itself. */
async function addBound(units: Unit[], unit: Unit, ruler: Ruler): Promise<void> {
  const last = units.at(-1);
  if (last === undefined || last.leadStarts.length === 0) {
    units.push(unit);
    return;
  }
  const announcements = announcementsOf(last, ruler);
  const fitting = announcements.find(({ weight }) => weight + unit.weight <= ruler.max);
  if (fitting !== undefined) {
    units.splice(-1, 1, ...withoutAnnouncement(last, fitting, ruler), join(fitting, unit));
    return;
  }
  const finer = await open(unit, ruler);
  const announcement = announcements.find(({ weight }) => weight <= ruler.max * LONGEST_ANNOUNCEMENT);
  if (announcement === undefined) units.push(unit);
  else if (finer.length > 1) for (const part of finer) await addBound(units, part, ruler);
  else {
    const room = { ...ruler, max: ruler.max - announcement.weight };
    const [first, ...others] = await windowsOf({ start: unit.start, end: unit.end, grain: 'lines' }, room);
    const bound = first === undefined ? announcement : join(announcement, first);
    units.splice(-1, 1, ...withoutAnnouncement(last, announcement, ruler), bound, ...others);
  }
}

/** For an announcement that takes a larger part of a chunk nothing is cut that fits into a chunk of its own. */
const LONGEST_ANNOUNCEMENT = 0.5;

/** What may be moved to the unit behind: all, or from one of the headings or sentences on that announce it. The largest first. */
function announcementsOf(unit: Unit, ruler: Ruler): Unit[] {
  const shorter = unit.leadStarts.filter((start) => start > unit.start);
  return [
    unit,
    ...shorter.map((start, at) => ({
      ...unit,
      start,
      weight: ruler.weigh(start, unit.end),
      leadStarts: shorter.slice(at),
      seams: [],
      parts: [],
    })),
  ];
}

function withoutAnnouncement({ start, seams }: Unit, { start: end }: Unit, ruler: Ruler): Unit[] {
  if (end <= start) return [];
  const own = seams.filter((seam) => seam < end);
  return [{ start, end, weight: ruler.weigh(start, end), leadStarts: [], isHeading: false, seams: own, parts: [] }];
}

/** The unit in smaller ones; itself alone where there are none. */
async function open(unit: Unit, ruler: Ruler): Promise<readonly Unit[]> {
  if (!('grain' in unit.parts)) return unit.parts;
  const parts = finerBlocks(unit.parts, ruler);
  return parts.length > 1 ? unitsOf(withLead(parts, unit.parts.leadStart), ruler) : [unit];
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
    const leadStarts = leadStart === undefined ? [] : [Math.max(window.start, leadStart)];
    return { ...window, leadStarts, isHeading: false, seams: [], parts: [] };
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
  if (grain === 'lines') {
    // What closes fenced code is no part of its own.
    const cuts = layoutCuts(ruler.text, start, end).filter((cut) => !isFence(ruler.text.slice(cut, end)));
    return blocksBetween(block, cuts, ruler.text);
  }
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
    const part = text.slice(from, to);
    return {
      start: from,
      end: to,
      grain,
      leadStart: endsAnnouncing(part) || (at === 0 && isFence(part)) ? from : undefined,
    };
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
  const isBound = left.leadStarts.length > 0;
  return {
    start: left.start,
    end: right.end,
    weight: left.weight + right.weight,
    leadStarts: isBound ? boundLeads(left, right) : right.leadStarts,
    isHeading: right.isHeading,
    seams: [...left.seams, ...(isBound ? [] : [right.start]), ...right.seams],
    parts: [...membersOf(left), ...membersOf(right)],
  };
}

/** A sentence that announces, right behind another, is parted from it if need be; never from its heading. */
function boundLeads(left: Unit, right: Unit): readonly number[] {
  if (right.leadStarts[0] !== right.start) return right.leadStarts;
  return [...left.leadStarts, ...(left.isHeading ? right.leadStarts.slice(1) : right.leadStarts)];
}

function membersOf(unit: Unit): readonly Unit[] {
  return 'grain' in unit.parts || unit.parts.length === 0 ? [unit] : unit.parts;
}
