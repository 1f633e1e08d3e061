import { hasLittleStructure } from '../core/json-structure.js';
import type { JsonObject, JsonValue } from '../core/types.js';
import { branchesOf, dereference, objectOf } from './json-schema.js';

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off']);
/** JSON's own grammar of numbers (no hexadecimal, no white space, no leading zeros, no infinities), and `.05` as our help writes it. */
const NUMBER_PATTERN = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** The beginning of an object or a list. */
const MAYBE_JSON = /^\s*[[{]/;

/** Marks a string that does not fit the schema; the strict check of the operation then names it. */
const NO_FIT = Symbol('no fit');

/**
 * Gives strings (of a query string, a path or a command line) the types that an operation's input schema asks for.
 * Numbers and booleans are read from their words; a list from several values, taken as they are, or from one value, split
 * at commas (or written as a JSON array); an object from JSON. Values that are not strings, unknown keys, and strings
 * that do not fit are passed on unchanged, so that the operation itself refuses them in its own words. Never throws.
 * @param schema JSON Schema of the whole input, with `properties`
 */
export function coerceStrings(schema: JsonObject, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties = objectOf(schema['properties']) ?? {};
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const property = Object.hasOwn(properties, key) ? objectOf(properties[key]) : undefined;
      return [key, property === undefined ? value : coerceValue(property, value, schema)];
    }),
  );
}

/**
 * Reads objects and lists that arrive as JSON in a string, as some MCP clients send them. Only where the schema wants an
 * object or a list and takes no text, and the string is JSON of one; everything else is passed on unchanged. Never throws.
 * @param schema JSON Schema of the whole input, with `properties`
 */
export function parseJsonTexts(schema: JsonObject, input: unknown): unknown {
  const values = objectOf(input);
  const properties = objectOf(schema['properties']);
  if (values === undefined || properties === undefined) return input;
  const read = Object.entries(values).map(([key, value]) => {
    const property = Object.hasOwn(properties, key) ? objectOf(properties[key]) : undefined;
    return { key, value, read: property === undefined ? value : parseJsonText(property, value, schema) };
  });
  if (read.every((entry) => entry.read === entry.value)) return input;
  return Object.fromEntries(read.map((entry) => [entry.key, entry.read]));
}

function parseJsonText(property: JsonObject, value: JsonValue, root: JsonObject): unknown {
  if (typeof value !== 'string') return value;
  const schema = dereference(property, root);
  const branches = (branchesOf(schema) ?? [schema]).map((branch) => dereference(branch, root));
  const types = branches.flatMap(typesOf);
  // Where no type is given, text is as good as anything else.
  if (types.includes('string') || branches.some((branch) => typesOf(branch).length === 0)) return value;
  if (!MAYBE_JSON.test(value)) return value;
  return readJson(value, (json) => types.includes(Array.isArray(json) ? 'array' : 'object'), value);
}

function coerceValue(property: JsonObject, value: unknown, root: JsonObject): unknown {
  if (typeof value !== 'string' && !isStringList(value)) return value;
  const read = readAs(property, value, root);
  return read === NO_FIT ? value : read;
}

function readAs(property: JsonObject, value: string | readonly string[], root: JsonObject): unknown {
  const schema = dereference(property, root);
  const branches = branchesOf(schema);
  if (branches !== undefined) return readAsAny(branches, value, root);
  const types = typesOf(schema);
  if (types.includes('array')) return readList(objectOf(schema['items']) ?? {}, value, root);
  if (typeof value !== 'string') return NO_FIT;
  if (types.length === 0) return readJson(value, () => true, value);
  return readScalar(types, value);
}

/**
 * Alternatives: the stricter readings first, plain text last. Where text is allowed, a lone string is neither split at
 * commas nor taken for `null`, for both are text like any other.
 */
function readAsAny(branches: readonly JsonObject[], value: string | readonly string[], root: JsonObject): unknown {
  const known = branches.map((branch) => dereference(branch, root));
  const text = known.filter((branch) => typesOf(branch).includes('string'));
  const strict = known.filter((branch) => !text.includes(branch));
  if (text.length > 0 && typeof value === 'string') {
    const types = strict.flatMap(typesOf).filter((type) => type !== 'null');
    const read = readScalar(types, value);
    if (read !== NO_FIT) return read;
    return types.includes('array') ? readJson(value, (json) => Array.isArray(json), value) : value;
  }
  for (const branch of strict) {
    const read = readAs(branch, value, root);
    if (read !== NO_FIT) return read;
  }
  return NO_FIT;
}

function readScalar(types: readonly string[], value: string): unknown {
  if ((types.includes('number') || types.includes('integer')) && NUMBER_PATTERN.test(value)) {
    const number = Number(value);
    if (Number.isFinite(number)) return number;
  }
  if (types.includes('boolean')) {
    const word = value.trim().toLowerCase();
    if (TRUE_WORDS.has(word)) return true;
    if (FALSE_WORDS.has(word)) return false;
  }
  if (types.includes('object')) {
    const parsed = readJson(value, (json) => objectOf(json) !== undefined);
    if (parsed !== NO_FIT) return parsed;
  }
  if (types.includes('null') && value === 'null' && !types.includes('string')) return null;
  return types.includes('string') ? value : NO_FIT;
}

function readList(items: JsonObject, value: string | readonly string[], root: JsonObject): unknown {
  if (typeof value === 'string' && value.trimStart().startsWith('[')) {
    const parsed = readJson(value, (json) => Array.isArray(json));
    if (parsed !== NO_FIT) return parsed;
  }
  const parts = typeof value === 'string' ? splitAtCommas(value) : value;
  return parts.map((part) => coerceValue(items, part, root));
}

function splitAtCommas(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readJson(text: string, isWanted: (value: unknown) => boolean, otherwise: unknown = NO_FIT): unknown {
  if (!hasLittleStructure(text)) return otherwise;
  try {
    const value: unknown = JSON.parse(text);
    return isWanted(value) ? value : otherwise;
  } catch {
    return otherwise; // Not JSON: the strict check of the operation says what was expected.
  }
}

/** Declared types, or those of the allowed values where only values are given. */
function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === 'string');
  const values: readonly JsonValue[] = Array.isArray(schema['enum'])
    ? schema['enum']
    : schema['const'] === undefined
      ? []
      : [schema['const']];
  return values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value));
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
