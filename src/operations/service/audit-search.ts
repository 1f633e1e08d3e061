import { z } from 'zod';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';
import { auditFields, auditLineShape, auditQueryOf, auditText, toAuditShape } from './audit-shape.js';

export const auditSearch = defineOperation({
  name: 'audit_search',
  summary: 'Search the audit log',
  description:
    'Finds lines of the audit log, newest first: who did or was refused what, when, from where, about what, and how it ended. A key sees lines of its own workspace. A begin without an end is a write whose process was stopped.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  http: { method: 'GET', path: '/audit' },
  cli: { command: ['audit', 'search'] },
  input: z.strictObject({
    ...auditFields,
    limit: z.number().int().min(1).max(500).default(50).describe('At most this many lines, 1 to 500; default 50.'),
  }),
  output: z.object({ lines: z.array(auditLineShape) }),
  errors: ['INPUT_INVALID', 'AUDIT_UNAVAILABLE'],
  examples: [{ operation: 'no_such_operation' }, { outcome: 'SCOPE_MISSING', limit: 5 }],
  async run(context, input) {
    const { audit } = await context.services.access.get();
    const { workspaceId } = originOf(context).identity;
    const lines = await audit.search({ ...auditQueryOf(input), workspaceId }, input.limit);
    return { lines: lines.map(toAuditShape) };
  },
  render: ({ lines }) => lines.map(auditText).join('\n') || 'No line matches.',
});
