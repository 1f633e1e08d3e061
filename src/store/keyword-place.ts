import type { Engine } from './engine.js';
import type { KnowledgeTable } from './knowledge-table.js';
import type { Residents } from './resident/residents.js';

/** Where words are searched. */
export interface KeywordPlace {
  readonly engine: Engine;
  /** What is kept of the table in memory. */
  readonly residents: Residents;
  readonly knowledge: KnowledgeTable;
}
