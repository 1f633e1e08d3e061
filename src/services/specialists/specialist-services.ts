import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { SpecialistService } from './specialist-service.js';

/** Use cases of specialists. */
export interface SpecialistServices {
  readonly registry: SpecialistService;
}

/** Wires the services of this room. Opens nothing. */
export function createSpecialistServices(
  context: ServiceContext,
  parts: { readonly collections: CollectionService },
): SpecialistServices {
  return { registry: new SpecialistService(context, parts.collections) };
}
