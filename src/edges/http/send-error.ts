import type { ErrorRequestHandler, Request, Response } from 'express';
import { QuarryError } from '../../core/errors.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';

/** Where MCP is mounted. */
export const MCP_PATH = '/mcp';
/** Seconds to wait where an error may pass by itself but says no time. */
const DEFAULT_RETRY_SECONDS = 5;

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
  if (error.meaning.retryable) response.set('Retry-After', String(retrySeconds(error)));
  response.status(error.meaning.status);
  const report = error.toReport();
  response.json(request.path.replace(/\/$/, '') === MCP_PATH ? toJsonRpc(error, report) : { error: report });
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

/** What Express and its parsers throw, in our words. */
function translate(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof QuarryError) return thrown;
  const type = 'type' in thrown ? thrown.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new QuarryError('BODY_TOO_LARGE', 'The request body is too large.', {
        hint: `At most ${limitOf(thrown)} bytes are read, after decompression. Send less at once, or raise QUARRY_MAX_BODY_BYTES.`,
        cause: thrown,
      });
    case 'encoding.unsupported':
      return new QuarryError('FORMAT_UNSUPPORTED', 'The content encoding of the body is not known.', {
        hint: 'Send the body plain, or compressed with gzip, deflate or br.',
        cause: thrown,
      });
    case 'request.aborted':
      return new QuarryError('CANCELLED', 'The request ended before its body was complete.', { cause: thrown });
    case 'request.size.invalid':
      return new QuarryError('INPUT_INVALID', 'The body is not as long as Content-Length says.', { cause: thrown });
    default:
      break;
  }
  const status = 'status' in thrown ? thrown.status : undefined;
  if (status !== 400) return thrown;
  return new QuarryError('INPUT_INVALID', 'The address or the body of the request cannot be decoded.', {
    hint: 'Percent-encode the parts of the address as UTF-8, and compress a body only with what Content-Encoding says.',
    cause: thrown,
  });
}

function limitOf(error: Error): string {
  return 'limit' in error && typeof error.limit === 'number' ? String(error.limit) : 'the allowed number of';
}
