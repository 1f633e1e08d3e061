import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { workspaceName } from './workspace-name.js';

export const workspaceDelete = defineOperation({
  name: 'workspace_delete',
  summary: 'Delete a workspace',
  description:
    'Deletes a workspace with everything in it, and ends its keys: a new workspace of that name is another one. Set confirm to true.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'DELETE', path: '/workspaces/:name' },
  cli: { command: ['workspace', 'delete'], positional: ['name'] },
  input: z.strictObject({
    name: workspaceName,
    confirm: z.boolean().default(false).describe('Must be true, or nothing is deleted.'),
  }),
  output: z.object({ name: z.string(), revokedKeys: z.number() }),
  errors: [
    'INPUT_INVALID',
    'WORKSPACE_NOT_FOUND',
    'WORKSPACE_IN_USE',
    'CONFIRMATION_REQUIRED',
    'SCOPE_MISSING',
    'AUDIT_UNAVAILABLE',
  ],
  examples: [{ name: 'no-such-workspace', confirm: true }],
  async run({ services }, { name, confirm }) {
    const { workspaces } = await services.access.get();
    if (!confirm) {
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would delete the workspace ${name} with all it holds.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    return { name, ...(await workspaces.remove(name)) };
  },
  render: ({ name, revokedKeys }) => `Deleted the workspace ${name} and revoked ${revokedKeys} keys.`,
});
