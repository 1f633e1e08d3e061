import { type QuarryError, toQuarryError } from '../../core/errors.js';
import type { SourceAdapter, SourceSpec } from '../../core/ports.js';
import { type Reach, reachOfSource } from '../../core/reach.js';
import type { JsonObject, Source, SourceKind } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { detectSourceKind } from '../source-kind.js';
import { mayRead, unreadableFrom } from './read-access.js';

/** What a caller wants to ingest. */
export interface TargetRequest {
  readonly target: string;
  readonly kind?: SourceKind | undefined;
  readonly options?: JsonObject | undefined;
}

/** Lets sources open nothing that was not given to whoever added them. It judges what was resolved, not what was typed. */
export class SourceAccess {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * What a target is for this caller.
   * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND within the caller's roots, PATH_UNREADABLE outside of them, URL_BLOCKED
   */
  async resolve(request: TargetRequest, reach: Reach): Promise<SourceSpec> {
    const { target, options = {} } = request;
    const look = (path: string): Promise<boolean> => mayRead(reach, path);
    const kind = request.kind ?? (await detectSourceKind(target, look));
    const adapter = await this.#context.adapter(kind);
    let spec: SourceSpec;
    try {
      spec = await adapter.resolve(target, options, { mayRead: look, allowPrivateNetwork: reach.privateNetwork });
    } catch (error) {
      throw await withoutTelling(reach, toQuarryError(error));
    }
    await requirePlaces(adapter, spec, reach);
    return spec;
  }

  /**
   * The reach that a source is read with at the wish of a caller, after everything that it would open now has been judged.
   * @throws QuarryError PATH_UNREADABLE
   */
  async require(source: Source, caller: Reach): Promise<Reach> {
    const adapter = await this.#context.adapter(source.kind);
    const about = { grants: this.#context.config, given: adapter.namedPaths(source) };
    const reach = reachOfSource(source.addedBy, caller, about);
    await requirePlaces(adapter, source, reach);
    return reach;
  }
}

async function requirePlaces(adapter: SourceAdapter, spec: SourceSpec, reach: Reach): Promise<void> {
  if (reach.readRoots === 'any') return;
  const look = (path: string): Promise<boolean> => mayRead(reach, path);
  for (const place of await adapter.openedPaths(spec, look)) if (!(await look(place))) throw unreadableFrom(reach);
}

/** What an adapter found missing or closed, said only of places that the caller may look at. */
async function withoutTelling(reach: Reach, error: QuarryError): Promise<QuarryError> {
  if (reach.readRoots === 'any' || (error.code !== 'PATH_NOT_FOUND' && error.code !== 'PATH_UNREADABLE')) return error;
  const path = error.details?.['path'];
  return typeof path === 'string' && (await mayRead(reach, path)) ? error : unreadableFrom(reach);
}
