import type { KnowledgeStore } from '../../core/ports.js';
import { foldCharacters } from '../../core/text/fold-word.js';
import { parseQuery } from '../../core/text/query.js';
import { termsInOrder } from '../../core/text/words.js';
import type { Chunk } from '../../core/types.js';
import type { RankedHit } from '../retrieve.js';
import type { Passage, PassageList } from './passage-list.js';

/** Characters per token used to keep results within a budget; English prose has about four. */
export const CHARACTERS_PER_TOKEN = 4;

/** How much around a hit is given to read; `auto` is as much of its section as the budget allows. */
export const CONTEXT_KINDS = ['auto', 'none', 'neighbours', 'section'] as const;
/** One of {@link CONTEXT_KINDS}. */
export type ContextKind = (typeof CONTEXT_KINDS)[number];

/** A wider span around a hit. */
export interface HitContext {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
}

/** A passage as it is shown. */
export interface AssembledHit {
  readonly passage: Passage;
  /** The passage, or the line of it that says most where the budget was spent on those before. */
  readonly text: string;
  readonly isWhole: boolean;
  readonly context: HitContext | null;
  /** Further passages of the document that answer too, best first. */
  readonly more: readonly Chunk[];
}

/** What is assembled, and how large it may become. */
export interface AssemblyRequest {
  readonly query: string;
  readonly context: ContextKind;
  /** Largest answer, in tokens of about four characters. */
  readonly maxTokens: number;
}

/** How many further passages of a hit's document are named. */
const NAMED_OTHERS = 3;
/** Part of the budget that a hit may fill by its rank, passage and context together, in `auto`. */
const SHARES = [0.45, 0.25, 0.15] as const;
const LATER_SHARE = 0.1;
/** Characters of names, ids and place around a passage, and around one that is given as a line. */
const FRAME_CHARACTERS = 220;
const LINE_CHARACTERS = 300;
/** Longest line that stands for a passage. */
const LONGEST_EXCERPT = 160;

/** Fits passages into a budget: the best whole and with what stands around them, the rest as one line each. */
export class HitAssembler {
  readonly #store: KnowledgeStore;
  readonly #request: AssemblyRequest;
  readonly #passages: PassageList;

  constructor(store: KnowledgeStore, passages: PassageList, request: AssemblyRequest) {
    this.#store = store;
    this.#passages = passages;
    this.#request = request;
  }

  async assemble(page: readonly Passage[]): Promise<AssembledHit[]> {
    const total = this.#request.maxTokens * CHARACTERS_PER_TOKEN;
    const shown = new Set(page.map(({ hit }) => hit.candidate.chunk.id));
    const hits: AssembledHit[] = [];
    let left = total;
    for (const [at, passage] of page.entries()) {
      const room = left - (page.length - at - 1) * LINE_CHARACTERS;
      const hit = await this.#fit(passage, { room, share: (SHARES[at] ?? LATER_SHARE) * total, isFirst: at === 0 });
      left -= (hit.isWhole ? FRAME_CHARACTERS : LINE_CHARACTERS) + (hit.context ?? hit).text.length;
      hits.push({ ...hit, more: this.#passages.others(passage.hit, shown).slice(0, NAMED_OTHERS).map(chunkOf) });
    }
    return hits;
  }

  async #fit(
    passage: Passage,
    { room, share, isFirst }: { readonly room: number; readonly share: number; readonly isFirst: boolean },
  ): Promise<Omit<AssembledHit, 'more'>> {
    const { text } = passage.hit.candidate.chunk;
    if (!isFirst && text.length + FRAME_CHARACTERS > room) {
      return { passage, text: bestLine(passage.hit, this.#request.query), isWhole: false, context: null };
    }
    const { context: kind } = this.#request;
    const budget = Math.min(room, kind === 'auto' ? share : room) - FRAME_CHARACTERS;
    const context = kind === 'none' ? null : await this.#contextOf(passage.hit, kind, budget);
    return { passage, text, isWhole: true, context: context?.text === text ? null : context };
  }

  /** The hit's neighbours (one on each side) or what stands under its heading, as one span of the document. */
  async #contextOf(ranked: RankedHit, kind: ContextKind, budget: number): Promise<HitContext | null> {
    const { chunk } = ranked.candidate;
    const [chunks, document] = await Promise.all([
      this.#store.listChunks(ranked.collection, chunk.documentId),
      this.#store.getDocument(ranked.collection, chunk.documentId),
    ]);
    if (document === undefined) return null;
    const around =
      kind === 'neighbours'
        ? chunks.filter((other) => Math.abs(other.ordinal - chunk.ordinal) <= 1)
        : sectionOf(chunks, chunk);
    const fitting = fitAround(around, chunk, Math.max(budget, chunk.end - chunk.start));
    const first = fitting[0] ?? chunk;
    const last = fitting.at(-1) ?? chunk;
    return {
      text: document.text.slice(first.start, last.end),
      start: first.start,
      end: last.end,
      startLine: first.startLine,
      endLine: last.endLine,
    };
  }
}

function chunkOf(hit: RankedHit): Chunk {
  return hit.candidate.chunk;
}

/** The line of a passage that holds most terms of the query, the first of equals, cut to one short line. */
function bestLine(hit: RankedHit, query: string): string {
  const { terms } = parseQuery(query);
  const wanted = new Set(terms);
  let best = { line: '', found: -1 };
  for (const line of hit.candidate.chunk.text.split('\n')) {
    if (line.trim() === '') continue;
    const found = new Set(termsInOrder(foldCharacters(line)).filter((term) => wanted.has(term))).size;
    if (found > best.found) best = { line, found };
  }
  const plain = best.line.replace(/\s+/g, ' ').trim();
  return plain.length <= LONGEST_EXCERPT ? plain : `${[...plain].slice(0, LONGEST_EXCERPT - 1).join('')}\u2026`;
}

/** Consecutive chunks around the hit that share its heading path or stand below it. */
function sectionOf(chunks: readonly Chunk[], hit: Chunk): Chunk[] {
  const path = hit.headingPath;
  const isInside = (other: Chunk): boolean => path.every((heading, i) => other.headingPath[i] === heading);
  let first = hit.ordinal;
  let last = hit.ordinal;
  const at = (ordinal: number): Chunk | undefined => chunks[ordinal];
  for (let next = at(first - 1); next !== undefined && isInside(next); next = at(first - 1)) first -= 1;
  for (let next = at(last + 1); next !== undefined && isInside(next); next = at(last + 1)) last += 1;
  return chunks.slice(first, last + 1);
}

/** The longest run around the hit that fits into `budget` characters, grown forward first. */
function fitAround(chunks: readonly Chunk[], hit: Chunk, budget: number): Chunk[] {
  const at = chunks.findIndex((chunk) => chunk.id === hit.id);
  if (at < 0) return [hit];
  let from = at;
  let to = at;
  const size = (low: number, high: number): number => (chunks[high]?.end ?? 0) - (chunks[low]?.start ?? 0);
  for (;;) {
    if (to + 1 < chunks.length && size(from, to + 1) <= budget) to += 1;
    else if (from > 0 && size(from - 1, to) <= budget) from -= 1;
    else return chunks.slice(from, to + 1);
  }
}
