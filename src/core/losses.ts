import { type JsonObject, LOSS_KINDS, type LossKind } from './types.js';

/** How many of each kind a document has that its text lacks; kinds with none are left out. */
export type Losses = Readonly<Partial<Record<LossKind, number>>>;

/** Key of a document's metadata under which they stand. */
export const LOSSES_KEY = 'losses';

/** What a document's metadata says that its text lacks. */
export function lossesIn(metadata: JsonObject): readonly (readonly [LossKind, number])[] {
  const losses = metadata[LOSSES_KEY];
  if (typeof losses !== 'object' || losses === null || Array.isArray(losses)) return [];
  return LOSS_KINDS.flatMap((kind) => {
    const number = losses[kind];
    return typeof number === 'number' && number > 0 ? [[kind, number] as const] : [];
  });
}
