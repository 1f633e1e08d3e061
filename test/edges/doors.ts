import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { QuarryError } from '../../src/core/errors.js';
import type { JsonObject } from '../../src/core/types.js';
import { parametersOf } from '../../src/edges/cli/arguments.js';
import { listOperation } from '../../src/edges/cli/list-operation.js';
import { runProgram } from '../../src/edges/cli/program.js';
import { startHttpServer } from '../../src/edges/http/start-http-server.js';
import { createMcpServer } from '../../src/edges/mcp/create-mcp-server.js';
import { coerceStrings } from '../../src/operations/coerce.js';
import type { Operation } from '../../src/operations/define.js';
import type { Quarry } from '../../src/quarry.js';

/** What a call came to, at whichever door. */
export type Outcome = { readonly output: JsonObject } | { readonly code: string };

/** One way to call operations. */
export interface Door {
  readonly name: string;
  /** Whether this input can be written down at this door exactly as it is. */
  canExpress(operation: Operation, input: JsonObject): boolean;
  call(operation: Operation, input: JsonObject): Promise<Outcome>;
  /** Everything that the last answer said, word for word. */
  heard(): string;
  close(): Promise<void>;
}

/** The SDK's client over an in-memory pair. */
export async function openMcpDoor({ operations, services }: Quarry): Promise<Door> {
  const parts = { operations, services, toolsets: ['all'], door: 'mcp-stdio', version: '1', instructions: '' } as const;
  const server = createMcpServer({ ...parts, log: () => undefined });
  const client = new Client({ name: 'test', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  return mcpDoor(client, 'mcp', () => client.close());
}

/** Callers over HTTP may do all that others may when they send the owner's key. */
const OWNER_KEY = 'the-key-of-the-owner';
const OWNER = { authorization: `Bearer ${OWNER_KEY}` };

/** The SDK's client over HTTP on loopback. */
export async function openMcpHttpDoor({ operations, services, config }: Quarry): Promise<Door> {
  const settings = { ...config, apiKey: OWNER_KEY, host: '127.0.0.1', toolsets: ['all'] };
  const server = await startHttpServer({ operations, services, settings, version: '1', port: 0, log: () => undefined });
  const client = new Client({ name: 'test', version: '1' });
  // The SDK's own types differ in an optional property from what its client takes.
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
    requestInit: { headers: OWNER },
  });
  await client.connect(transport as unknown as Transport);
  return mcpDoor(client, 'mcp-http', async () => {
    await client.close();
    await server.close();
  });
}

async function mcpDoor(client: Client, name: string, close: () => Promise<void>): Promise<Door> {
  let heard = '';
  // The client then checks every output against its schema.
  await client.listTools();
  return {
    name,
    canExpress: () => true,
    async call(operation, input) {
      const result = await client.callTool({ name: operation.name, arguments: input });
      heard = JSON.stringify(result);
      const [part] = result.content as { text: string }[]; // Every tool result has one text.
      if (result.isError === true) return { code: part?.text.split(':')[0] ?? '' };
      return { output: result['structuredContent'] as JsonObject }; // Checked by the client.
    },
    heard: () => heard,
    close,
  };
}

/** The library in this process. */
export function openLibraryDoor(quarry: Quarry): Door {
  let heard = '';
  return {
    name: 'library',
    canExpress: () => true,
    async call(operation, input) {
      try {
        const { output, text } = await quarry.execute(operation.name, input);
        heard = JSON.stringify({ output, text });
        return { output };
      } catch (error) {
        if (!(error instanceof QuarryError)) throw error;
        heard = JSON.stringify(error.toReport());
        return { code: error.code };
      }
    },
    heard: () => heard,
    close: async () => undefined,
  };
}

/** HTTP on loopback: a query string for GET and DELETE, a JSON body for the others. */
export async function openRestDoor({ operations, services, config }: Quarry): Promise<Door> {
  const settings = { ...config, apiKey: OWNER_KEY, host: '127.0.0.1', toolsets: ['all'] };
  const server = await startHttpServer({ operations, services, settings, version: '1', port: 0, log: () => undefined });
  let heard = '';
  return {
    name: 'rest',
    canExpress: (operation, input) => urlOf(operation, input) !== undefined,
    async call(operation, input) {
      const { method } = operation.http;
      const { path, body } = urlOf(operation, input) ?? { path: '', body: undefined };
      const headers = body === undefined ? OWNER : { ...OWNER, 'content-type': 'application/json' };
      const request = httpRequest(`${server.url}/api/v1${path}`, { method, headers });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage]; // As the event is declared.
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      heard = Buffer.concat(parts).toString();
      return toOutcome(JSON.parse(heard));
    },
    heard: () => heard,
    close: () => server.close(),
  };
}

