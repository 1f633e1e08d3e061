import { messageOf, QuarryError, systemCode } from '../../core/errors.js';

const RESET_CODES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'ECONNABORTED']);
const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);
const CERTIFICATE = /^(?:ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)/;

/** Sentence and next step for the failures people meet; others keep the system's own words. */
const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  ENOTFOUND: ['the host name is unknown', 'Check the spelling of the address and your network connection.'],
  EAI_AGAIN: ['the host name could not be resolved', 'Check your network connection and try again.'],
  ECONNREFUSED: ['nothing listens there', 'Check the port and that the server runs.'],
  ECONNRESET: ['the server closed the connection', 'Try again later.'],
  UND_ERR_SOCKET: ['the server closed the connection', 'Try again later.'],
  EHOSTUNREACH: ['there is no route to the host', 'Check your network connection.'],
  ENETUNREACH: ['there is no route to the network', 'Check your network connection.'],
  HPE_HEADER_OVERFLOW: ['its headers are too long', 'The server does not speak proper HTTP.'],
  UND_ERR_HEADERS_OVERFLOW: ['its headers are too long', 'The server does not speak proper HTTP.'],
};

/** Whether the connection broke in a way that the next attempt may not. */
export function isConnectionReset(error: unknown): boolean {
  return codesOf(error).some((code) => RESET_CODES.has(code));
}

/** The error for a request that took longer than allowed. */
export function timedOut(what: string, detail: string, cause?: unknown): QuarryError {
  return new QuarryError('FETCH_TIMEOUT', `${what} did not answer in time: ${detail}.`, {
    hint: 'Try again later, or raise the time limit for slow origins.',
    cause,
  });
}

/** Turns whatever a request threw into FETCH_FAILED, FETCH_TIMEOUT, or the QuarryError that it wraps. */
export function toFetchError(error: unknown, what: string): QuarryError {
  const own = findQuarryError(error);
  if (own !== undefined) return own;
  const codes = codesOf(error);
  if (codes.some((code) => TIMEOUT_CODES.has(code))) return timedOut(what, messageOf(error), error);
  const known = codes.map((code) => KNOWN[code]).find((entry) => entry !== undefined);
  const certificate = codes.find((code) => CERTIFICATE.test(code));
  const [reason, hint] = known ?? [
    certificate === undefined ? messageOf(error) : `its certificate is not trusted (${certificate})`,
    certificate === undefined
      ? 'Try again later.'
      : 'Check the address; the certificate of this host cannot be verified.',
  ];
  return new QuarryError('FETCH_FAILED', `${what} could not be fetched: ${reason}.`, {
    hint,
    details: { cause: codes[0] ?? 'unknown' },
    cause: error,
  });
}

/** An error, the parts of an aggregate, and what caused it, outermost first; bounded against cycles. */
function unfold(error: unknown, depth = 0): unknown[] {
  if (depth > 5 || typeof error !== 'object' || error === null) return [];
  const parts: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = 'cause' in error ? [error.cause] : [];
  return [error, ...[...parts, ...causes].flatMap((part) => unfold(part, depth + 1))];
}

function codesOf(error: unknown): string[] {
  return unfold(error).flatMap((part) => systemCode(part) ?? []);
}

function findQuarryError(error: unknown): QuarryError | undefined {
  return unfold(error).find((part) => part instanceof QuarryError);
}
