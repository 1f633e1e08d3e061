import type { ExtraCommand } from './edges/cli/program-parts.js';
import type { ServerCommandParts } from './server-settings.js';

const TOOLSETS_FLAG = {
  flags: '--toolsets <names>',
  description: 'toolsets to offer, comma separated, or all (QUARRY_TOOLSETS)',
};

/** `quarry mcp` (stdio) and `quarry serve` (HTTP). */
export function createServerCommands(parts: ServerCommandParts): readonly ExtraCommand[] {
  return [
    {
      name: 'mcp',
      summary: 'Serve MCP over stdio, for an agent that starts this process',
      options: [TOOLSETS_FLAG],
      run: async (flags, config) => (await import('./serve-mcp.js')).serveMcp({ flags, config }, parts),
    },
    {
      name: 'serve',
      summary: 'Serve MCP, REST and OpenAPI over HTTP',
      options: [
        { flags: '--host <address>', description: 'address to listen on; default 127.0.0.1 (QUARRY_HOST)' },
        { flags: '--port <number>', description: 'port to listen on; default 7411 (QUARRY_PORT)' },
        TOOLSETS_FLAG,
      ],
      run: async (flags, config) => (await import('./serve-http.js')).serveHttp({ flags, config }, parts),
    },
  ];
}
