import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/types.js';
import { coerceStrings, parseJsonTexts } from '../../src/operations/coerce.js';

const shape = z.strictObject({
  count: z.number().int().optional(),
  alpha: z.number().min(0).max(1).optional(),
  deep: z.boolean().optional(),
  name: z.string().optional(),
  mode: z.enum(['hybrid', 'vector']).optional(),
  tags: z.array(z.string()).optional(),
  sizes: z.array(z.number()).optional(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  either: z.union([z.string(), z.number()]).optional(),
  maybe: z.number().nullable().optional(),
  anything: z.json().optional(),
});
const schema = z.toJSONSchema(shape, { io: 'input' }) as JsonObject; // A JSON Schema is plain JSON.
const coerce = (values: Record<string, unknown>): Record<string, unknown> => coerceStrings(schema, values);

describe('coerceStrings', () => {
  test('reads numbers and booleans from their words', () => {
    expect(coerce({ count: '12', alpha: '-0.5e1', deep: 'true' })).toEqual({ count: 12, alpha: -5, deep: true });
    expect(coerce({ alpha: '.05' })).toEqual({ alpha: 0.05 });
    expect(coerce({ deep: 'off' })).toEqual({ deep: false });
  });

  test.each(['', ' 1', '0x10', '01', '1e999', 'NaN', 'Infinity', '1,5', '1_000'])(
    'leaves %j alone where a number is asked',
    (word) => {
      expect(coerce({ count: word })).toEqual({ count: word });
    },
  );

  test('never changes text where text is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        expect(coerce({ name: text, mode: text })).toEqual({ name: text, mode: text }),
      ),
    );
  });

  test('reads lists from repeated values as they are, and from one value split at commas', () => {
    expect(coerce({ tags: ['a,b', 'c'] })).toEqual({ tags: ['a,b', 'c'] });
    expect(coerce({ tags: 'a, b,,c' })).toEqual({ tags: ['a', 'b', 'c'] });
    expect(coerce({ tags: '["a,b"]' })).toEqual({ tags: ['a,b'] });
    expect(coerce({ tags: '[draft' })).toEqual({ tags: ['[draft'] });
    expect(coerce({ sizes: '1,2' })).toEqual({ sizes: [1, 2] });
    expect(coerce({ sizes: ['1', 'x'] })).toEqual({ sizes: [1, 'x'] });
  });

  test('reads objects from JSON and leaves what is not an object', () => {
    expect(coerce({ metadata: '{"a":1}' })).toEqual({ metadata: { a: 1 } });
    expect(coerce({ metadata: '[1]' })).toEqual({ metadata: '[1]' });
    expect(coerce({ metadata: '{"a":' })).toEqual({ metadata: '{"a":' });
    expect(coerce({ anything: '{"a":[null]}' })).toEqual({ anything: { a: [null] } });
    expect(coerce({ anything: 'plain' })).toEqual({ anything: 'plain' });
  });

  test('prefers the stricter reading of a choice and knows null where text is not allowed', () => {
    expect(coerce({ either: '5', maybe: 'null' })).toEqual({ either: 5, maybe: null });
    expect(coerce({ either: 'five', maybe: '5' })).toEqual({ either: 'five', maybe: 5 });
  });

  test('passes on unknown keys, repeated single values and typed values for the operation to judge', () => {
    expect(coerce({ cuont: '5', count: ['1', '2'], deep: 1, name: undefined })).toEqual({
      cuont: '5',
      count: ['1', '2'],
      deep: 1,
    });
  });

  test('keeps a key called __proto__ a plain key', () => {
    const values = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, unknown>; // An object literal, so an object.
    const result = coerce(values);
    expect(Object.keys(result)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  test('gives back what JSON values become as strings', () => {
    const inputs = fc.record(
      {
        count: fc.integer(),
        alpha: fc.double({ noNaN: true, noDefaultInfinity: true }),
        deep: fc.boolean(),
        tags: fc.array(fc.string(), { minLength: 2 }),
        metadata: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean())),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        const strings = Object.entries(input).map(([key, value]) => [
          key,
          Array.isArray(value) ? value : typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]);
        // -0 has no spelling of its own in String().
        expect(JSON.stringify(coerce(Object.fromEntries(strings)))).toBe(JSON.stringify(input));
      }),
    );
  });

  test('never throws, whatever the values', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (values) => void coerce(values)));
  });
});

describe('parseJsonTexts', () => {
  const parse = (input: unknown): unknown => parseJsonTexts(schema, input);

  test('reads objects and lists from JSON where those are asked', () => {
    expect(parse({ metadata: ' {"a": 1}', tags: '["a", "b,c"]', sizes: '[]', count: 3 })).toEqual({
      metadata: { a: 1 },
      tags: ['a', 'b,c'],
      sizes: [],
      count: 3,
    });
  });

  test.each([
    { name: '{"a": 1}' },
    { mode: '["hybrid"]' },
    { either: '["a"]' },
    { maybe: '[1]' },
    { anything: '{"a": 1}' },
    { metadata: '[1]' },
    { tags: '{"a": 1}' },
    { tags: 'a,b' },
    { tags: '"a"' },
    { metadata: 'null' },
    { metadata: '{"a": 1' },
    { tags: ['["a"]'] },
    { unheard: '["of"]' },
  ])('leaves %j alone', (input) => {
    expect(parse(input)).toEqual(input);
  });

  test('never throws, whatever the input, and changes nothing but strings', () => {
    fc.assert(fc.property(fc.anything(), (input) => expect(() => parse(input)).not.toThrow()));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'tags', 'metadata', 'x', '__proto__'), fc.anything()),
        (input) => {
          const parsed = parse(input) as Record<string, unknown>; // An object stays an object.
          for (const [key, value] of Object.entries(input))
            if (typeof value !== 'string') expect(parsed[key]).toBe(value);
        },
      ),
    );
  });
});
