import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { type RequestHandler, Router } from 'express';
import type { Operation } from '../../operations/define.js';
import type { Services } from '../../services/services.js';
import type { Log } from '../log.js';
import { createMcpServer } from '../mcp/create-mcp-server.js';
import { writeInstructions } from '../mcp/instructions.js';
import { offeredTools } from '../mcp/offered-tools.js';
import { parseJsonBody, readBody } from './request-input.js';
import { addMethodGuards } from './rest-routes.js';

/** What the mount needs. */
export interface McpMountParts {
  readonly operations: readonly Operation[];
  readonly toolsets: readonly string[];
  readonly services: Services;
  readonly version: string;
  readonly log: Log;
  readonly maxBodyBytes: number;
  readonly stopping: AbortSignal;
}

/**
 * MCP over Streamable HTTP without sessions: each request gets a server and a transport of its own. The answer is plain
 * JSON, or a stream of events where a progress token asks for one.
 * @throws QuarryError CONFIG_INVALID for an unknown toolset
 */
export function createMcpMount(parts: McpMountParts): Router {
  const tools = offeredTools(parts.operations, parts.toolsets);
  const router = Router({ caseSensitive: true });
  router.post('/', readBody(parts.maxBodyBytes), answer(parts, tools));
  addMethodGuards(router, [{ path: '/', method: 'POST' }]);
  return router;
}

function answer(parts: McpMountParts, tools: readonly Operation[]): RequestHandler {
  return async (request, response) => {
    const body = parseJsonBody(request);
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    const isHandshake = messages.some((message) => methodOf(message) === 'initialize');
    const server = createMcpServer({
      ...parts,
      door: 'mcp-http',
      instructions: isHandshake ? await writeInstructions(parts.services, tools) : '',
    });
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: !messages.some(asksForProgress) });
    // Closing the server fires the signals of the calls under way, which is how a client that leaves cancels them.
    const close = (): void => {
      server.close().catch((error: unknown) => parts.log('debug', 'mcp close', { message: String(error) })); // Nobody is left to tell.
    };
    response.once('close', close);
    parts.stopping.addEventListener('abort', close, { once: true });
    response.once('close', () => parts.stopping.removeEventListener('abort', close));
    // The SDK's class declares optional callbacks in the looser way than its own interface under exactOptionalPropertyTypes.
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response, body ?? null);
  };
}

function methodOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'method' in message ? message.method : undefined;
}

function asksForProgress(message: unknown): boolean {
  const params = fieldOf(message, 'params');
  return fieldOf(fieldOf(params, '_meta'), 'progressToken') !== undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  // The key was just found on it.
  return (value as Readonly<Record<string, unknown>>)[key];
}
