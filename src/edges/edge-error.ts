import { type ErrorCode, QuarryError, toQuarryError } from '../core/errors.js';

/** Longest message that is sent; longer ones quote input that nobody needs to read again. */
const MAX_MESSAGE_CHARACTERS = 2_000;

const HINTS: Partial<Record<ErrorCode, string>> = {
  INTERNAL:
    'This is a fault in Quarry, not in the request. The log on stderr says more; `quarry doctor` checks the store.',
  CANCELLED: 'The caller gave up or the server is stopping; call again if the answer is still wanted.',
};

/** What to do next, by what kind of error it is, where the error itself does not say. */
function hintFor(error: QuarryError): string {
  const known = HINTS[error.code];
  if (known !== undefined) return known;
  if (error.meaning.retryable) return 'Try again in a moment.';
  if (error.meaning.status === 404)
    return 'Check the name or id; status, list_sources and list_documents show what there is.';
  if (error.meaning.status >= 500) return 'Run `quarry doctor` to see what is wrong.';
  return 'Change the request as the message says and call again.';
}

/**
 * Anything thrown, made fit to leave the process: always a code and a hint, never a stack. The text of errors that are
 * not Quarry's own stays inside, because it may hold paths and native backtraces; `cause` keeps it for the log.
 */
export function toEdgeError(thrown: unknown): QuarryError {
  const error = toQuarryError(thrown);
  const isForeign = !(thrown instanceof QuarryError) && error.code === 'INTERNAL';
  const message = isForeign ? 'Something went wrong inside Quarry.' : error.message.slice(0, MAX_MESSAGE_CHARACTERS);
  return new QuarryError(error.code, message, {
    hint: error.hint ?? hintFor(error),
    details: error.details,
    cause: thrown,
  });
}
