import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { SCOPES, type Scope } from '../core/access/scope.js';
import type { TokenCheck, TokenIssuer, TokenVerifier } from '../core/access/token.js';
import { QuarryError } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import { fetchKeySet } from './fetch-key-set.js';

/** Longest token that is looked at, in characters; headers as a whole have 16 KiB. */
const MAX_TOKEN_CHARACTERS = 8_192;
/** How far the clocks of issuer and server may be apart. */
const CLOCK_SECONDS = 5;
/** How long keys count as those of the issuer: one that he takes away is refused after that. */
const KEYS_MS = 600_000;
/** How long the issuer is not asked again for a key that he did not have. */
const UNKNOWN_KEY_MS = 30_000;
const FETCH_MS = 5_000;

/** Signatures that only the issuer can make; with anything symmetric whoever knows the public key could. */
const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** What access tokens say of themselves; absent counts too. Tokens for other ends (DPoP proofs, logouts) name theirs. */
const TYPES: readonly string[] = ['jwt', 'at+jwt', 'application/at+jwt'];

const CLAIM_REFUSALS: Readonly<Record<string, string>> = {
  aud: 'The token is for another audience.',
  iss: 'The token is from another issuer.',
  nbf: 'The token is not valid yet.',
};

/**
 * Verifies bearer tokens of one issuer by the keys that it publishes.
 * @throws QuarryError CONFIG_INVALID where the settings do not make a whole
 */
export function createTokenVerifier(issuer: TokenIssuer): TokenVerifier {
  checkIssuer(issuer);
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), {
    timeoutDuration: FETCH_MS,
    cacheMaxAge: KEYS_MS,
    cooldownDuration: UNKNOWN_KEY_MS,
    [customFetch]: fetchKeySet(),
  });
  const options = {
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: [...issuer.algorithms],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_SECONDS,
  };
  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_CHARACTERS) return { refused: 'The token is too long.' };
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys, options);
        const type = protectedHeader.typ?.toLowerCase() ?? 'jwt';
        if (!TYPES.includes(type)) return { refused: 'The token is no access token.' };
        return readClaims(payload, issuer);
      } catch (error) {
        return { refused: refusalOf(error) };
      }
    },
  };
}

/** Why a token is refused, in words. @throws QuarryError ISSUER_UNAVAILABLE, and what is no fault of the token */
function refusalOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const known = error.reason === 'missing' ? undefined : CLAIM_REFUSALS[error.claim];
    return known ?? `The token has no valid claim ${error.claim}.`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with no key of the issuer.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed in a way that is not accepted here.';
  if (error instanceof errors.JOSEError) return 'The token is not valid.';
  // A key of the issuer that nobody should sign with, too short for instance.
  if (error instanceof TypeError) return 'The token is signed with a key that cannot be used.';
  throw error;
}

function readClaims(payload: JWTPayload, issuer: TokenIssuer): TokenCheck {
  // Whoever shows such a token must prove that he holds a key, which this server does not ask for.
  if (payload['cnf'] !== undefined) return { refused: 'The token is bound to a key and no bearer token.' };
  const { sub, exp } = payload;
  if (typeof sub !== 'string' || sub === '' || exp === undefined) return { refused: 'The token names nobody.' };
  const token = {
    id: identityOf(sub),
    scopes: scopesOf(payload, issuer),
    expiresAt: new Date(exp * 1000).toISOString(),
  };
  if (issuer.workspaceClaim === '') return { token };
  const workspace = payload[issuer.workspaceClaim];
  if (typeof workspace !== 'string') return { refused: `The token has no claim ${issuer.workspaceClaim}.` };
  return { token: { ...token, workspace } };
}

/** As the log and limits know him; the prefix keeps it apart from the owner and from keys. */
function identityOf(subject: string): string {
  return `sub:${/^[\x21-\x7e]{1,128}$/.test(subject) ? subject : sha256(subject)}`;
}

/** `scope` is one text with spaces; some issuers give `scp`, also as a list. */
function scopesOf(payload: JWTPayload, { scopePrefix }: TokenIssuer): readonly Scope[] {
  const given: unknown = payload['scope'] ?? payload['scp'];
  const words: readonly unknown[] = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return SCOPES.filter((scope) => words.includes(scopePrefix + scope));
}

/** @throws QuarryError CONFIG_INVALID */
function checkIssuer({ issuer, audience, jwksUrl, algorithms, scopePrefix }: TokenIssuer): void {
  if (issuer === '' || audience === '' || jwksUrl === '') {
    throw invalid('QUARRY_OAUTH_ISSUER, QUARRY_OAUTH_AUDIENCE and QUARRY_OAUTH_JWKS_URL are needed together.');
  }
  if (!isSafe(issuer)) throw invalid('QUARRY_OAUTH_ISSUER is no https address.');
  if (!isSafe(jwksUrl)) throw invalid('QUARRY_OAUTH_JWKS_URL is no https address.');
  const strange = algorithms.find((name) => !ALGORITHMS.includes(name));
  if (strange !== undefined || algorithms.length === 0) {
    throw invalid(`QUARRY_OAUTH_ALGORITHMS: ${JSON.stringify(strange ?? '')} is none of ${ALGORITHMS.join(', ')}.`);
  }
  if (!/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(scopePrefix)) throw invalid('QUARRY_OAUTH_SCOPE_PREFIX has odd characters.');
}

/** Keys that come in clear may be anybody's, but on this machine. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}

function invalid(message: string): QuarryError {
  return new QuarryError('CONFIG_INVALID', message, {
    hint: 'Give all that belongs to the issuer of tokens, or none of it; docs/serving.md shows an example.',
  });
}
