import { QuarryError } from '../core/errors.js';

/** Deepest nesting of an input. Recursive checks stay far from the end of the stack. */
export const MAX_JSON_DEPTH = 64;

/**
 * Names that reach an object's prototype. Code behind the doors, ours or a library's, may drop or obey them; an input that
 * loses a key means something else (a filter that is gone matches everything), so they are refused before anybody looks.
 */
const DANGEROUS_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with an input, and where. */
export interface JsonProblem {
  /** Keys from the top, joined by dots; at most some 200 characters. */
  readonly path: string;
  readonly complaint: string;
  readonly hint: string;
}

interface Place {
  readonly value: object;
  readonly path: string;
  readonly depth: number;
}

/**
 * What keeps a value from being plain JSON of harmless keys: a dangerous key at any depth, an object that is none of JSON
 * (another prototype, accessors, symbols as keys), a list with holes, a value that JSON cannot write, or too much nesting.
 * Undefined where nothing does. Keeps its own list of what is left to see, so depth costs no stack.
 */
export function findJsonProblem(value: unknown): JsonProblem | undefined {
  if (typeof value !== 'object' || value === null) return scalarProblem(value, '');
  const waiting: Place[] = [{ value, path: '', depth: 0 }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const problem = objectProblem(place) ?? childProblem(place, waiting);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Refuses an input that is not plain JSON of harmless keys, see {@link findJsonProblem}.
 * @param about what takes the input, for the message
 * @throws QuarryError INPUT_INVALID naming the key
 */
export function requireJson(about: string, value: unknown): void {
  const problem = findJsonProblem(value);
  if (problem !== undefined) throw toJsonError(about, problem);
}

/** A {@link JsonProblem} as an error. */
export function toJsonError(about: string, { path, complaint, hint }: JsonProblem): QuarryError {
  return new QuarryError('INPUT_INVALID', `Invalid input for ${about}: ${complaint}.`, {
    hint,
    details: { keys: path === '' ? [] : [path] },
  });
}

function objectProblem({ value, path }: Place): JsonProblem | undefined {
  if (Array.isArray(value)) return listProblem(value, path);
  if (isPlainObject(value)) return keyProblem(value, path);
  return { path, complaint: `${nameOf(path)} is no plain object`, hint: PLAIN_HINT };
}

/** Judges the values in an object or list; those that hold more are put on the list. */
function childProblem({ value, path, depth }: Place, waiting: Place[]): JsonProblem | undefined {
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    // Object.entries types any value as any.
    if (depth >= MAX_JSON_DEPTH) return { path, complaint: 'it is nested too deeply', hint: DEPTH_HINT };
    if (typeof child === 'object' && child !== null) {
      waiting.push({ value: child, path: join(path, key), depth: depth + 1 });
      continue;
    }
    const problem = scalarProblem(child, path, key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const DEPTH_HINT = `At most ${MAX_JSON_DEPTH} levels of objects and lists are read.`;
const PLAIN_HINT = 'Give plain JSON: objects, lists, texts, finite numbers, true, false and null.';

function scalarProblem(value: unknown, path: string, key?: string): JsonProblem | undefined {
  // Undefined is how callers in this process leave a key out; a number that is none is named by the schema's own check.
  if (['string', 'boolean', 'number', 'undefined'].includes(typeof value) || value === null) return undefined;
  const at = key === undefined ? path : join(path, key);
  return { path: at, complaint: `${nameOf(at)} is a ${typeof value}`, hint: PLAIN_HINT };
}

function keyProblem(value: object, path: string): JsonProblem | undefined {
  for (const key of Reflect.ownKeys(value)) {
    const at = join(path, String(key));
    if (typeof key === 'symbol')
      return { path: at, complaint: `${nameOf(path)} has a symbol for a key`, hint: PLAIN_HINT };
    if (DANGEROUS_KEYS.has(key)) {
      const where = path === '' ? '' : ` in ${nameOf(path)}`;
      const hint = `The names ${[...DANGEROUS_KEYS].join(', ')} are never taken as keys, at any depth: rename it.`;
      return { path: at, complaint: `the key ${JSON.stringify(key)}${where} is not allowed`, hint };
    }
    if (Object.getOwnPropertyDescriptor(value, key)?.get !== undefined)
      return { path: at, complaint: `${nameOf(at)} is computed`, hint: PLAIN_HINT };
  }
  return undefined;
}

function listProblem(value: readonly unknown[], path: string): JsonProblem | undefined {
  const keys = Object.keys(value);
  if (keys.length === value.length && keys.every((key, at) => key === String(at))) return undefined;
  const strange = keys.find((key) => !/^\d+$/.test(key));
  if (strange !== undefined) {
    return {
      path: join(path, strange),
      complaint: `the list ${nameOf(path)} has the key ${JSON.stringify(strange.slice(0, 80))}`,
      hint: PLAIN_HINT,
    };
  }
  return { path, complaint: `the list ${nameOf(path)} has a hole`, hint: PLAIN_HINT };
}

/** An object as JSON.parse or a literal makes it, of whichever realm, or one without any prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'); // Not null: an object.
}

function join(path: string, key: string): string {
  return (path === '' ? key.slice(0, 80) : `${path}.${key.slice(0, 80)}`).slice(-200);
}

function nameOf(path: string): string {
  return path === '' ? 'the input' : JSON.stringify(path);
}
