import { z } from 'zod';
import { requireWritable } from '../../services/access/write-access.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';
import { auditFields, auditQueryOf } from './audit-shape.js';

export const auditExport = defineOperation({
  name: 'audit_export',
  summary: 'Export the audit log',
  description:
    'Writes lines of the audit log to a file, exactly as they are kept: JSON, one line each, oldest first within each file of the log. Every line holds the sha256 of itself and of the one before it.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'POST', path: '/audit/export' },
  cli: { command: ['audit', 'export'], positional: ['output'] },
  input: z.strictObject({
    output: z.string().min(1).max(4000).describe('Path of the file to write, for instance audit.jsonl.'),
    ...auditFields,
    ...writeFields,
  }),
  output: z.object({ file: z.string(), lines: z.number() }),
  errors: [
    'INPUT_INVALID',
    'PATH_UNREADABLE',
    'ALREADY_EXISTS',
    'CONFIRMATION_REQUIRED',
    'SCOPE_MISSING',
    'AUDIT_UNAVAILABLE',
  ],
  examples: [{ output: './audit.jsonl', operation: 'no_such_operation' }],
  async run({ services, door }, { output, overwrite, confirm, ...question }) {
    const path = await requireWritable(reachOf({ services, door }), { path: output, kind: 'file', overwrite, confirm });
    const { audit } = await services.access.get();
    return { file: path, lines: await audit.export(auditQueryOf(question), path, { replace: overwrite }) };
  },
  render: ({ file, lines }) => `Wrote ${lines} lines to ${file}.`,
});