/** The command line in this process, with `--json`. */
export function openCliDoor(quarry: Quarry): Door {
  let heard = '';
  return {
    name: 'cli',
    canExpress: (operation, input) => wordsOf(operation, input) !== undefined,
    async call(operation, input) {
      heard = await runWords(quarry, wordsOf(operation, input) ?? []);
      return toOutcome(JSON.parse(heard));
    },
    heard: () => heard,
    close: async () => undefined,
  };
}

function toOutcome(value: unknown): Outcome {
  const answer = value as JsonObject & { error?: { code?: unknown } | null }; // Every door answers with an object.
  return typeof answer.error?.code === 'string' && Object.keys(answer).length === 1
    ? { code: answer.error.code }
    : { output: answer };
}

/** Without lone surrogates, which an address cannot hold. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

function urlOf(operation: Operation, input: JsonObject): { path: string; body?: string } | undefined {
  const rest: JsonObject = { ...input };
  let path = operation.http.path;
  for (const [, key = ''] of path.matchAll(/:(\w+)/g)) {
    const value = rest[key];
    if (typeof value !== 'string' || value === '' || !isWellFormed(value)) return undefined;
    // A client's own resolution would swallow these segments before they are sent.
    if (value === '.' || value === '..') return undefined;
    path = path.replace(`:${key}`, encodeURIComponent(value));
    delete rest[key];
  }
  if (operation.http.method === 'POST' || operation.http.method === 'PATCH')
    return { path, body: JSON.stringify(rest) };
  const query = queryOf(rest);
  if (query === undefined || !isDeepStrictEqual(coerceStrings(operation.inputSchema, query), { ...rest }))
    return undefined;
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`),
  );
  return { path: pairs.length === 0 ? path : `${path}?${pairs.join('&')}` };
}

function queryOf(input: JsonObject): Record<string, string | string[]> | undefined {
  const entries = Object.entries(input).map(([key, value]) => {
    if (Array.isArray(value) && value.length > 1 && value.every((item) => typeof item === 'string'))
      return [key, value];
    return [key, typeof value === 'object' ? JSON.stringify(value) : String(value)];
  });
  const isPlain = entries.flat(2).every((text) => typeof text === 'string' && isWellFormed(text));
  return isPlain ? Object.fromEntries(entries) : undefined;
}

function wordsOf(operation: Operation, input: JsonObject): string[] | undefined {
  const parameters = parametersOf(operation);
  const flags: string[] = [];
  const positional = new Map<string, string[]>();
  for (const [key, value] of Object.entries(input)) {
    const parameter = parameters.find((candidate) => candidate.key === key);
    if (parameter === undefined) return undefined;
    const words = cliWords(operation, key, value);
    if (words === undefined || (parameter.kind === 'boolean' && value !== true)) return undefined;
    if (parameter.isPositional) positional.set(key, words);
    else if (parameter.kind === 'boolean') flags.push(`--${parameter.flag}`);
    else flags.push(...words.map((word) => `--${parameter.flag}=${word}`));
  }
  const order = operation.cli.positional ?? [];
  const given = order.map((key) => positional.get(key));
  // Words have no names: one that is left out may only be followed by nothing.
  const end = given.indexOf(undefined);
  if (end >= 0 && given.slice(end).some((words) => words !== undefined)) return undefined;
  return [...operation.cli.command, '--json', ...flags, '--', ...given.flatMap((words) => words ?? [])];
}

/** The words for one value, if the command line would read them as that value. */
function cliWords(operation: Operation, key: string, value: JsonObject[string]): string[] | undefined {
  if (value === false || value === null) return undefined;
  if (Array.isArray(value)) {
    const words = value.filter((item) => typeof item === 'string');
    const kind = parametersOf(operation).find((parameter) => parameter.key === key)?.kind;
    // One word is split at its commas.
    if (kind !== 'list' || (words.length === 1 && /[,[]|^\s|\s$/.test(words[0] ?? ''))) return undefined;
    return words.length > 0 && words.length === value.length && words.every((word) => word !== '') ? words : undefined;
  }
  const word = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (word === '' || (operation.cli.fromFile?.includes(key) === true && /^@.|^-$/s.test(word))) return undefined;
  const isSame = isDeepStrictEqual(coerceStrings(operation.inputSchema, { [key]: word })[key], value);
  return isSame ? [word] : undefined;
}

/** What the command line prints for words, over a workspace that is open. */
export async function runWords(quarry: Quarry, words: readonly string[]): Promise<string> {
  const stdout = new PassThrough();
  const terminal = { stdin: new PassThrough(), stdout, stderr: new PassThrough().resume(), hasColour: false };
  await runProgram(words, {
    version: '1',
    operations: quarry.operations.map(listOperation),
    extras: [],
    terminal,
    signal: new AbortController().signal,
    open: async () => ({ ...quarry, close: async () => undefined }),
  });
  stdout.end();
  return Buffer.concat(await stdout.toArray()).toString();
}
