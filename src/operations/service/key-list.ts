import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';
import { cursor, pageLimit, pageLine } from '../shapes.js';
import { keyFacts, keyLine, keyShape, toKeyShape } from './key-shape.js';

export const keyList = defineOperation({
  name: 'key_list',
  summary: 'List API keys',
  description:
    'Lists keys with their scopes, workspace, state and last use, oldest first; never the keys themselves. A key sees those of its own workspace.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  http: { method: 'GET', path: '/keys' },
  cli: { command: ['key', 'list'] },
  input: z.strictObject({
    ended: z.boolean().default(false).describe('Also those that are expired, replaced or revoked.'),
    limit: pageLimit,
    cursor,
  }),
  output: z.object({ keys: z.array(keyShape), total: z.number(), nextCursor: z.string().nullable() }),
  errors: ['INPUT_INVALID', 'CURSOR_INVALID', 'AUDIT_UNAVAILABLE'],
  examples: [{}, { ended: true, limit: 5 }],
  async run(context, input) {
    const { keys } = await context.services.access.get();
    const binding = ['keys', input.ended];
    const offset = decodeCursor(input.cursor, binding);
    const facts = await keyFacts(context.services);
    const all = (await keys.list(originOf(context).identity))
      .map((record) => toKeyShape(record, facts))
      .filter(({ state }) => input.ended || state === 'active');
    const next = offset + input.limit;
    return {
      keys: all.slice(offset, next),
      total: all.length,
      nextCursor: next < all.length ? encodeCursor(next, binding) : null,
    };
  },
  render: ({ keys, total, nextCursor }) => [...keys.map(keyLine), pageLine(keys.length, total, nextCursor)].join('\n'),
});
