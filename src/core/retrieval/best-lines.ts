import { foldCharacters } from '../text/fold-word.js';
import { termsInOrder } from '../text/words.js';
import { type TextSpan, textUnits } from './text-units.js';

/** A passage of which lines may be shown. */
export interface ShowablePassage {
  /** Names the document it stands in. Passages of one document follow each other in its order. */
  readonly document: string;
  readonly text: string;
  /** Title and headings above it. */
  readonly heading: string;
  /** Its score, and its document's, as a share of the best score, 0..1. */
  readonly share: number;
  readonly documentShare: number;
  /** Whether it begins where the passage before it ends. */
  readonly isNext: boolean;
  /** Characters that naming it, and its document, costs beside its text. */
  readonly frame: number;
  readonly documentFrame: number;
}

/** Part of the weight of the query's terms that a unit, its headings and its passage's best unit hold; set on development collections. */
const WEIGHTS = { terms: 0.6, heading: 0.2, passage: 0.4, document: 1.2, share: 0.6 } as const;
/** Units beside a better one rise by half of the distance to this part of its score: what follows is explained by what stands before. */
const BEFORE = 0.9;
const BEHIND = 0.6;
const RISE = 0.5;
/** A passage of which no more than this is left is shown whole. */
const REMAINDER = 120;
/** Spans with no more between them become one. */
const GAP = 80;
/** Characters that every line costs in front of its text, and every span above it. */
const LINE_FRAME = 5;
const SPAN_FRAME = 18;

interface Unit extends TextSpan {
  readonly passage: number;
  readonly score: number;
  /** Whether it holds a term of the query, or stands beside one that does and ranks higher. */
  readonly isTelling: boolean;
}

/**
 * The parts of each passage that belong into an answer of `room` characters: the best passage whole where it fits, then the
 * units (paragraphs, sentences) that hold most of the query, weighed by rarity among these passages, in passages and documents
 * that rank high. Runs in order for each passage; none for those of which nothing is shown, which are never all. Deterministic.
 */
export function bestLines(
  passages: readonly ShowablePassage[],
  { terms, room }: { readonly terms: readonly string[]; readonly room: number },
): (readonly TextSpan[])[] {
  const filling = new Filling(passages, room);
  const best = passages.reduce((top, { share }, at) => (share > (passages[top]?.share ?? -1) ? at : top), 0);
  const first = passages[best];
  if (first !== undefined) filling.add(best, { start: 0, end: first.text.length });
  const units = scoreUnits(passages, terms).sort(
    (a, b) => b.score - a.score || a.passage - b.passage || a.start - b.start,
  );
  // Where no passage holds a word of the query, all of them answer by meaning alone.
  const telling = units.filter((unit) => unit.isTelling);
  for (const unit of telling.length === 0 ? units : telling) filling.add(unit.passage, unit);
  const [top] = units;
  if (filling.isEmpty && top !== undefined) return passages.map((_, at) => (at === top.passage ? [top] : []));
  return filling.spans();
}

/** Spans that were chosen, within the room. */
class Filling {
  readonly #passages: readonly ShowablePassage[];
  readonly #spans: (readonly TextSpan[])[];
  readonly #documents = new Set<string>();
  #left: number;

  constructor(passages: readonly ShowablePassage[], room: number) {
    this.#passages = passages;
    this.#spans = passages.map(() => []);
    this.#left = room;
  }

  get isEmpty(): boolean {
    return this.#documents.size === 0;
  }

