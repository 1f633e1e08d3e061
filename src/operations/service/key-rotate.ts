import { z } from 'zod';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';
import { expiresInDays, keyFacts, keyId, madeKeyShape, madeKeyText, toKeyShape } from './key-shape.js';

export const keyRotate = defineOperation({
  name: 'key_rotate',
  summary: 'Rotate an API key',
  description:
    'Makes a new key with the name, scopes and workspace of one that is in use, shows it once, and ends the old one: at once, or after some minutes in which both are accepted.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  http: { method: 'POST', path: '/keys/:id/rotate', status: 201 },
  cli: { command: ['key', 'rotate'], positional: ['id'] },
  input: z.strictObject({
    id: keyId,
    graceMinutes: z
      .number()
      .int()
      .min(0)
      .max(10_080)
      .default(0)
      .describe('Minutes for which the old key is accepted too, 0 to 10080; default 0.'),
    expiresInDays: expiresInDays.describe('Days after which the new key is refused; default: when the old one ends.'),
  }),
  output: z.object({ ...madeKeyShape.shape, replaces: z.string() }),
  errors: ['INPUT_INVALID', 'KEY_NOT_FOUND', 'REVISION_MISMATCH', 'SCOPE_MISSING', 'AUDIT_UNAVAILABLE'],
  examples: [{ id: 'key_0123456789abcdef', graceMinutes: 60 }],
  async run(context, { id, graceMinutes, expiresInDays }) {
    const { keys } = await context.services.access.get();
    const made = await keys.rotate(originOf(context).identity, id, { graceMinutes, expiresInDays });
    return { key: made.text, ...toKeyShape(made.record, await keyFacts(context.services)), replaces: id };
  },
  render: (made) => `${madeKeyText(made)}\nIt replaces ${made.replaces}.`,
});
