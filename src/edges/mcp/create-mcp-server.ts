import { Server, type ServerOptions } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest, ServerResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Origin } from '../../core/access/identity.js';
import { QuarryError } from '../../core/errors.js';
import type { Report } from '../../core/ports.js';
import { nearestName } from '../../core/text/nearest-name.js';
import { type Door, type OperationContext, originOf } from '../../operations/call.js';
import type { Operation } from '../../operations/define.js';
import { offeredOperations, toolsetHint } from '../../operations/offered.js';
import { mayCall } from '../../operations/scope-of.js';
import type { Services } from '../../services/services.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';
import { callTool } from './call-tool.js';
import { createProgressNotifier } from './progress-notifier.js';
import { getPrompt, listPrompts, takesCollection } from './prompts.js';
import { toProtocolError } from './protocol-error.js';
import {
  completeDocumentIds,
  DOCUMENT_TEMPLATE,
  hasDocuments,
  listResources,
  listResourceTemplates,
  readResource,
} from './resources.js';
import { toToolListing } from './tool-listing.js';

/** What an MCP server is made of. */
export interface McpServerParts {
  /** What there is to choose from. */
  readonly operations: readonly Operation[];
  /** Everything that a server could offer, for what it says of what it does not. Default: `operations`. */
  readonly known?: readonly Pick<Operation, 'name' | 'toolset'>[];
  /** Toolsets to offer, or `all`. */
  readonly toolsets: readonly string[];
  readonly services: Services;
  readonly door: Extract<Door, 'mcp-stdio' | 'mcp-http'>;
  /** Who calls, for taking turns. Default: the door, as one caller. */
  readonly caller?: string;
  /** By whom and from where. Default: the owner over stdio, nobody that is known over HTTP. */
  readonly origin?: Origin;
  readonly version: string;
  /** What {@link writeInstructions} wrote; only the handshake sends it. */
  readonly instructions: string;
  readonly log: Log;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Handler = (params: unknown, extra: Extra) => ServerResult | Promise<ServerResult>;

const TextMap = z.record(z.string(), z.string());
const Page = z.object({ cursor: z.string().max(500).optional() }).optional();
const ToolParams = z.looseObject({ name: z.string(), arguments: z.unknown().optional() });
const UriParams = z.object({ uri: z.string().max(10_000) });
const PromptParams = z.object({ name: z.string(), arguments: TextMap.optional() });
const CompletionParams = z.object({
  ref: z.union([
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/**
 * One server for one connection or one stateless request; the same for stdio and HTTP. Built on the SDK's low-level
 * server, so that one strict check (the operation's own) judges every input and every refusal carries a hint.
 * @throws QuarryError CONFIG_INVALID for an unknown toolset
 */
export function createMcpServer(parts: McpServerParts): Server {
  const handlers = createHandlers(parts);
  const server = new Server(
    {
      name: 'quarry',
      title: 'Quarry',
      version: parts.version,
      description:
        'Local-first knowledge: ingest folders, sites and repositories, search them with verifiable citations.',
    },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: parts.instructions,
      jsonSchemaValidator: NO_VALIDATOR,
    },
  );
  // The SDK's own request schemas would turn a malformed request into an internal error without a hint.
  server.fallbackRequestHandler = async (request, extra) => {
    try {
      const handler = handlers.get(request.method);
      if (handler === undefined) throw unknownMethod(request.method, [...handlers.keys()]);
      return await handler(request.params, extra);
    } catch (thrown) {
      const error = toEdgeError(thrown);
      if (error.code === 'INTERNAL')
        parts.log('error', 'mcp request failed', { method: request.method, cause: String(error.cause) });
      throw toProtocolError(error);
    }
  };
  server.onerror = (error) => parts.log('debug', 'mcp transport', { message: error.message.slice(0, 500) });
  return server;
}

/**
 * Validates what a client's user was asked for, which we never do. Without it every server, one for each request over
 * HTTP, would compile the SDK's own schemas.
 */
const NO_VALIDATOR: NonNullable<ServerOptions['jsonSchemaValidator']> = {
  getValidator() {
    throw new QuarryError('INTERNAL', 'Nothing is asked of the user of a client.', {
      hint: 'Take the answer as an argument of a tool.',
    });
  },
};

function createHandlers(parts: McpServerParts): ReadonlyMap<string, Handler> {
  const offered = offeredOperations(parts.operations, parts.toolsets);
  const { identity } = originOf(parts);
  // What a caller may not call is not shown to him, nor are resources and prompts that reach it.
  const tools = offered.filter((operation) => mayCall(identity, operation));
  const contextOf = (extra: Extra): OperationContext => ({
    services: parts.services,
    door: parts.door,
    ...callerIn(parts),
    signal: extra.signal,
    report: () => undefined,
  });
  return new Map<string, Handler>([
    ['tools/list', () => ({ tools: tools.map(toToolListing) })],
    ['tools/call', (params, extra) => handleToolCall(parts, { tools, offered }, { params, extra })],
    ['resources/list', (params, extra) => listResources(contextOf(extra), tools, parse(Page, params)?.cursor)],
    ['resources/templates/list', () => listResourceTemplates(tools)],
    ['resources/read', (params, extra) => readResource(contextOf(extra), tools, parse(UriParams, params).uri)],
    ['prompts/list', () => listPrompts(tools)],
    ['prompts/get', (params) => handlePrompt(tools, params)],
    ['completion/complete', (params, extra) => handleCompletion(contextOf(extra), tools, params)],
  ]);
}

function callerIn({ caller, origin }: McpServerParts): Pick<OperationContext, 'caller' | 'origin'> {
  return { ...(caller === undefined ? {} : { caller }), ...(origin === undefined ? {} : { origin }) };
}

async function handleToolCall(
  parts: McpServerParts,
  { tools, offered }: { readonly tools: readonly Operation[]; readonly offered: readonly Operation[] },
  { params, extra }: { readonly params: unknown; readonly extra: Extra },
): Promise<ServerResult> {
  const call = parse(ToolParams, params);
  // One that the caller may not call refuses by itself, and tells the audit log.
  const operation = offered.find((tool) => tool.name === call.name);
  if (operation === undefined) throw unknownTool(call.name, tools, parts.known ?? parts.operations);
  refuseMisplaced(operation, call);
  const progress = createReport(parts, extra);
  try {
    const { services, door, log } = parts;
    const { signal } = extra;
    return await callTool({
      operation,
      arguments: call.arguments,
      services,
      door,
      ...callerIn(parts),
      signal,
      log,
      report: progress.report,
    });
  } finally {
    progress.stop();
  }
}

/** Parameters of the protocol that share a name with arguments of some tools. */
const PROTOCOL_PARAMS = ['name', 'arguments', '_meta', 'task'];

/** An argument that stands beside the arguments would be passed over, and a filter that is passed over matches everything. */
function refuseMisplaced(operation: Operation, params: Readonly<Record<string, unknown>>): void {
  const known = Object.keys(operation.input.shape);
  const key = Object.keys(params).find((name) => known.includes(name) && !PROTOCOL_PARAMS.includes(name));
  if (key === undefined) return;
  throw new QuarryError('INPUT_INVALID', `${JSON.stringify(key)} stands beside the arguments of ${operation.name}.`, {
    hint: 'Put it into arguments.',
    details: { keys: [key] },
  });
}

/** Progress goes out only if the client gave a token, and never after the answer. */
function createReport(parts: McpServerParts, extra: Extra): { readonly report: Report; stop(): void } {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return { report: () => undefined, stop: () => undefined };
  let isOpen = true;
  const report = createProgressNotifier({
    elapsedMs: () => parts.services.context.clock.elapsedMs(),
    send: (params) => {
      if (!isOpen) return;
      extra
        .sendNotification({ method: 'notifications/progress', params: { progressToken, ...params } })
        .catch((error) => {
          parts.log('debug', 'progress was not sent', { message: String(error) }); // The client is gone; its signal tells the work.
        });
    },
  });
  return {
    report,
    stop: () => {
      isOpen = false;
    },
  };
}

function handlePrompt(tools: readonly Operation[], params: unknown): ServerResult {
  const { name, arguments: given } = parse(PromptParams, params);
  return getPrompt(tools, name, given ?? {});
}

async function handleCompletion(
  context: OperationContext,
  tools: readonly Operation[],
  params: unknown,
): Promise<ServerResult> {
  const { ref, argument } = parse(CompletionParams, params);
  if (ref.type === 'ref/resource') {
    if (!hasDocuments(tools) || ref.uri !== DOCUMENT_TEMPLATE || argument.name !== 'id')
      return { completion: { values: [] } };
    return { completion: await completeDocumentIds(context, argument.value) };
  }
  if (!takesCollection(tools, ref.name, argument.name)) return { completion: { values: [] } };
  const names = (await context.services.collections.list()).map((collection) => collection.name);
  const wanted = argument.value.toLowerCase();
  const values = names.filter((name) => name.toLowerCase().startsWith(wanted));
  return { completion: { values: values.slice(0, 100), total: values.length, hasMore: values.length > 100 } };
}

function parse<T>(schema: z.ZodType<T>, params: unknown): T {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? 'params' : issue.path.map(String).join('.');
  throw new QuarryError(
    'INPUT_INVALID',
    `The request is malformed at ${path}: ${issue?.message ?? 'not as expected'}.`,
    {
      hint: 'Send the parameters that the protocol gives for this method.',
    },
  );
}

function unknownMethod(method: string, known: readonly string[]): QuarryError {
  return new QuarryError('METHOD_NOT_ALLOWED', `There is no method ${JSON.stringify(method.slice(0, 80))}.`, {
    hint: `Methods: initialize, ping, ${known.join(', ')}.`,
  });
}

function unknownTool(
  name: string,
  tools: readonly Operation[],
  all: readonly Pick<Operation, 'name' | 'toolset'>[],
): QuarryError {
  const hidden = all.find((operation) => operation.name === name);
  const names = tools.map((tool) => tool.name);
  const near = nearestName(name, names);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  const hint = hidden === undefined ? `Tools: ${names.join(', ')}.${meant}` : toolsetHint(hidden);
  return new QuarryError('OPERATION_NOT_FOUND', `There is no tool ${JSON.stringify(name.slice(0, 80))}.`, { hint });
}
