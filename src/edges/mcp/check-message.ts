import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { findJsonProblem, toJsonError } from '../../operations/json-input.js';
import { toProtocolError } from './protocol-error.js';

/** A refusal, as JSON-RPC writes it. */
export interface MessageRefusal {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/**
 * Judges a message as it was parsed, before the SDK's schemas can drop a key of it: a request that loses a part asks for
 * something else. The arguments of a tool call are left to the operation, whose refusal a model can read.
 * @returns the answer to send, or undefined where nothing is wrong
 */
export function refuseMessage(message: unknown): MessageRefusal | undefined {
  const problem = findJsonProblem(withoutArguments(message));
  if (problem === undefined) return undefined;
  const { code, message: text, data } = toProtocolError(toJsonError('the request', problem));
  return {
    jsonrpc: '2.0',
    id: requestIdOf(message),
    error: { code: code ?? ErrorCode.InvalidParams, message: text, data },
  };
}

/** The id of something that is nearly a request, so that the client learns which of its requests was wrong. */
export function requestIdOf(value: unknown): RequestId | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : null;
}

function withoutArguments(message: unknown): unknown {
  if (!isRecord(message) || message['method'] !== 'tools/call' || !isRecord(message['params'])) return message;
  const { arguments: _arguments, ...params } = message['params'];
  return { ...message, params };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
