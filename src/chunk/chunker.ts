import type { Chunker } from '../core/ports.js';
import { createLineIndex } from '../core/text/lines.js';
import type { ChunkSpan, DocumentFormat } from '../core/types.js';
import { CHUNKER_ID } from './chunker-id.js';
import { readCode } from './code-sections.js';
import { fillWindows } from './fill-windows.js';
import { readMarkdown } from './markdown-sections.js';
import type { Piece } from './merge-small.js';
import { packSections } from './pack-sections.js';
import { readPlain } from './plain-sections.js';
import { createRuler, type Ruler, trimRegion } from './ruler.js';
import type { Section } from './section.js';

/**
 * Cuts documents by structure first and size second: Markdown by headings and blocks, programs by their syntax tree, other text by
 * paragraphs and sentences. Chunks are ordered, do not overlap, cover everything but white space and Markdown's front matter, and
 * never exceed `maxTokens` as long as one code point does not. Time is linear in the length of the text, whatever it holds; long texts let other work in.
 */
export function createChunker(): Chunker {
  return {
    id: CHUNKER_ID,
    chunk: async (document, sizing, countTokens) => {
      const ruler = createRuler(document.text, sizing, countTokens);
      const outline = await outlineOf(document, ruler);
      try {
        const pieces: Piece[] = [];
        for (const piece of await packSections(outline.sections, ruler)) await addFitting(piece, ruler, pieces);
        return toSpans(pieces, ruler, document.format);
      } finally {
        outline.free?.();
      }
    },
  };
}

interface Outline {
  readonly sections: readonly Section[];
  free?(): void;
}

async function outlineOf(
  { text, format, language }: { text: string; format: DocumentFormat; language: string },
  ruler: Ruler,
): Promise<Outline> {
  if (format === 'code') return readCode(text, language);
  if (format === 'plain') return { sections: readPlain(text) };
  const sections: Section[] = [];
  for (const part of readMarkdown(text)) {
    for (const section of part) sections.push(section);
    await ruler.rest(PARSING_WORK * ((part.at(-1)?.end ?? 0) - (part[0]?.start ?? 0)));
  }
  return { sections };
}

/** Parsing a code unit takes about as long as weighing this many. */
const PARSING_WORK = 5;

/** Adds the piece, cut again where a tokenizer finds more tokens in the whole than in its parts. */
async function addFitting(piece: Piece, ruler: Ruler, pieces: Piece[]): Promise<void> {
  const { start, end } = trimRegion(ruler.text, piece.start, piece.end);
  if (start === end) return;
  const weight = ruler.weigh(start, end);
  await ruler.rest();
  if (weight <= ruler.max) {
    pieces.push({ ...piece, start, end, weight });
    return;
  }
  const seams = piece.seams.filter((seam) => seam > start && seam < end);
  const seam = seams[Math.floor(seams.length / 2)];
  if (seam !== undefined) {
    await addFitting({ ...piece, start, end: seam, seams }, ruler, pieces);
    await addFitting({ ...piece, start: seam, end, seams, introduction: undefined }, ruler, pieces);
    return;
  }
  for (const window of await fillWindows({ start, end, grain: 'prose' }, ruler)) {
    const region = trimRegion(ruler.text, window.start, window.end);
    if (region.start < region.end) pieces.push({ ...piece, ...region, weight: window.weight });
  }
}

function toSpans(pieces: readonly Piece[], ruler: Ruler, format: DocumentFormat): ChunkSpan[] {
  const lines = createLineIndex(ruler.text);
  return pieces.map((piece, at) => {
    const start = format === 'code' ? withIndentation(piece, pieces[at - 1]?.end ?? 0, ruler) : piece.start;
    return {
      start,
      end: piece.end,
      startLine: lines.lineAt(start),
      endLine: lines.lineAt(piece.end - 1),
      headingPath: piece.introduction === undefined ? piece.path : [...piece.path, piece.introduction],
      tokens: ruler.tokensOf(start, piece.end),
    };
  });
}

const WIDEST_INDENTATION = 200;

/** Start of the line where only its indentation stands before the piece, so that a program's lines keep their places. */
function withIndentation(piece: Piece, bound: number, ruler: Ruler): number {
  const before = ruler.text.slice(Math.max(bound, piece.start - WIDEST_INDENTATION), piece.start);
  const start = piece.start - (/\n([ \t]+)$/.exec(before)?.[1]?.length ?? 0);
  return piece.end - start <= ruler.maxLength && ruler.tokensOf(start, piece.end) <= ruler.max ? start : piece.start;
}
