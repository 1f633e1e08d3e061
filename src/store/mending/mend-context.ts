import type { MendOptions, MendStep } from '../../core/ports.js';
import type { Catalog } from '../catalog.js';
import type { CollectionTables } from '../collection-tables.js';
import type { Database } from '../database.js';
import type { VectorPolicy } from '../vector-index.js';

/** What every part of mending works with. */
export interface MendContext {
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables: CollectionTables;
  readonly policy: VectorPolicy;
  readonly newestFormat: number;
  readonly options: MendOptions;
}

/** A step with nothing kept and nothing lost, for what is no collection. */
export function plainStep(what: string, damage: string, action: string): MendStep {
  return { what, damage, action, documents: 0, notes: 0, remade: 0, lost: [], lostRows: 0, aside: '' };
}
