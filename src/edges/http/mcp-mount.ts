import type { IncomingMessage } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { type RequestHandler, type Response, Router } from 'express';
import { QuarryError } from '../../core/errors.js';
import type { Operation } from '../../operations/define.js';
import { ALL_TOOLSETS, offeredOperations } from '../../operations/offered.js';
import { mayCall, needOf, scopeMissing } from '../../operations/scope-of.js';
import { TOOLSETS } from '../../operations/toolsets.js';
import type { Services } from '../../services/services.js';
import type { Log } from '../log.js';
import { refuseMessage } from '../mcp/check-message.js';
import { createMcpServer } from '../mcp/create-mcp-server.js';
import { writeInstructions } from '../mcp/instructions.js';
import { createMessageLimits, fieldOf, MAX_BATCH, type MessageLimits } from '../mcp/message-limits.js';
import { readBody } from './read-body.js';
import { ReceivedBody } from './received-body.js';
import { requestCaller } from './request-caller.js';
import { parseJsonBody } from './request-input.js';
import { addMethodGuards } from './rest-routes.js';

/** What the mount needs. */
export interface McpMountParts {
  readonly operations: readonly Operation[];
  readonly toolsets: readonly string[];
  readonly services: Services;
  readonly version: string;
  readonly log: Log;
  /** What no tool's own limit goes beyond. */
  readonly maxBodyBytes: number;
  /** How long a client may send nothing of a body. */
  readonly bodyIdleMs: number;
  readonly stopping: AbortSignal;
}

/**
 * MCP over Streamable HTTP without sessions: each request gets a server and a transport of its own. The answer is plain
 * JSON, or a stream of events where a progress token asks for one.
 * @throws QuarryError CONFIG_INVALID for an unknown toolset
 */
export function createMcpMount(parts: McpMountParts): Router {
  // A wrong name shall stop the start, not the first request.
  const tools = offeredOperations(parts.operations, parts.toolsets);
  const limits = createMessageLimits(tools, parts.maxBodyBytes);
  const router = Router({ caseSensitive: true });
  router.post('/', readBody({ maxBytes: limits.largest, idleMs: parts.bodyIdleMs }), answer(parts, limits));
  addMethodGuards(router, [{ path: '/', method: 'POST' }]);
  return router;
}

function answer(parts: McpMountParts, limits: MessageLimits): RequestHandler {
  return async (request, response) => {
    const body = await parseJsonBody(request);
    const size = request.body instanceof ReceivedBody ? request.body.length : 0;
    const toolsets = chooseToolsets(request.url, parts.toolsets);
    const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
    guardSize(size, messages, limits);
    const refusal = messages.map(refuseMessage).find((found) => found !== undefined);
    if (refusal !== undefined) {
      response.status(400).json(refusal);
      return;
    }
    const isHandshake = messages.some((message) => fieldOf(message, 'method') === 'initialize');
    const { services, origin, countedAs } = requestCaller(response, parts.services);
    for (const message of messages) requireTokenScope(message, parts, response);
    const tools = (): readonly Operation[] =>
      offeredOperations(parts.operations, toolsets).filter((operation) => mayCall(origin.identity, operation));
    const server = createMcpServer({
      ...parts,
      services,
      toolsets,
      door: 'mcp-http',
      caller: countedAs,
      origin,
      instructions: isHandshake ? await writeInstructions(services, tools()) : '',
    });
    const takesEvents = (request.headers.accept ?? '').toLowerCase().includes('text/event-stream');
    const enableJsonResponse = !takesEvents || !messages.some(asksForProgress);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse });
    // Closing the server fires the signals of the calls under way, which is how a client that leaves cancels them.
    const close = (): void => {
      server.close().catch((error: unknown) => parts.log('debug', 'mcp close', { message: String(error) })); // Nobody is left to tell.
    };
    response.once('close', close);
    parts.stopping.addEventListener('abort', close, { once: true });
    response.once('close', () => parts.stopping.removeEventListener('abort', close));
    // The SDK's class declares optional callbacks in the looser way than its own interface under exactOptionalPropertyTypes.
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await forward(await transport.handleRequest(toWebRequest(request), { parsedBody: body ?? null }), response);
  };
}

