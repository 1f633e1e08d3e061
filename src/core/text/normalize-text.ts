/**
 * Text as documents hold it: no byte order mark, line ends `\n` (CRLF and lone CR alike), no NUL, and U+FFFD in place
 * of surrogates without a partner. Idempotent, linear in the length.
 */
export function normalizeText(text: string): string {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return body.replaceAll('\0', '').replace(/\r\n?/g, '\n').replace(LONE_SURROGATE, '\ufffd');
}

// With the `u` flag a surrogate class matches only those that stand alone.
const LONE_SURROGATE = /\p{Surrogate}/gu;
