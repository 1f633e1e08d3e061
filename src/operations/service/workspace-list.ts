import { z } from 'zod';
import { originOf } from '../call.js';
import { defineOperation } from '../define.js';

const workspaceShape = z.object({
  name: z.string(),
  id: z.string().describe('Empty before the first key was made for it.'),
  bytesOnDisk: z.number(),
  keys: z.number().describe('Keys that were made for it and not revoked.'),
});

export const workspaceList = defineOperation({
  name: 'workspace_list',
  summary: 'List workspaces',
  description: 'Lists the workspaces of the home with their size and number of keys. A key sees its own alone.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  http: { method: 'GET', path: '/workspaces' },
  cli: { command: ['workspace', 'list'] },
  input: z.strictObject({}),
  output: z.object({ workspaces: z.array(workspaceShape) }),
  errors: ['INPUT_INVALID', 'AUDIT_UNAVAILABLE'],
  examples: [{}],
  async run(context) {
    const { workspaces } = await context.services.access.get();
    return { workspaces: [...(await workspaces.list(originOf(context).identity))] };
  },
  render: ({ workspaces }) =>
    workspaces
      .map(({ name, bytesOnDisk, keys }) => `${name}  (${(bytesOnDisk / 1e6).toFixed(1)} MB, ${keys} keys)`)
      .join('\n') || 'No workspace yet.',
});
