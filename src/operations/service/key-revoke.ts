import { z } from 'zod';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';
import { keyFacts, keyId, keyLine, keyShape, toKeyShape } from './key-shape.js';

export const keyRevoke = defineOperation({
  name: 'key_revoke',
  summary: 'Revoke an API key',
  description:
    'Ends a key for good. Servers of this home refuse it within a second. Calls that were let in before run to their end.',
  effect: 'destroy',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  http: { method: 'DELETE', path: '/keys/:id' },
  cli: { command: ['key', 'revoke'], positional: ['id'] },
  input: z.strictObject({ id: keyId }),
  output: keyShape,
  errors: ['INPUT_INVALID', 'KEY_NOT_FOUND', 'AUDIT_UNAVAILABLE'],
  examples: [{ id: 'key_0123456789abcdef' }],
  async run(context, { id }) {
    const { keys } = await context.services.access.get();
    const record = await keys.revoke(originOf(context).identity, id);
    return toKeyShape(record, await keyFacts(context.services));
  },
  render: keyLine,
});
