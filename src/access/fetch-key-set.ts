import { QuarryError } from '../core/errors.js';

const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;
/** How long an issuer that failed is not asked again; until then its failure is the answer. */
const FAILURE_MS = 5_000;

/**
 * Fetches the keys of an issuer: so many bytes, no redirect, and after a failure nothing for a while, so that no flood of requests
 * becomes one of fetches. The fetch given back throws QuarryError ISSUER_UNAVAILABLE.
 */
export function fetchKeySet(): (url: string, options: RequestInit) => Promise<Response> {
  let failure: { readonly at: number; readonly error: QuarryError } | undefined;
  return async (url, options) => {
    if (failure !== undefined && performance.now() - failure.at < FAILURE_MS) throw failure.error;
    try {
      const text = await readKeySet(await fetch(url, options));
      failure = undefined;
      return new Response(text);
    } catch (cause) {
      const error = new QuarryError('ISSUER_UNAVAILABLE', 'The keys of the issuer of tokens cannot be had.', {
        hint: 'Try again later, or use a key. The owner of the server looks at QUARRY_OAUTH_JWKS_URL.',
        details: { retryAfterSeconds: FAILURE_MS / 1000 },
        cause,
      });
      failure = { at: performance.now(), error };
      throw error;
    }
  };
}

/** The text of a set of keys. @throws RangeError, SyntaxError for anything else */
async function readKeySet(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (response.status !== 200) throw new RangeError(`Status ${response.status}.`);
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new RangeError('Too many bytes.');
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  const set: unknown = JSON.parse(text);
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new RangeError('No set of keys.');
  return text;
}
