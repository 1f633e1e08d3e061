import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { ANONYMOUS, type Identity, OWNER } from '../../core/access/identity.js';
import { QuarryError } from '../../core/errors.js';
import type { Services } from '../../services/services.js';
import { setChallenge } from './protected-resource.js';
import { tooMany } from './rate-guards.js';
import type { RateLimiter } from './rate-limiter.js';
import { factsOf, type ServerAccess } from './request-caller.js';

/** What the guard needs. */
export interface KeyGuardParts {
  /** The owner's key; empty for none. */
  readonly apiKey: string;
  readonly access: ServerAccess | undefined;
  /** The workspace that the server has open. */
  readonly services: Services;
  /** Counts requests without a right key. */
  readonly failures: RateLimiter;
}

/** Why a key is refused, for somebody who has shown that he had it. */
const REFUSALS = {
  unknown: 'The key is not valid.',
  expired: 'The key has expired.',
  replaced: 'The key was replaced by another.',
  revoked: 'The key was revoked.',
} as const;

/**
 * Demands a key wherever one is set or was ever made, and finds out whom it stands for. Comparison takes the same time for
 * every wrong key. Clients that keep sending wrong keys or none are told to wait; a right key always passes, so that nobody
 * can lock out others who share an address with him (behind one proxy, for instance).
 */
export function keyGuard(parts: KeyGuardParts): RequestHandler {
  const expected = digest(parts.apiKey);
  const identify = async (key: string | undefined, response: Response): Promise<Identity | QuarryError> => {
    const isOwners = key !== undefined && timingSafeEqual(digest(key), expected);
    if (parts.apiKey !== '' && isOwners) return OWNER;
    if (parts.apiKey === '' && (await parts.access?.isInUse()) !== true) return ANONYMOUS;
    if (key === undefined) return unauthorized('This server asks for a key.');
    const tokens = parts.access?.tokens;
    if (tokens !== undefined && isToken(key)) {
      const checked = await tokens.authenticate(key);
      return 'identity' in checked ? checked.identity : unauthorized(checked.refused);
    }
    const found = await parts.access?.authenticate(key);
    if (found === undefined) return unauthorized(REFUSALS.unknown);
    if ('identity' in found) return found.identity;
    factsOf(response).refusedKey = found.id;
    return unauthorized(REFUSALS[found.refused]);
  };
  return async (request, response, next) => {
    const facts = factsOf(response);
    facts.resource = parts.access?.tokens?.resource;
    const header = request.headers.authorization;
    const identity = await identify(/^Bearer +(\S+) *$/i.exec(header ?? '')?.[1], response);
    if (identity instanceof QuarryError) {
      // Where tokens are accepted every client first asks with none, to be told where to get one: no neighbour may keep him from it.
      const isCounted = header !== undefined || facts.resource === undefined;
      const waitMs = isCounted ? (await parts.failures.take(facts.countedAs)).waitMs : 0;
      if (waitMs > 0) return next(tooMany('Too many requests without the right key from this address.', waitMs));
      setChallenge(response, header === undefined ? {} : { error: 'invalid_token', description: identity.message });
      return next(identity);
    }
    facts.origin = { ...facts.origin, identity };
    if (identity.kind === 'key' || identity.kind === 'token') facts.countedAs = identity.id;
    facts.services = (await parts.access?.servicesOf(identity)) ?? parts.services;
    next();
  };
}

/** Whether it has the form of a signed token; keys have no dot. */
function isToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

function unauthorized(message: string): QuarryError {
  return new QuarryError('UNAUTHORIZED', message, {
    hint: 'Send the header Authorization: Bearer <key>, with a key that quarry key create has made, the one in QUARRY_API_KEY on the server, or a token of the issuer that it accepts.',
  });
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
