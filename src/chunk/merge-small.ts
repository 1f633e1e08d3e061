import type { Ruler } from './ruler.js';

/** A region that becomes a chunk, or a part of one. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly weight: number;
  readonly path: readonly string[];
  /** True when the heading that `path` ends with stands in the piece itself. */
  readonly titled: boolean;
  /** The sentence that introduces what the piece begins in the middle of: a list, a table, code. */
  readonly introduction?: string | undefined;
  /** True for what must not be joined with what follows. */
  readonly isApart?: boolean | undefined;
  /** Offsets inside the piece at which it may be cut again. */
  readonly seams: readonly number[];
}

/**
 * Joins pieces below the smallest size with a neighbour: first runs of small ones with each other, then what is still small
 * with the lighter of its neighbours. Only pieces of one section, a section and its subsection, or two sections under one heading
 * are joined, and never beyond the budget.
 */
export function mergeSmall(pieces: readonly Piece[], ruler: Ruler): Piece[] {
  const fits = (left: Piece, right: Piece): boolean => left.weight + right.weight <= ruler.max && areKin(left, right);
  const runs: Piece[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last && last.weight < ruler.min && piece.weight < ruler.min && fits(last, piece)) {
      runs[runs.length - 1] = joinPieces(last, piece, ruler.min);
    } else runs.push(piece);
  }
  const merged: Piece[] = [];
  for (const [at, piece] of runs.entries()) {
    const last = merged.at(-1);
    const next = runs[at + 1];
    const nextIsBetter = next !== undefined && last !== undefined && fits(piece, next) && next.weight < last.weight;
    const wantsLast = last !== undefined && (last.weight < ruler.min || (piece.weight < ruler.min && !nextIsBetter));
    if (wantsLast && fits(last, piece)) merged[merged.length - 1] = joinPieces(last, piece, ruler.min);
    else merged.push(piece);
  }
  return merged;
}

/**
 * Whether two neighbours may share a chunk without a heading being lost: the right one belongs to or under the left one's
 * section, or the left one begins with its own heading, so that the text itself still names it.
 */
function areKin(left: Piece, right: Piece): boolean {
  if (left.isApart) return false;
  const shared = sharedPath(left.path, right.path).length;
  if (shared === left.path.length) return true;
  return left.titled && shared === left.path.length - 1;
}

function joinPieces(left: Piece, right: Piece, min: number): Piece {
  return {
    start: left.start,
    end: right.end,
    weight: left.weight + right.weight,
    ...joinedPath(left, right, min),
    introduction: left.introduction,
    seams: [...left.seams, right.start, ...right.seams],
  };
}

/** What both stand under; but a few words before or behind a section do not cost it its name. */
function joinedPath(left: Piece, right: Piece, min: number): Pick<Piece, 'path' | 'titled'> {
  const path = sharedPath(left.path, right.path);
  const isLeadIn = path.length === left.path.length && path.length < right.path.length;
  if (isLeadIn && left.weight < min && right.weight >= min) return { path: right.path, titled: right.titled };
  const isTrailer = path.length === right.path.length && path.length < left.path.length && !right.titled;
  if (isTrailer && right.weight < min && left.weight >= min) return { path: left.path, titled: left.titled };
  return { path, titled: left.titled && path.length === left.path.length };
}

function sharedPath(left: readonly string[], right: readonly string[]): readonly string[] {
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++;
  return shared === left.length ? left : left.slice(0, shared);
}
