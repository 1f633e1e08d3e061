import type { KnownDocument, SourceAdapter, SourceSpec, SyncContext, SyncItem } from '../../src/core/ports.js';
import type { ExtractedDocument, JsonValue } from '../../src/core/types.js';

/** Everything that one sync streamed, sorted out. */
export interface SyncOutcome {
  readonly items: readonly SyncItem[];
  readonly documents: readonly ExtractedDocument[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
  readonly failed: readonly Extract<SyncItem, { type: 'failed' }>[];
  readonly unreadable: readonly Extract<SyncItem, { type: 'unreadable' }>[];
  /** Uris of what was skipped, by reason. */
  readonly skipped: Readonly<Record<string, readonly string[]>>;
  readonly expected: number;
  readonly isComplete: boolean;
  readonly state: JsonValue;
}

/** What a store would remember of earlier syncs. */
export interface SyncMemory {
  readonly known?: ReadonlyMap<string, KnownDocument>;
  readonly state?: JsonValue;
  readonly full?: boolean;
  readonly signal?: AbortSignal;
  /** Default true. */
  readonly allowPrivateNetwork?: boolean;
}

/** Runs one sync to its end. */
export async function collectSync(
  adapter: SourceAdapter,
  spec: SourceSpec,
  memory: SyncMemory = {},
): Promise<SyncOutcome> {
  const context: SyncContext = {
    signal: memory.signal ?? new AbortController().signal,
    report: () => undefined,
    known: (uri) => memory.known?.get(uri),
    state: memory.state ?? null,
    full: memory.full ?? false,
    allowPrivateNetwork: memory.allowPrivateNetwork ?? true,
  };
  const items: SyncItem[] = [];
  for await (const item of adapter.sync(spec, context)) items.push(item);
  const skipped: Record<string, string[]> = {};
  for (const item of items)
    if (item.type === 'skipped') skipped[item.reason] = [...(skipped[item.reason] ?? []), item.uri];
  const complete = items.find((item) => item.type === 'complete');
  return {
    items,
    documents: items.flatMap((item) => (item.type === 'document' ? [item.document] : [])),
    unchanged: items.flatMap((item) => (item.type === 'unchanged' ? [item.uri] : [])),
    removed: items.flatMap((item) => (item.type === 'removed' ? [item.uri] : [])),
    failed: items.flatMap((item) => (item.type === 'failed' ? [item] : [])),
    unreadable: items.flatMap((item) => (item.type === 'unreadable' ? [item] : [])),
    skipped,
    expected: items.flatMap((item) => (item.type === 'expected' ? [item.total] : [])).at(-1) ?? 0,
    isComplete: complete !== undefined,
    state: complete?.type === 'complete' ? complete.state : null,
  };
}

/** What a store would know after a sync. */
export function remember(
  outcome: SyncOutcome,
  before?: ReadonlyMap<string, KnownDocument>,
): Map<string, KnownDocument> {
  const known = new Map<string, KnownDocument>();
  for (const uri of outcome.unchanged) {
    const kept = before?.get(uri);
    if (kept !== undefined) known.set(uri, kept);
  }
  for (const document of outcome.documents) {
    known.set(document.uri, { uri: document.uri, contentHash: '', revision: document.revision });
  }
  return known;
}
