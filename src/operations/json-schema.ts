import type { JsonObject } from '../core/types.js';

const MAX_REFERENCES = 8;

/** The value as an object; undefined for anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  // Callers hand in parts of a JSON Schema or the result of JSON.parse, so an object is a JSON object.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The alternatives that a schema names; undefined when it is none of alternatives. */
export function branchesOf(schema: JsonObject): readonly JsonObject[] | undefined {
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(branches)) return undefined;
  return branches.map(objectOf).filter((branch) => branch !== undefined);
}

/** The schema that a reference leads to; what is no reference stays itself, what leads nowhere is empty. */
export function dereference(schema: JsonObject, root: JsonObject): JsonObject {
  let current = schema;
  for (let step = 0; step < MAX_REFERENCES; step++) {
    const reference = current['$ref'];
    if (typeof reference !== 'string') return current;
    const target = followPointer(root, reference);
    if (target === undefined) return {};
    current = target;
  }
  return {};
}

function followPointer(root: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined;
  const path = reference.split('/').slice(1);
  let current: JsonObject | undefined = root;
  for (const part of path) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    current = current !== undefined && Object.hasOwn(current, key) ? objectOf(current[key]) : undefined;
  }
  return current;
}
