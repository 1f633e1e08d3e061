import { z } from 'zod';
import { defineOperation } from '../define.js';
import { workspaceName } from './workspace-name.js';

export const workspaceRename = defineOperation({
  name: 'workspace_rename',
  summary: 'Rename a workspace',
  description:
    'Gives a workspace another name. Its keys stay its keys. Nobody else may have it open: stop servers that use it, or ask the server itself.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'POST', path: '/workspaces/:name/rename' },
  cli: { command: ['workspace', 'rename'], positional: ['name', 'to'] },
  input: z.strictObject({ name: workspaceName, to: workspaceName.describe('Its new name.') }),
  output: z.object({ name: z.string(), was: z.string() }),
  errors: [
    'INPUT_INVALID',
    'WORKSPACE_NOT_FOUND',
    'WORKSPACE_IN_USE',
    'ALREADY_EXISTS',
    'SCOPE_MISSING',
    'AUDIT_UNAVAILABLE',
  ],
  examples: [{ name: 'no-such-workspace', to: 'another' }],
  async run({ services }, { name, to }) {
    const { workspaces } = await services.access.get();
    await workspaces.rename(name, to);
    return { name: to, was: name };
  },
  render: ({ name, was }) => `The workspace ${was} is now called ${name}.`,
});
