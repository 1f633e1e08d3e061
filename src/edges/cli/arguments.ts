import { readFile } from 'node:fs/promises';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject, JsonValue } from '../../core/types.js';
import type { Operation } from '../../operations/define.js';

/** One input key as the command line shows it. */
export interface Parameter {
  readonly key: string;
  readonly flag: string;
  readonly kind: 'boolean' | 'list' | 'object' | 'value';
  readonly description: string;
  readonly isRequired: boolean;
  readonly isPositional: boolean;
  /** True for switches that are on unless they are turned off. */
  readonly isOnByDefault: boolean;
  /** The words that it takes; empty where any will do. */
  readonly choices: readonly string[];
}

/** `maxTokens` -> `max-tokens`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parameters of an operation, in the order of its input schema, from that schema. */
export function parametersOf(operation: Operation): Parameter[] {
  const { properties, required } = operation.inputSchema;
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([key, schema]) => {
    const type = isObject(schema) ? schema['type'] : undefined;
    return {
      key,
      flag: flagOf(key),
      kind: type === 'boolean' ? 'boolean' : type === 'array' ? 'list' : type === 'object' ? 'object' : 'value',
      description: isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '',
      isRequired: Array.isArray(required) && required.includes(key),
      isPositional: operation.cli.positional?.includes(key) ?? false,
      isOnByDefault: isObject(schema) && schema['default'] === true,
      choices: isObject(schema) ? choicesOf(schema) : [],
    };
  });
}

function choicesOf({ enum: own, items }: JsonObject): string[] {
  const words = own ?? (isObject(items) ? items['enum'] : undefined);
  return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
}

/** Reads `@path` from a file and `-` from standard input; anything else is the text itself. */
export async function readText(value: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (value === '-') return readAll(stdin);
  if (!value.startsWith('@') || value.length < 2) return value;
  try {
    return await readFile(value.slice(1), 'utf8');
  } catch (error) {
    throw new QuarryError('PATH_NOT_FOUND', `Cannot read ${value.slice(1)}.`, {
      hint: 'Text that begins with @ names a file to read.',
      cause: error,
    });
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

/** `key=value` pairs as an object; values that are JSON are taken as JSON. @throws QuarryError INPUT_INVALID */
export function parsePairs(flag: string, pairs: readonly string[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const pair of pairs) {
    if (pair.startsWith('{')) {
      const whole = jsonOrText(pair);
      if (typeof whole === 'object' && whole !== null) entries.push(...Object.entries(whole));
      else
        throw new QuarryError('INPUT_INVALID', `--${flag} is not valid JSON.`, {
          hint: `Write --${flag} key=value, or a JSON object.`,
        });
      continue;
    }
    const at = pair.indexOf('=');
    if (at < 1)
      throw new QuarryError('INPUT_INVALID', `--${flag} ${pair} has no value.`, {
        hint: `Write --${flag} key=value, or a JSON object.`,
      });
    entries.push([pair.slice(0, at), jsonOrText(pair.slice(at + 1))]);
  }
  const keys = entries.map(([key]) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new QuarryError('INPUT_INVALID', `--${flag} gives ${JSON.stringify(twice.slice(0, 80))} more than once.`, {
      hint: 'Give each key once.',
    });
  }
  return Object.fromEntries(entries);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON, so it is meant as a plain word.
  }
}
