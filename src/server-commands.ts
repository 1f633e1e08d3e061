import { z } from 'zod';
import type { Config } from './config/schema.js';
import { QuarryError } from './core/errors.js';
import type { ExtraCommand } from './edges/cli/program.js';
import type { Terminal } from './edges/cli/terminal.js';
import { operations } from './operations/index.js';
import { openQuarry } from './quarry.js';

/** What the server commands need. */
export interface ServerCommandParts {
  readonly version: string;
  /** Fires on Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

const TOOLSETS_FLAG = {
  flags: '--toolsets <names>',
  description: 'toolsets to offer, comma separated, or all (QUARRY_TOOLSETS)',
};

const Flags = z.object({
  toolsets: z.string().optional(),
  host: z.string().optional(),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'a port from 0 to 65535')
    .transform(Number)
    .pipe(z.number().max(65_535))
    .optional(),
});

/** Settings that the flags of a server command change. @throws QuarryError INPUT_INVALID */
function settingsOf(flags: Readonly<Record<string, unknown>>): Partial<Config> {
  const parsed = Flags.safeParse(flags);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new QuarryError('INPUT_INVALID', `--${String(issue?.path[0])}: ${issue?.message ?? 'not valid'}.`, {
      hint: 'Run the command with --help.',
    });
  }
  const { toolsets, host, port } = parsed.data;
  return {
    ...(toolsets === undefined ? {} : { toolsets: toolsets.split(',').map((name) => name.trim()) }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

/** `quarry mcp` (stdio) and `quarry serve` (HTTP). */
export function createServerCommands(parts: ServerCommandParts): readonly ExtraCommand[] {
  return [
    {
      name: 'mcp',
      summary: 'Serve MCP over stdio, for an agent that starts this process',
      options: [TOOLSETS_FLAG],
      run: (flags, config) => serveMcp({ ...config, ...settingsOf(flags) }, parts),
    },
    {
      name: 'serve',
      summary: 'Serve MCP, REST and OpenAPI over HTTP',
      options: [
        { flags: '--host <address>', description: 'address to listen on; default 127.0.0.1 (QUARRY_HOST)' },
        { flags: '--port <number>', description: 'port to listen on; default 7411 (QUARRY_PORT)' },
        TOOLSETS_FLAG,
      ],
      run: (flags, config) => serveHttp({ ...config, ...settingsOf(flags) }, parts),
    },
  ];
}

async function serveMcp(overrides: Partial<Config>, { version, signal }: ServerCommandParts): Promise<number> {
  const [{ serveStdio }, { createMcpServer }, { writeInstructions }, { offeredOperations }, limits] = await Promise.all(
    [
      import('./edges/mcp/serve-stdio.js'),
      import('./edges/mcp/create-mcp-server.js'),
      import('./edges/mcp/instructions.js'),
      import('./operations/offered.js'),
      import('./edges/mcp/message-limits.js'),
    ],
  );
  const { config, services, log, close } = await openQuarry(overrides);
  try {
    const { toolsets } = config;
    const tools = offeredOperations(operations, toolsets);
    const instructions = await writeInstructions(services, tools);
    const { largest, of } = limits.createMessageLimits(tools, config.maxBodyBytes);
    const server = createMcpServer({ operations, toolsets, services, door: 'mcp-stdio', version, instructions, log });
    await serveStdio(server, { signal, maxLineBytes: largest, limitOf: of });
    return 0;
  } finally {
    await close();
  }
}

async function serveHttp(
  overrides: Partial<Config>,
  { version, signal, terminal }: ServerCommandParts,
): Promise<number> {
  const { startHttpServer } = await import('./edges/http/start-http-server.js');
  const { config, services, log, close } = await openQuarry(overrides);
  try {
    const server = await startHttpServer({ operations, services, version, log, settings: config, port: config.port });
    terminal.stderr.write(
      `Quarry serves ${server.url}: MCP at /mcp, REST at /api/v1, OpenAPI at /openapi.json. Stop with Ctrl-C.\n`,
    );
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await server.close();
    return 0;
  } finally {
    await close();
  }
}
