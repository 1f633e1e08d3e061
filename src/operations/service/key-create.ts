import { z } from 'zod';
import { SCOPES } from '../../core/access/scope.js';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';
import { expiresInDays, keyFacts, madeKeyShape, madeKeyText, toKeyShape } from './key-shape.js';

export const keyCreate = defineOperation({
  name: 'key_create',
  summary: 'Make an API key',
  description:
    'Makes a key for callers over HTTP, for one workspace and with the given scopes, and shows it once. Each scope stands for itself: curate, benchmark and train work on texts of the workspace, so give read with them to follow jobs. From the first key on the server asks everybody for one.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  http: { method: 'POST', path: '/keys', status: 201 },
  cli: { command: ['key', 'create'], positional: ['name'] },
  input: z.strictObject({
    name: z.string().min(1).max(100).describe('What it is for, for people.'),
    scopes: z.array(z.enum(SCOPES)).min(1).max(6).default(['read']).describe('What it may do; default: read.'),
    in: z.string().max(64).optional().describe('Its workspace; default: the one in use.'),
    expiresInDays,
  }),
  output: madeKeyShape,
  errors: ['INPUT_INVALID', 'WORKSPACE_NOT_FOUND', 'SCOPE_MISSING', 'AUDIT_UNAVAILABLE'],
  examples: [
    { name: 'agent', scopes: ['read'] },
    { name: 'pipeline', scopes: ['read', 'write'], expiresInDays: 90 },
  ],
  async run(context, { name, scopes, in: workspace, expiresInDays }) {
    const { keys } = await context.services.access.get();
    const made = await keys.create(originOf(context).identity, { name, scopes, workspace, expiresInDays });
    return { key: made.text, ...toKeyShape(made.record, await keyFacts(context.services)) };
  },
  render: madeKeyText,
});
