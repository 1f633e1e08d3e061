import { oneLine } from '../core/text/fence.js';
import type { JsonObject, JsonValue } from '../core/types.js';

/** Inputs and outputs that name what a call is about. Whatever is not listed, texts and queries above all, is never recorded. */
const NAMING_KEYS: readonly string[] = [
  'id',
  'ids',
  'name',
  'to',
  'in',
  'collection',
  'collections',
  'source',
  'sources',
  'sourceId',
  'document',
  'target',
  'kind',
  'jobId',
  'dataset',
  'item',
  'suite',
  'suites',
  'run',
  'runs',
  'specialist',
  'specialists',
  'model',
  'base',
  'data',
  'path',
  'file',
  'folder',
  'output',
  'scopes',
  'workspaceId',
  'replaces',
];
const MAX_CHARACTERS = 200;
const MAX_ITEMS = 10;

/** What a call is about, out of its checked input or its output, without what places may hold of secrets. */
export function auditTarget(values: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    NAMING_KEYS.flatMap((key): [string, JsonValue][] => {
      const told = Object.hasOwn(values, key) ? tellable(values[key]) : undefined;
      return told === undefined ? [] : [[key, told]];
    }),
  );
}

function tellable(value: unknown): JsonValue | undefined {
  if (typeof value === 'string') return value === '' ? undefined : withoutSecrets(value);
  if (!Array.isArray(value)) return undefined;
  const names = value.filter((item) => typeof item === 'string').slice(0, MAX_ITEMS);
  return names.length === 0 ? undefined : names.map(withoutSecrets);
}

/** An address without names, passwords, query and fragment, in which keys travel. */
function withoutSecrets(text: string): string {
  const [place = ''] = /:\/\//.test(text) ? text.split(/[?#]/) : [text];
  const bare = place.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/\s]*@/i, '$1');
  return oneLine(bare).slice(0, MAX_CHARACTERS);
}
