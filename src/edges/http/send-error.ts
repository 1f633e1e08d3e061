import type { ErrorRequestHandler, Request, Response } from 'express';
import { isDenial } from '../../core/access/denial.js';
import { QuarryError } from '../../core/errors.js';
import { DEFAULT_INPUT_BYTES } from '../../operations/define.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';
import { pace } from './pace.js';
import { setChallenge } from './protected-resource.js';
import { factsOf, type ServerAccess } from './request-caller.js';

/** Where MCP is mounted. */
export const MCP_PATH = '/mcp';
/** Seconds to wait where an error may pass by itself but says no time. */
const DEFAULT_RETRY_SECONDS = 5;
/** How much of a refused body is thrown away, and for how long, before its connection is closed. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 1_000;

/** Tells the audit log of refusals before any operation was reached; operations tell of theirs. */
export function tellDenials(access: ServerAccess | undefined): ErrorRequestHandler {
  return async (thrown: unknown, request, response, next) => {
    const { isHandedOver, origin, refusedKey = '' } = factsOf(response);
    const { code } = toEdgeError(translate(thrown));
    if (access !== undefined && isHandedOver !== true && isDenial(code)) {
      const path = (request.originalUrl.split('?')[0] ?? '').slice(0, 200);
      const door = path.replace(/\/$/, '') === MCP_PATH ? 'mcp-http' : 'rest';
      const named: unknown = response.locals['operation'];
      const operation = typeof named === 'string' ? named : '';
      await access.denied({ code, door, origin, operation, path, keyId: refusedKey });
    }
    next(thrown);
  };
}

/** Turns everything that a route or a parser threw into one JSON answer; the last handler of the app. */
export function errorHandler(log: Log): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  return (thrown: unknown, request, response, _next) => {
    const error = toEdgeError(translate(thrown));
    if (error.code === 'INTERNAL') {
      log('error', 'http request failed', {
        requestId: response.locals['requestId'],
        path: request.path.slice(0, 300),
        cause: error.cause instanceof Error ? error.cause.stack : String(error.cause),
      });
    }
    sendError(request, response, error);
  };
}

/** Answers with an error: its status, `Retry-After` where waiting may help, and its report as JSON. */
export function sendError(request: Request, response: Response, error: QuarryError): void {
  response.locals['code'] = error.code;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.code === 'UNAUTHORIZED' && response.get('WWW-Authenticate') === undefined) {
    setChallenge(response, { error: 'invalid_token', description: error.message });
  }
  if (error.code === 'SCOPE_MISSING') {
    const scope = String(error.details?.['scope'] ?? '');
    setChallenge(response, { error: 'insufficient_scope', description: error.message, scope });
  }
  if (error.meaning.retryable) response.set('Retry-After', String(retrySeconds(error)));
  response.status(error.meaning.status);
  const report = error.toReport();
  const answer = request.path.replace(/\/$/, '') === MCP_PATH ? toJsonRpc(error, report) : { error: report };
  if (isBetterClosed(request, error)) sendAndClose(request, response, JSON.stringify(answer));
  else response.json(answer);
}

/** Whether so much of a body is still to come, or so slowly, that the connection is better closed than read to its end. */
function isBetterClosed(request: Request, error: QuarryError): boolean {
  if (request.complete) return false;
  if (error.code === 'REQUEST_TIMEOUT') return true;
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || Number(length ?? 0) > DEFAULT_INPUT_BYTES;
}

/**
 * Answers, then closes the connection. What still arrives is thrown away for a moment: a connection that is closed while
 * its client sends is reset, and many a client would then never see the answer.
 */
function sendAndClose(request: Request, response: Response, body: string): void {
  response.set({ Connection: 'close', 'Content-Type': 'application/json; charset=utf-8' });
  response.set('Content-Length', String(Buffer.byteLength(body)));
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    stopPacing();
    request.off('data', count).off('end', end).off('close', end);
    response.end();
  };
  const count = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > LINGER_BYTES) end();
  };
  const timer = setTimeout(end, LINGER_MS);
  const stopPacing = pace(request);
  // Resumed, for a reader that gave up leaves the body paused.
  request.on('data', count).once('end', end).once('close', end).resume();
  response.write(body);
}

function retrySeconds(error: QuarryError): number {
  const given = error.details?.['retryAfterSeconds'];
  return typeof given === 'number' && Number.isFinite(given) ? Math.max(1, Math.ceil(given)) : DEFAULT_RETRY_SECONDS;
}

/** MCP clients look for a JSON-RPC error even where the transport refuses; the report is its data. */
function toJsonRpc(error: QuarryError, report: unknown): unknown {
  const isUnreadable = error.code === 'INPUT_INVALID';
  return {
    jsonrpc: '2.0',
    id: null,
    error: {
      code: isUnreadable ? -32_700 : -32_000,
      message: `${error.message} ${error.hint ?? ''}`.trim(),
      data: report,
    },
  };
}

/** What Express throws, in our words. */
function translate(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof QuarryError) return thrown;
  const status = 'status' in thrown ? thrown.status : undefined;
  if (status !== 400) return thrown;
  return new QuarryError('INPUT_INVALID', 'The address of the request cannot be decoded.', {
    hint: 'Percent-encode the parts of the address as UTF-8.',
    cause: thrown,
  });
}
