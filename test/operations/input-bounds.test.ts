import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { OperationContext } from '../../src/operations/call.js';
import { DEFAULT_INPUT_BYTES, defineOperation, type Operation } from '../../src/operations/define.js';
import { operations } from '../../src/operations/index.js';
import { branchesOf, dereference, objectOf } from '../../src/operations/json-schema.js';
import { emptyServices } from '../edges/toy-workspace.js';

/** An operation that counts how many items its check looks at. */
function counting(): { readonly operation: Operation; looked(): number } {
  let looked = 0;
  const item = z.string().refine(() => {
    looked += 1;
    return true;
  }, 'never refused');
  const operation = defineOperation({
    name: 'count',
    summary: 'Count the items',
    description: 'Counts.',
    effect: 'read',
    idempotent: true,
    openWorld: false,
    toolset: 'knowledge',
    http: { method: 'POST', path: '/count' },
    cli: { command: ['count'] },
    input: z.strictObject({
      items: z.array(item).max(20).optional().describe('Items.'),
      nested: z
        .array(z.strictObject({ inner: z.array(item).max(3) }))
        .max(5)
        .optional()
        .describe('Lists of items.'),
      either: z
        .union([z.array(item).max(2), z.array(z.number()).max(4)])
        .optional()
        .describe('One of two lists.'),
      text: z.string().max(10).optional().describe('A text.'),
      json: z.record(z.string(), z.unknown()).optional().describe('Anything.'),
    }),
    output: z.object({ looked: z.number() }),
    errors: ['INPUT_INVALID'],
    examples: [{}],
    run: async () => ({ looked }),
    render: ({ looked: n }) => String(n),
  });
  return { operation, looked: () => looked };
}

const context: OperationContext = {
  services: emptyServices(),
  signal: new AbortController().signal,
  report: () => undefined,
  door: 'library',
};

describe('lengths are judged before anything looks inside', () => {
  const many = Array<string>(1_000_000).fill('x');
  test.each([
    ['a list', { items: many }, 'items is not valid: expected array to have <=20 items'],
    ['a list in a list', { nested: [{ inner: [] }, { inner: many }] }, 'nested.1.inner is not valid'],
    ['every alternative', { either: many }, 'either is not valid: expected array to have <=4 items'],
    ['a text', { items: ['x'], text: 'y'.repeat(11) }, 'text is not valid: expected string to have <=10 characters'],
    ['too many values', { items: ['x'], json: { all: many } }, 'too many values'],
    ['too deep', { items: ['x'], json: JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`) }, 'too deeply'],
  ])('%s', async (_name, input, message) => {
    const { operation, looked } = counting();
    await expect(operation.execute(context, input)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining(message),
    });
    expect(looked()).toBe(0);
  });

  test('what fits is looked at', async () => {
    const { operation, looked } = counting();
    await operation.execute(context, {
      items: ['a', 'b'],
      nested: [{ inner: ['c'] }],
      either: [1, 2, 3, 4],
      text: '0123456789',
    });
    expect(looked()).toBe(3);
  });

  test('says the same as the full check, which would come to it later', async () => {
    const { operation } = counting();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 40 }), fc.string({ maxLength: 20 }), async (items, text) => {
        const full = operation.input.safeParse({ items, text });
        const outcome = await operation.execute(context, { items, text }).then(
          () => true,
          () => false,
        );
        expect(outcome).toBe(full.success);
      }),
    );
  });
});

/** Characters of the longest input that a schema's bounded texts allow; what has no bound counts nothing. */
function mostCharacters(schema: unknown, root: Operation['inputSchema']): number {
  const own = objectOf(schema);
  if (own === undefined) return 0;
  const known = dereference(own, root);
  const branches = branchesOf(known);
  if (branches !== undefined) return Math.max(...branches.map((branch) => mostCharacters(branch, root)));
  const { maxLength, maxItems, items, properties } = known;
  if (typeof maxLength === 'number') return maxLength;
  if (typeof maxItems === 'number') return maxItems * (mostCharacters(items, root) + 3);
  return Object.values(objectOf(properties) ?? {}).reduce<number>((sum, part) => sum + mostCharacters(part, root), 0);
}

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s: a server reads every input that the schema allows',
  (_name, operation) => {
    const limit = operation.maxInputBytes ?? DEFAULT_INPUT_BYTES;
    expect(mostCharacters(operation.inputSchema, operation.inputSchema)).toBeLessThanOrEqual(limit);
  },
);
