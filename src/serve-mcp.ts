import { createMcpServer } from './edges/mcp/create-mcp-server.js';
import { writeInstructions } from './edges/mcp/instructions.js';
import { createMessageLimits } from './edges/mcp/message-limits.js';
import { serveStdio } from './edges/mcp/serve-stdio.js';
import { openWorkspace } from './open-workspace.js';
import { catalogue } from './operations/catalogue.js';
import { offeredOperations } from './operations/offered.js';
import { type ServerCommandParts, type ServerRequest, settingsOf } from './server-settings.js';

/** Serves one client over stdio until it closes its end. Only the operations on offer are loaded. */
export async function serveMcp(request: ServerRequest, { version, signal }: ServerCommandParts): Promise<number> {
  const { config, services, log, close } = await openWorkspace(settingsOf(request));
  try {
    const { toolsets } = config;
    const tools = await Promise.all(offeredOperations(catalogue, toolsets).map((listed) => listed.load()));
    const instructions = await writeInstructions(services, tools);
    const { largest, of } = createMessageLimits(tools, config.maxBodyBytes);
    const offer = { operations: tools, known: catalogue, toolsets, instructions };
    const server = createMcpServer({ ...offer, services, door: 'mcp-stdio', version, log });
    await serveStdio(server, { signal, maxLineBytes: largest, limitOf: of });
    return 0;
  } finally {
    await close();
  }
}
