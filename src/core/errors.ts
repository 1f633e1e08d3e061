/** What one error code means at each edge. */
interface ErrorMeaning {
  /** HTTP status sent by the REST edge. */
  readonly status: number;
  /** Exit code of the command line. */
  readonly exitCode: number;
  /** Whether the same call may succeed later without being changed. */
  readonly retryable: boolean;
}

const invalid = (status = 400): ErrorMeaning => ({ status, exitCode: 2, retryable: false });
const missing = (status = 404): ErrorMeaning => ({ status, exitCode: 3, retryable: false });
const refused = (status: number): ErrorMeaning => ({ status, exitCode: 4, retryable: false });
const outside = (status: number, retryable = true): ErrorMeaning => ({ status, exitCode: 5, retryable });
const busy = (status: number): ErrorMeaning => ({ status, exitCode: 6, retryable: true });
const broken = (status = 500): ErrorMeaning => ({ status, exitCode: 70, retryable: false });

/** Every error code with its HTTP status, exit code and whether a retry can help. The one table that all edges read. */
export const ERROR_TABLE = {
  INPUT_INVALID: invalid(),
  CONFIG_INVALID: invalid(),
  FORMAT_UNSUPPORTED: invalid(415),
  DOCUMENT_TOO_LARGE: invalid(413),
  DOCUMENT_BROKEN: invalid(422),
  BODY_TOO_LARGE: invalid(413),
  CITATION_INVALID: invalid(),
  CURSOR_INVALID: invalid(),
  SUITE_INVALID: invalid(422),
  RUN_INVALID: invalid(422),
  DATASET_INVALID: invalid(422),
  TRAINING_INVALID: invalid(422),
  PATH_NOT_FOUND: missing(),
  COLLECTION_NOT_FOUND: missing(),
  SOURCE_NOT_FOUND: missing(),
  DOCUMENT_NOT_FOUND: missing(),
  CHUNK_NOT_FOUND: missing(),
  NOTE_NOT_FOUND: missing(),
  JOB_NOT_FOUND: missing(),
  SUITE_NOT_FOUND: missing(),
  RUN_NOT_FOUND: missing(),
  DATASET_NOT_FOUND: missing(),
  SPECIALIST_NOT_FOUND: missing(),
  LIVE_TEST_NOT_FOUND: missing(),
  KEY_NOT_FOUND: missing(),
  WORKSPACE_NOT_FOUND: missing(),
  RESOURCE_NOT_FOUND: missing(),
  OPERATION_NOT_FOUND: missing(),
  ROUTE_NOT_FOUND: missing(),
  METHOD_NOT_ALLOWED: invalid(405),
  ALREADY_EXISTS: refused(409),
  REVISION_MISMATCH: refused(409),
  FINGERPRINT_MISMATCH: refused(409),
  CONFIRMATION_REQUIRED: refused(409),
  URL_BLOCKED: refused(403),
  ROBOTS_DISALLOWED: refused(403),
  ORIGIN_FORBIDDEN: refused(403),
  HOST_FORBIDDEN: refused(403),
  UNAUTHORIZED: refused(401),
  SCOPE_MISSING: refused(403),
  WORKSPACE_IN_USE: refused(409),
  GATE_FAILED: { status: 409, exitCode: 1, retryable: false },
  FETCH_FAILED: outside(502),
  FETCH_TIMEOUT: outside(504),
  GIT_FAILED: outside(502),
  GITHUB_UNAUTHORIZED: outside(502, false),
  GITHUB_RATE_LIMITED: outside(429),
  MODEL_UNAVAILABLE: outside(503, false),
  EMBEDDING_FAILED: broken(),
  PATH_UNREADABLE: refused(403),
  STORE_LOCKED: busy(503),
  STORE_FULL: busy(507),
  STORE_BROKEN: broken(),
  AUDIT_UNAVAILABLE: busy(503),
  ISSUER_UNAVAILABLE: outside(503),
  RATE_LIMITED: busy(429),
  OVERLOADED: busy(503),
  REQUEST_TIMEOUT: busy(408),
  TIMEOUT: busy(504),
  LIMIT_REACHED: invalid(413),
  CANCELLED: { status: 499, exitCode: 130, retryable: true },
  MACHINE_UNSUPPORTED: broken(501),
  INTERNAL: broken(),
} as const satisfies Record<string, ErrorMeaning>;

/** A code of {@link ERROR_TABLE}. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/** What may accompany an error besides its code and message. */
export interface ErrorExtras {
  /** What the reader (a person or a model) should do next. */
  readonly hint?: string | undefined;
  /** Facts that a program may want: the offending key, the known names. Must be plain JSON and hold no secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The error that led to this one; never leaves the process. */
  readonly cause?: unknown;
}

/** An error as every edge sends it. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
}

/** The only error class of Quarry. The message says what happened, the hint what to do next. */
export class QuarryError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'QuarryError';
    this.code = code;
    this.hint = extras.hint;
    this.details = extras.details;
  }

  /** HTTP status, exit code and retryability of this error. */
  get meaning(): ErrorMeaning {
    return ERROR_TABLE[this.code];
  }

  /** The shape that leaves the process: no stack, no cause. */
  toReport(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
      retryable: this.meaning.retryable,
    };
  }
}

/** The system's error code (`ENOENT`, `EACCES`, ...) of an unknown thrown value, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message of an unknown thrown value. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return 'A value without words was thrown.'; // Its own toString fails; there is nothing more to tell.
  }
}

const FULL_CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** As the system, Rust and LanceDB put it: error numbers 28 (disk), 122 and 69 (quota), 27 (size of a file). */
const FULL_WORDS =
  /no space left on device|disk quota exceeded|\bENOSPC\b|\bEDQUOT\b|\bEFBIG\b|\bos error (?:28|122|69|27)\b|StorageFull|QuotaExceeded|FileTooLarge/i;

/** Whether an error, or what led to it, says that a disk, a quota or a limit of a file's size is exhausted. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at !== undefined && at !== null && depth < 10; depth++) {
    if (at instanceof QuarryError ? at.code === 'STORE_FULL' : saysFull(at)) return true;
    at = at instanceof Error ? at.cause : undefined;
  }
  return false;
}

function saysFull(error: unknown): boolean {
  return FULL_CODES.includes(systemCode(error) ?? '') || FULL_WORDS.test(messageOf(error));
}

/** The error for a write that found no room. */
export function diskFull(message: string, cause: unknown): QuarryError {
  return new QuarryError('STORE_FULL', message, {
    hint: 'Free some space and run the same command again; nothing acknowledged was lost.',
    cause,
  });
}

/** Turns anything thrown into a {@link QuarryError}; unknown things become `fallback` (default `INTERNAL`). */
export function toQuarryError(error: unknown, fallback: ErrorCode = 'INTERNAL'): QuarryError {
  if (error instanceof QuarryError) {
    // Whatever it was taken for where it was met, the reader can do something about a full disk.
    return error.code !== 'STORE_FULL' && isDiskFull(error) ? diskFull(error.message, error) : error;
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new QuarryError('CANCELLED', 'The work was cancelled.', { cause: error });
  }
  if (isDiskFull(error)) return diskFull('The disk is full.', error);
  return new QuarryError(fallback, messageOf(error), { cause: error });
}

/** Throws `CANCELLED` when the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new QuarryError('CANCELLED', 'The work was cancelled.');
}
