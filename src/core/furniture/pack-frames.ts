import { z } from 'zod';
import type { JsonValue } from '../types.js';
import type { PageFrame } from './page-frame.js';

/** What is remembered of a stored page. */
export interface FramedRecord {
  readonly frame: PageFrame;
  /** What the stored text lacks: see `PageCut`, packed. */
  readonly cut: string;
  /** Leading digits of the stored text's hash. */
  readonly hash: string;
}

const VERSION = 1;

const packedSchema = z.object({
  version: z.literal(VERSION),
  /** Blocks of pages, each once. */
  blocks: z.array(z.string()),
  pages: z.array(z.tuple([z.string(), z.string(), z.string(), z.int(), z.array(z.string()), z.array(z.int())])),
});

/** Packs what is remembered of a source's pages; blocks that many have are kept once. */
export function packFrames(records: ReadonlyMap<string, FramedRecord>): JsonValue {
  const places = new Map<string, number>();
  const placeOf = (token: string): number => {
    const place = places.get(token) ?? places.size;
    places.set(token, place);
    return place;
  };
  const sorted = [...records].sort(([one], [other]) => (one < other ? -1 : 1));
  const pages = sorted.map(([uri, { frame, cut, hash }]) => [
    uri,
    hash,
    cut,
    frame.gap,
    [...frame.titles],
    frame.blocks.map(placeOf),
  ]);
  return { version: VERSION, blocks: [...places.keys()], pages };
}

/** Unpacks them; what is broken or foreign is empty, which only means that every page is read again. */
export function unpackFrames(value: JsonValue | undefined): Map<string, FramedRecord> {
  const parsed = packedSchema.safeParse(value);
  if (!parsed.success) return new Map();
  const { blocks, pages } = parsed.data;
  return new Map(
    pages.map(([uri, hash, cut, gap, titles, tokens]) => [
      uri,
      { frame: { blocks: tokens.map((at) => blocks[at] ?? 'f'), gap, titles }, cut, hash },
    ]),
  );
}
