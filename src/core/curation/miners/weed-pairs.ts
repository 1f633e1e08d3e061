import { sha256 } from '../../identity.js';
import { plainWords } from '../shingles.js';
import { inContext } from './document-name.js';
import { visibleText } from './visible-text.js';

/** A mined pair as the weeding sees it. */
export interface WeedablePair {
  readonly anchor: string;
  readonly positive: string;
  readonly documentId: string;
  /** What the document is about, see `nameOf`. */
  readonly documentName: string;
  /** See {@link passageKey}. */
  readonly key: string;
}

/** Why a pair is left out: its passage stands in many documents, or its anchor names several passages. */
export type WeedReason = 'boilerplate' | 'ambiguous';

/** The anchor under which a pair stays, or why it does not. */
export type Weeding = { readonly anchor: string } | { readonly reason: WeedReason };

/** In this many documents, under as many anchors, a passage is furniture: how to contribute, how to install. */
const BOILERPLATE_DOCUMENTS = 3;
/** Share of common words from which two passages under one anchor are versions of one passage. */
const ALIKE = 0.5;

/** What makes two passages the same: the words that a reader sees of them. */
export function passageKey(positive: string): string {
  return sha256(plainWords(visibleText(positive)).join(' ') || positive);
}

/**
 * Looks at all pairs together, which no miner can: passages that many documents share under different anchors are left
 * out. An anchor that names several passages gets its document's name before it; where that does not tell them apart,
 * the first is kept when all are versions of one passage, else none.
 */
export function weedPairs(pairs: readonly WeedablePair[]): Weeding[] {
  const boilerplate = boilerplateKeys(pairs);
  const weedings: Weeding[] = pairs.map((pair) =>
    boilerplate.has(pair.key) ? { reason: 'boilerplate' } : { anchor: pair.anchor },
  );
  for (const group of ambiguousGroups(pairs, weedings)) {
    for (const at of group) {
      const pair = pairs[at];
      if (pair !== undefined) weedings[at] = { anchor: inContext(pair.documentName, pair.anchor) };
    }
  }
  for (const group of ambiguousGroups(pairs, weedings)) {
    const [first = 0, ...others] = group;
    const isOne = others.every((at) => alike(pairs[first]?.positive ?? '', pairs[at]?.positive ?? '') >= ALIKE);
    for (const at of isOne ? others : group) {
      if (!isOne || pairs[at]?.positive !== pairs[first]?.positive) weedings[at] = { reason: 'ambiguous' };
    }
  }
  return weedings;
}

function boilerplateKeys(pairs: readonly WeedablePair[]): ReadonlySet<string> {
  const uses = new Map<string, { anchors: Set<string>; documents: Set<string> }>();
  for (const { key, anchor, documentId } of pairs) {
    const use = uses.get(key) ?? { anchors: new Set(), documents: new Set() };
    use.anchors.add(anchor.toLowerCase());
    use.documents.add(documentId);
    uses.set(key, use);
  }
  const isFurniture = (set: ReadonlySet<string>): boolean => set.size >= BOILERPLATE_DOCUMENTS;
  return new Set(
    [...uses].filter(([, use]) => isFurniture(use.anchors) && isFurniture(use.documents)).map(([key]) => key),
  );
}

/** Groups of places of pairs that stay and have one anchor but not one passage. */
function ambiguousGroups(pairs: readonly WeedablePair[], weedings: readonly Weeding[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, weeding] of weedings.entries()) {
    if (!('anchor' in weeding)) continue;
    const anchor = weeding.anchor.toLowerCase();
    const group = groups.get(anchor);
    if (group === undefined) groups.set(anchor, [at]);
    else group.push(at);
  }
  return [...groups.values()].filter((group) => new Set(group.map((at) => pairs[at]?.key)).size > 1);
}

/** Jaccard similarity of the sets of words of two texts, 0..1. */
function alike(a: string, b: string): number {
  const [first, second] = [new Set(plainWords(a)), new Set(plainWords(b))];
  const common = [...first].filter((word) => second.has(word)).length;
  return common / Math.max(1, first.size + second.size - common);
}
