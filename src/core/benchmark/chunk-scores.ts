import { intersectSpans, lengthOf, mergeSpans, type Span } from './spans.js';

/** A span in a document. */
export interface DocumentSpan extends Span {
  readonly document: string;
}

/** How well chunks fit the spans that answer a query; all 0..1. */
export interface ChunkScores {
  /** Share of the reference characters that were retrieved. */
  readonly recall: number;
  /** Share of the retrieved characters that are reference. */
  readonly precision: number;
  /** Common characters over all that are retrieved or reference. */
  readonly iou: number;
  /** Precision if exactly the chunks that touch the reference were retrieved: what the cutting alone allows. */
  readonly precisionOmega: number;
}

/**
 * Scores chunking on characters for one query (Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval", Chroma
 * 2024, there on tokens). `retrieved` are the chunks taken, `chunks` all chunks of the documents that hold references.
 * Text retrieved twice counts twice against precision and IoU.
 */
export function scoreChunks(
  references: readonly DocumentSpan[],
  retrieved: readonly DocumentSpan[],
  chunks: readonly DocumentSpan[],
): ChunkScores {
  const wanted = byDocument(references);
  const total = sum([...wanted.values()].map(lengthOf));
  const taken = sum(retrieved.map((span) => span.end - span.start));
  const common = overlap(wanted, byDocument(retrieved));
  const touching = chunks.filter((chunk) => intersectSpans(wanted.get(chunk.document) ?? [], [chunk]).length > 0);
  const touched = sum(touching.map((span) => span.end - span.start));
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    recall: ratio(common, total),
    precision: ratio(common, taken),
    iou: ratio(common, total + taken - common),
    precisionOmega: ratio(overlap(wanted, byDocument(touching)), touched),
  };
}

function byDocument(spans: readonly DocumentSpan[]): Map<string, Span[]> {
  const groups = new Map<string, DocumentSpan[]>();
  for (const span of spans) groups.set(span.document, [...(groups.get(span.document) ?? []), span]);
  return new Map([...groups].map(([document, group]) => [document, mergeSpans(group)]));
}

function overlap(a: ReadonlyMap<string, Span[]>, b: ReadonlyMap<string, Span[]>): number {
  return sum([...a].map(([document, spans]) => lengthOf(intersectSpans(spans, b.get(document) ?? []))));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
