import { z } from 'zod';
import { requireWritable } from '../../services/access/write-access.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { workspaceName } from './workspace-name.js';

export const workspaceExport = defineOperation({
  name: 'workspace_export',
  summary: 'Export a workspace',
  description:
    'Copies a workspace to a new folder, with a manifest of sizes and checksums, while searches go on and writers wait. Put among the workspaces of a home, the folder is a workspace again, with the same content and no keys.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'POST', path: '/workspaces/:name/export' },
  cli: { command: ['workspace', 'export'], positional: ['name', 'output'] },
  input: z.strictObject({
    name: workspaceName,
    output: z.string().min(1).max(4000).describe('Path of the folder to make.'),
  }),
  output: z.object({ name: z.string(), folder: z.string(), files: z.number(), bytes: z.number() }),
  errors: [
    'INPUT_INVALID',
    'WORKSPACE_NOT_FOUND',
    'PATH_UNREADABLE',
    'ALREADY_EXISTS',
    'STORE_LOCKED',
    'SCOPE_MISSING',
    'AUDIT_UNAVAILABLE',
  ],
  examples: [{ name: 'no-such-workspace', output: './export' }],
  async run({ services, door }, { name, output }) {
    const wish = { path: output, kind: 'folder', overwrite: false, confirm: false } as const;
    const folder = await requireWritable(reachOf({ services, door }), wish);
    const { workspaces } = await services.access.get();
    return { name, folder, ...(await workspaces.export(name, folder)) };
  },
  render: ({ name, folder, files, bytes }) =>
    `Exported the workspace ${name} to ${folder}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB.`,
});