  /** Shows this span of the passage too; false where that does not fit. */
  add(at: number, span: TextSpan): boolean {
    const passage = this.#passages[at];
    const now = this.#spans[at];
    if (passage === undefined || now === undefined) return false;
    const grown = joined(now, span);
    const frames =
      (now.length === 0 ? passage.frame : 0) + (this.#documents.has(passage.document) ? 0 : passage.documentFrame);
    const cost = costOf(passage.text, grown) - costOf(passage.text, now) + frames;
    if (cost > this.#left) return false;
    this.#left -= cost;
    this.#spans[at] = grown;
    this.#documents.add(passage.document);
    return true;
  }

  spans(): (readonly TextSpan[])[] {
    for (const [at, { text }] of this.#passages.entries()) {
      const shown = (this.#spans[at] ?? []).reduce((sum, { start, end }) => sum + end - start, 0);
      if (shown > 0 && text.length - shown <= REMAINDER) this.add(at, { start: 0, end: text.length });
    }
    return this.#spans;
  }
}

/** The spans with one more, in order; those that touch, or nearly so, become one. */
function joined(spans: readonly TextSpan[], added: TextSpan): readonly TextSpan[] {
  let { start, end } = added;
  const apart = spans.filter((span) => {
    const isNear = span.start <= end + GAP && span.end >= start - GAP;
    if (isNear) [start, end] = [Math.min(start, span.start), Math.max(end, span.end)];
    return !isNear;
  });
  return [...apart, { start, end }].sort((a, b) => a.start - b.start);
}

function costOf(text: string, spans: readonly TextSpan[]): number {
  let cost = 0;
  for (const { start, end } of spans) {
    cost += SPAN_FRAME + end - start;
    for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) cost += LINE_FRAME;
  }
  return cost;
}

interface ReadPassage {
  readonly units: readonly TextSpan[];
  readonly terms: readonly ReadonlySet<string>[];
  readonly heading: ReadonlySet<string>;
}

function scoreUnits(passages: readonly ShowablePassage[], terms: readonly string[]): Unit[] {
  const read = passages.map(({ text, heading }): ReadPassage => {
    const units = textUnits(text);
    const termsOfUnits = units.map(({ start, end }) => termsOf(text.slice(start, end)));
    return { units, terms: termsOfUnits, heading: termsOf(heading) };
  });
  const weights = weigh(new Set(terms), read);
  const own = read.flatMap((passage, at) => ownScores(passage, weights, passages[at]));
  let index = -1;
  return read.flatMap(({ units }, passage) =>
    units.map((unit, nth) => {
      index += 1;
      const { score, isHolding } = own[index] ?? NOTHING;
      const before = nth > 0 || passages[passage]?.isNext === true ? own[index - 1] : undefined;
      const behind = nth < units.length - 1 || passages[passage + 1]?.isNext === true ? own[index + 1] : undefined;
      const beside = Math.max((before?.score ?? 0) * BEFORE, (behind?.score ?? 0) * BEHIND);
      const isTelling = isHolding || (beside > score && (before?.isHolding === true || behind?.isHolding === true));
      return { ...unit, passage, score: score + RISE * Math.max(0, beside - score), isTelling };
    }),
  );
}

interface OwnScore {
  readonly score: number;
  /** Whether it holds a term of the query. */
  readonly isHolding: boolean;
}

const NOTHING: OwnScore = { score: 0, isHolding: false };

function termsOf(text: string): ReadonlySet<string> {
  return new Set(termsInOrder(foldCharacters(text)));
}

/** Weight of each term by its rarity among the passages, all together 1. */
function weigh(terms: ReadonlySet<string>, read: readonly ReadPassage[]): ReadonlyMap<string, number> {
  const rarities = [...terms].map((term) => {
    const holding = read.filter((passage) => passage.terms.some((unit) => unit.has(term))).length;
    return [term, Math.log(1 + (read.length - holding + 0.5) / (holding + 0.5))] as const;
  });
  const total = rarities.reduce((sum, [, rarity]) => sum + rarity, 0);
  return new Map(rarities.map(([term, rarity]) => [term, total === 0 ? 0 : rarity / total]));
}

function ownScores(
  { terms, heading }: ReadPassage,
  weights: ReadonlyMap<string, number>,
  passage: ShowablePassage | undefined,
): OwnScore[] {
  const held = terms.map((unit) => heldBy(unit, weights));
  const shared =
    WEIGHTS.heading * heldBy(heading, weights) +
    WEIGHTS.passage * Math.max(0, ...held) +
    WEIGHTS.document * (passage?.documentShare ?? 0) +
    WEIGHTS.share * (passage?.share ?? 0);
  return held.map((part) => ({ score: WEIGHTS.terms * part + shared, isHolding: part > 0 }));
}

function heldBy(terms: ReadonlySet<string>, weights: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [term, weight] of weights) if (terms.has(term)) sum += weight;
  return sum;
}
