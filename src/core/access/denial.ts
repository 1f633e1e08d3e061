import type { ErrorCode } from '../errors.js';

/** Errors that mean: this caller may not. */
const DENIALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORIZED',
  'SCOPE_MISSING',
  'HOST_FORBIDDEN',
  'ORIGIN_FORBIDDEN',
  'OPERATION_NOT_FOUND',
  'PATH_UNREADABLE',
  'URL_BLOCKED',
  'BODY_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
]);

/** Whether an error is a denial, which the audit log tells of. */
export function isDenial(code: ErrorCode): boolean {
  return DENIALS.has(code);
}
