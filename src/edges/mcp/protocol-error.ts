import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { ErrorCode as QuarryCode, QuarryError } from '../../core/errors.js';

/** Number that the protocol's texts give to a resource that is not there. */
const RESOURCE_NOT_FOUND = -32_002;

const BY_CODE: Partial<Record<QuarryCode, number>> = {
  OPERATION_NOT_FOUND: ErrorCode.InvalidParams,
  METHOD_NOT_ALLOWED: ErrorCode.MethodNotFound,
  RESOURCE_NOT_FOUND,
  DOCUMENT_NOT_FOUND: RESOURCE_NOT_FOUND,
};

/** An error as a JSON-RPC error: a number for the protocol, our code, hint and details as data. */
export function toProtocolError(error: QuarryError): McpError {
  const isCallersFault = error.meaning.status >= 400 && error.meaning.status < 500;
  const number = BY_CODE[error.code] ?? (isCallersFault ? ErrorCode.InvalidParams : ErrorCode.InternalError);
  return new McpError(number, `${error.message} ${error.hint ?? ''}`.trim(), error.toReport());
}
