import { z } from 'zod';
import { defineOperation } from '../define.js';
import { workspaceName } from './workspace-name.js';

export const workspaceCreate = defineOperation({
  name: 'workspace_create',
  summary: 'Make a workspace',
  description:
    'Makes a workspace: a database folder of its own, whose keys reach nothing else. Then make keys for it with key_create (in: its name).',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'POST', path: '/workspaces', status: 201 },
  cli: { command: ['workspace', 'create'], positional: ['name'] },
  input: z.strictObject({ name: workspaceName }),
  output: z.object({ name: z.string(), workspaceId: z.string() }),
  errors: ['INPUT_INVALID', 'ALREADY_EXISTS', 'SCOPE_MISSING', 'AUDIT_UNAVAILABLE', 'PATH_UNREADABLE'],
  examples: [{ name: 'default' }],
  async run({ services }, { name }) {
    const { workspaces } = await services.access.get();
    return { name, workspaceId: await workspaces.create(name) };
  },
  render: ({ name }) => `Made the workspace ${name}. quarry key create NAME --in ${name} makes a key for it.`,
});
