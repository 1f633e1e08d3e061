import { z } from 'zod';
import { EXTRACTION_RULES } from '../../core/extraction-rules.js';
import type { SkipReason } from '../../core/ports.js';
import type { JsonValue } from '../../core/types.js';

/** What is remembered of one fetched address until the next sync. */
export interface PageMemory {
  /** Document that its content is (or was) found under; its own address unless a canonical link or a duplicate says otherwise. */
  readonly uri: string;
  /** `document`; `canonical` when the page it names says the same; or why it gave none. */
  readonly outcome: 'document' | 'canonical' | SkipReason;
  /** Validators to ask again with; empty when the origin gave none. */
  readonly revision: string;
  /** First 16 hex digits of the text's sha256. */
  readonly hash: string;
  /** Links to follow, as the page names them, in order. */
  readonly links: readonly string[];
}

/** What is remembered of a site: pages that answer "not modified" are crawled on from here. */
export type SiteMemory = ReadonlyMap<string, PageMemory>;

const VERSION = 1;

const encodedSchema = z.object({
  version: z.literal(VERSION),
  /** Rules that the pages were read by: see core/extraction-rules. */
  rules: z.int().default(0),
  urls: z.array(z.string()),
  /** Indices into urls, base 36, each the difference to the one before; lists that are equal are kept once. */
  links: z.array(z.string()),
  pages: z.array(z.tuple([z.int(), z.int(), z.string(), z.string(), z.string(), z.int()])),
});

/** Number of leading hex digits of a content hash that are remembered. */
export const HASH_DIGITS = 16;

/** Packs the memory: addresses once, links as differences of indices. The same memory always packs the same. */
export function encodeMemory(memory: SiteMemory): JsonValue {
  const pages = [...memory].sort(([one], [other]) => (one < other ? -1 : 1));
  const urls = [...new Set(pages.flatMap(([url, page]) => [url, page.uri, ...page.links]))].sort();
  const indexOf = new Map(urls.map((url, index) => [url, index]));
  const lists = new Map<string, number>();
  const rows = pages.map(([url, page]) => {
    const list = packLinks(page.links.map((link) => indexOf.get(link) ?? 0));
    const at = lists.get(list) ?? lists.size;
    lists.set(list, at);
    return [indexOf.get(url) ?? 0, indexOf.get(page.uri) ?? 0, page.outcome, page.revision, page.hash, at];
  });
  return { version: VERSION, rules: EXTRACTION_RULES, urls, links: [...lists.keys()], pages: rows };
}

/** Unpacks a memory; an absent, broken or foreign one is empty, which only means that every page is fetched again. */
export function decodeMemory(state: JsonValue): SiteMemory {
  const parsed = encodedSchema.safeParse(state);
  if (!parsed.success) return new Map();
  const { urls, links, pages, rules } = parsed.data;
  const memory = new Map<string, PageMemory>();
  for (const [at, uriAt, outcome, revision, hash, list] of pages) {
    const url = urls[at];
    const uri = urls[uriAt];
    if (url === undefined || uri === undefined) return new Map();
    const targets = unpackLinks(links[list] ?? '').flatMap((index) => urls[index] ?? []);
    // Written by encodeMemory, which takes only these; an unknown word is treated like any skip.
    const known = outcome as PageMemory['outcome'];
    // A page that gave nothing may give something by other rules; the store tells of the others.
    const isAsToday = known === 'document' || rules === EXTRACTION_RULES;
    memory.set(url, { uri, outcome: known, revision: isAsToday ? revision : '', hash, links: targets });
  }
  return memory;
}

function packLinks(indices: readonly number[]): string {
  let before = 0;
  return indices
    .map((index) => {
      const step = (index - before).toString(36);
      before = index;
      return step;
    })
    .join(' ');
}

function unpackLinks(text: string): number[] {
  if (text === '') return [];
  let at = 0;
  return text.split(' ').map((step) => {
    at += Number.parseInt(step, 36);
    return at;
  });
}
