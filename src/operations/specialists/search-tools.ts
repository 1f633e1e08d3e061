import { z } from 'zod';
import { defineOperation } from '../define.js';
import { TOOL_LIST_BYTES, toListings, toolLines, toolList, toToolShape, weighedToolShape } from './tool-list.js';

export const searchTools = defineOperation({
  name: 'search_tools',
  summary: 'Search a list of tools',
  description:
    'Finds the tools of a list that may serve a task, by meaning and words, as collections are searched. Give the list as a gateway offers it. Each comes with the chance that it is a right one; those with a fair chance are chosen.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/tools/search' },
  takesTurn: true,
  maxInputBytes: TOOL_LIST_BYTES,
  cli: { command: ['specialist', 'tools'], positional: ['query'], fromFile: ['tools'] },
  input: z.strictObject({
    query: z.string().min(1).max(4000).describe('What shall be done, in words.'),
    tools: toolList,
    limit: z.number().int().min(1).max(100).default(10).describe('How many tools; default 10.'),
  }),
  output: z.object({ tools: z.array(weighedToolShape) }),
  errors: ['INPUT_INVALID', 'MODEL_UNAVAILABLE', 'EMBEDDING_FAILED'],
  examples: [{ query: 'which commit broke it', tools: [{ name: 'git_bisect', description: 'Finds a bad commit.' }] }],
  async run({ services, signal }, { query, tools, limit }) {
    const { routing } = await services.specialists();
    const found = await routing.searchTools(query, toListings(tools), limit, signal);
    return { tools: found.map(toToolShape) };
  },
  render: ({ tools }) => (tools.length === 0 ? 'No tools.' : toolLines(tools).join('\n')),
});
