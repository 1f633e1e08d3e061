import type { Source } from '../core/types.js';
import type { ServiceContext } from './context.js';
import { PageFurniture } from './page-furniture.js';

/** Drops what is kept of sources beside their documents: what is remembered of their pages, and the pages' bodies. */
export async function forgetSources(context: ServiceContext, sources: readonly Source[]): Promise<void> {
  for (const source of sources) {
    if (source.kind === 'text') continue;
    await PageFurniture.drop(context.store, source.id);
    await (await context.adapter(source.kind)).forget?.(source);
  }
}