/**
 * Whoever shows a token can get one with more scopes, so that a tool which his does not reach is refused as RFC 6750 has it, for the
 * client to ask again; other callers get a tool error.
 * @throws QuarryError SCOPE_MISSING
 */
function requireTokenScope(
  message: unknown,
  { operations, toolsets, services }: McpMountParts,
  response: Response,
): void {
  const { identity } = requestCaller(response, services).origin;
  if (identity.kind !== 'token' || fieldOf(message, 'method') !== 'tools/call') return;
  const name = fieldOf(fieldOf(message, 'params'), 'name');
  const operation = offeredOperations(operations, toolsets).find((offered) => offered.name === name);
  if (operation === undefined || needOf(operation) === 'owner' || mayCall(identity, operation)) return;
  response.locals['operation'] = operation.name;
  throw scopeMissing(identity, operation);
}

/**
 * Judges a body by the tools that it calls: until it was read, only the largest limit of all could be held.
 * @throws QuarryError INPUT_INVALID, BODY_TOO_LARGE
 */
function guardSize(size: number, messages: readonly unknown[], limits: MessageLimits): void {
  if (messages.length > MAX_BATCH) {
    throw new QuarryError('INPUT_INVALID', `A body may carry at most ${MAX_BATCH} messages.`, {
      hint: 'Send them in several requests.',
    });
  }
  const maxBytes = Math.max(0, ...messages.map((message) => limits.of(message)));
  if (size <= maxBytes) return;
  throw new QuarryError('BODY_TOO_LARGE', 'The request body is too large for what it calls.', {
    hint: `At most ${maxBytes} bytes are read for this. Send less at once.`,
    details: { maxBytes },
  });
}

/**
 * The toolsets of one connection: those that the server offers, or the part of them that the address asks for
 * (`/mcp?toolsets=knowledge,notes`), so that a gateway can give each of its agents what it needs.
 * @throws QuarryError INPUT_INVALID for a toolset that is not on offer
 */
function chooseToolsets(url: string, offered: readonly string[]): readonly string[] {
  const asked = new URLSearchParams(url.split('?')[1] ?? '').get('toolsets');
  if (asked === null) return offered;
  const names = asked.split(',').map((name) => name.trim());
  const all: readonly string[] = offered.includes(ALL_TOOLSETS) ? [...TOOLSETS, ALL_TOOLSETS] : offered;
  const strange = names.find((name) => !all.includes(name));
  if (strange === undefined) return names;
  throw new QuarryError('INPUT_INVALID', `The toolset ${JSON.stringify(strange.slice(0, 80))} is not offered here.`, {
    hint: `Offered: ${all.join(', ')}. QUARRY_TOOLSETS on the server changes that.`,
  });
}

/**
 * The request as the transport needs it; the body is given to it parsed. The protocol wants clients to accept JSON and
 * event streams alike, and the SDK refuses those that do not say so; plain programs and gateways often say less, and get
 * JSON, which is what they read.
 */
function toWebRequest(request: IncomingMessage): globalThis.Request {
  const headers = new Headers({ accept: 'application/json, text/event-stream', 'content-type': 'application/json' });
  const version = request.headers['mcp-protocol-version'];
  if (typeof version === 'string') headers.set('mcp-protocol-version', version);
  return new globalThis.Request('http://localhost/mcp', { method: 'POST', headers });
}

/** Sends the transport's answer; a stream ends when the server closes, which a client that leaves brings about. */
async function forward(answer: globalThis.Response, response: Response): Promise<void> {
  response.status(answer.status);
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  for await (const part of answer.body ?? []) response.write(part);
  response.end();
}

function asksForProgress(message: unknown): boolean {
  const params = fieldOf(message, 'params');
  return fieldOf(fieldOf(params, '_meta'), 'progressToken') !== undefined;
}
