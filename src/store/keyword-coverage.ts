import { read } from './commit.js';
import { coverage, KEYWORD_COLUMN } from './indexes.js';
import type { KnowledgeTable } from './knowledge-table.js';

/** How far the keyword index covers a version of a table. */
export interface KeywordCoverage {
  readonly version: number;
  /** Whether there is an index that can be read; a query of the engine tells of a broken one, which is then mended. */
  readonly isReadable: boolean;
  /** Rows that it covers, chunks and documents with their names. */
  readonly indexed: number;
  readonly unindexed: number;
}

const known = new WeakMap<KnowledgeTable, KeywordCoverage>();

/** The coverage of the newest version, remembered as long as there is no newer one. */
export async function keywordCoverage(knowledge: KnowledgeTable): Promise<KeywordCoverage> {
  const version = await knowledge.version();
  const remembered = known.get(knowledge);
  if (remembered?.version === version) return remembered;
  const table = await knowledge.open();
  const covered = await read(() => coverage(table, KEYWORD_COLUMN));
  const found = {
    version,
    isReadable: covered !== undefined,
    indexed: covered?.indexed ?? 0,
    unindexed: covered?.unindexed ?? 0,
  };
  known.set(knowledge, found);
  return found;
}
