import { QuarryError } from '../core/errors.js';
import { MAX_JSON_DEPTH } from './json-input.js';

/** Most values (fields and items, at every level) of an operation's input: a check of each takes some microseconds. */
const MAX_JSON_VALUES = 4_000;

/**
 * Refuses an input that is too deep or has too many values. Looks level by level, so depth costs no stack, and stops at
 * the bound, so size costs no time.
 * @throws QuarryError INPUT_INVALID
 */
export function guardJsonSize(operation: string, input: unknown): void {
  let level: readonly unknown[] = [input];
  let count = 0;
  for (let depth = 0; depth <= MAX_JSON_DEPTH; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      count += Array.isArray(item) ? item.length : Object.keys(item).length;
      if (count > MAX_JSON_VALUES) throw tooMany(operation);
      for (const value of Object.values(item)) next.push(value);
    }
    if (next.length === 0) return;
    level = next;
  }
  throw new QuarryError('INPUT_INVALID', `The input of ${operation} is nested too deeply.`, {
    hint: `At most ${MAX_JSON_DEPTH} levels of objects and lists are read.`,
  });
}

function tooMany(operation: string): QuarryError {
  return new QuarryError('INPUT_INVALID', `The input of ${operation} has too many values.`, {
    hint: `At most ${MAX_JSON_VALUES} fields and items are read in one call; give fewer, or send them in several calls.`,
  });
}
