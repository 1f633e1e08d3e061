import type { Response } from 'express';
import { ANONYMOUS, type Identity, type Origin } from '../../core/access/identity.js';
import type { ProtectedResource } from '../../core/access/token.js';
import type { Authenticated } from '../../services/access/key-service.js';
import type { Services } from '../../services/services.js';

/** Keys and workspaces behind a server. */
export interface ServerAccess {
  /** Whom a key stands for, or why for nobody. */
  authenticate(key: string): Promise<Authenticated>;
  /** Whether there ever was a key, or tokens are accepted: then everybody is asked for one. */
  isInUse(): Promise<boolean>;
  /** The workspace that a caller is in. @throws QuarryError UNAUTHORIZED when that of a key is gone */
  servicesOf(identity: Identity): Promise<Services>;
  /** Tokens that are accepted besides keys. Default: none. */
  readonly tokens?: TokenAccess | undefined;
  /** Tells the audit log of a call that reached no operation. */
  denied(denial: Denial): Promise<void>;
}

/** Tokens of an issuer, and what clients must know to get one. */
export interface TokenAccess {
  readonly resource: ProtectedResource;
  /** Whom a token stands for, or why for nobody. @throws QuarryError ISSUER_UNAVAILABLE */
  authenticate(token: string): Promise<{ readonly identity: Identity } | { readonly refused: string }>;
}

/** A call that reached no operation. */
export interface Denial {
  readonly code: string;
  readonly door: 'rest' | 'mcp-http';
  readonly origin: Origin;
  /** Empty where it is not known. */
  readonly operation: string;
  readonly path: string;
  /** Id of the key that was refused, if it had the form of one. */
  readonly keyId: string;
}

/** Who a request is from, and what it may reach. */
export interface RequestCaller {
  readonly origin: Origin;
  readonly services: Services;
  /** What limits and turns are counted by: a key, the subject of a token, or an address. */
  readonly countedAs: string;
}

/** What the guards found out about a request; never part of an answer. */
interface RequestFacts {
  origin: Origin;
  countedAs: string;
  services?: Services;
  /** Whether an operation has it, which tells the audit log itself. */
  isHandedOver?: boolean;
  refusedKey?: string;
  /** Where tokens are accepted. */
  resource?: ProtectedResource | undefined;
}

const facts = new WeakMap<Response, RequestFacts>();

/** What is known of a request so far. */
export function factsOf(response: Response): RequestFacts {
  const known = facts.get(response);
  if (known !== undefined) return known;
  const made: RequestFacts = { origin: { identity: ANONYMOUS, address: '', requestId: '' }, countedAs: '' };
  facts.set(response, made);
  return made;
}

/** Who a request is from that has passed the guards. @param fallback the workspace of callers for whom none was chosen */
export function requestCaller(response: Response, fallback: Services): RequestCaller {
  const { origin, countedAs, services = fallback } = factsOf(response);
  return { origin, countedAs, services };
}
