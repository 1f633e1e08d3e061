import { z } from 'zod';
import type { JsonObject, JsonValue } from '../core/types.js';
import { branchesOf, dereference, objectOf } from './json-schema.js';

/**
 * The first list or text that is longer than its schema allows. Only lengths are looked at, and a list's own before its
 * items, so that the cost does not grow with what is refused; the full check would look at every item first.
 * @param schema JSON Schema of the whole input
 */
export function findOverlong(schema: JsonObject, value: unknown): z.ZodError | undefined {
  const issue = judge({ schema, root: schema }, value, []);
  return issue === undefined ? undefined : new z.ZodError([issue]);
}

interface Place {
  readonly schema: JsonValue | undefined;
  readonly root: JsonObject;
}

type Path = readonly (string | number)[];

function judge({ schema, root }: Place, value: unknown, path: Path): z.core.$ZodIssue | undefined {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return undefined;
  const own = objectOf(schema);
  if (own === undefined) return undefined;
  const known = dereference(own, root);
  const branches = branchesOf(known)?.map((branch) => dereference(branch, root)) ?? [known];
  if (typeof value === 'string') return tooLong(branches, 'string', { value, path });
  if (!Array.isArray(value)) return judgeFields(branches, { value, root, path });
  return tooLong(branches, 'array', { value, path }) ?? judgeItems(branches, { value, root, path });
}

/** Refuses only what every alternative of its type refuses. */
function tooLong(
  branches: readonly JsonObject[],
  origin: 'array' | 'string',
  { value, path }: { readonly value: { readonly length: number }; readonly path: Path },
): z.core.$ZodIssue | undefined {
  const own = branches.filter((branch) => branch['type'] === origin);
  const bounds = own.map((branch) => branch[origin === 'array' ? 'maxItems' : 'maxLength']);
  if (own.length === 0 || !bounds.every((bound) => typeof bound === 'number')) return undefined;
  const maximum = Math.max(...bounds);
  if (value.length <= maximum) return undefined;
  const what = origin === 'array' ? 'items' : 'characters';
  const message = `Too big: expected ${origin} to have <=${maximum} ${what}`;
  return { code: 'too_big', origin, maximum, inclusive: true, path: [...path], message, input: undefined };
}

function judgeFields(
  branches: readonly JsonObject[],
  { value, root, path }: { readonly value: object; readonly root: JsonObject; readonly path: Path },
): z.core.$ZodIssue | undefined {
  for (const branch of branches) {
    for (const [key, schema] of Object.entries(objectOf(branch['properties']) ?? {})) {
      if (!Object.hasOwn(value, key)) continue;
      const issue = judge({ schema, root }, Reflect.get(value, key), [...path, key]);
      if (issue !== undefined) return issue;
    }
  }
  return undefined;
}

/** Texts in lists are left to the full check, for there are no more of them than the list may have. */
function judgeItems(
  branches: readonly JsonObject[],
  { value, root, path }: { readonly value: readonly unknown[]; readonly root: JsonObject; readonly path: Path },
): z.core.$ZodIssue | undefined {
  const items = branches.map((branch) => objectOf(branch['items'])).filter((schema) => schema !== undefined);
  const [schema] = items;
  if (items.length !== 1 || schema === undefined || dereference(schema, root)['type'] === 'string') return undefined;
  for (const [index, item] of value.entries()) {
    const issue = judge({ schema, root }, item, [...path, index]);
    if (issue !== undefined) return issue;
  }
  return undefined;
}
