import type { Scope } from './scope.js';

/** Whose bearer tokens a server accepts, and how they are read. */
export interface TokenIssuer {
  /** As it stands in tokens. */
  readonly issuer: string;
  /** What tokens for this server name as their audience. */
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** Names of JWS algorithms that are accepted. */
  readonly algorithms: readonly string[];
  /** What stands before the words of our scopes in tokens; empty for nothing. */
  readonly scopePrefix: string;
  /** Claim with the name of the workspace that a token is for; empty: all are for the one that the server has open. */
  readonly workspaceClaim: string;
}

/** What a right token says. */
export interface AccessToken {
  /** `sub:` and its subject. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly workspace?: string;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

/** A right token, or why it is none, in words that hold nothing secret. */
export type TokenCheck = { readonly token: AccessToken } | { readonly refused: string };

/** Verifies tokens of one issuer. */
export interface TokenVerifier {
  /** @throws QuarryError ISSUER_UNAVAILABLE */
  verify(token: string): Promise<TokenCheck>;
}

/** What clients must know to get a token for this server (RFC 9728). */
export interface ProtectedResource {
  /** Address of MCP as clients know it. */
  readonly url: URL;
  readonly issuer: string;
  /** What stands before the words of our scopes in tokens. */
  readonly scopePrefix: string;
}
