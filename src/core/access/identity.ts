import { type Need, SCOPES, type Scope } from './scope.js';

/** Who calls. */
export interface Identity {
  /**
   * `owner`: runs programs on this machine, or holds the owner's key. `token`: shows a token of the issuer that the server accepts.
   * `anonymous`: came over HTTP where no key is asked for.
   */
  readonly kind: 'owner' | 'key' | 'token' | 'anonymous';
  /** Id of the key, `sub:` and the subject of the token, or the kind. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** Id of the one workspace that a key or token is for; absent where it is the one that the process has open. */
  readonly workspaceId?: string;
  /** When a token ends, ISO 8601 in UTC. */
  readonly expiresAt?: string;
}

/** Who runs the command line, the library or MCP over stdio, and who holds the key that is set on the server. */
export const OWNER: Identity = { kind: 'owner', id: 'owner', scopes: SCOPES };

/** Who calls a server on loopback that asks for no key. */
export const ANONYMOUS: Identity = { kind: 'anonymous', id: 'anonymous', scopes: SCOPES };

/** Whether this caller has what a call asks for. */
export function holds(identity: Identity, need: Need): boolean {
  return need === 'owner' ? identity.kind === 'owner' : identity.scopes.includes(need);
}

/** From where and by whom a call came. */
export interface Origin {
  readonly identity: Identity;
  /** Address of the client; empty on this machine. */
  readonly address: string;
  /** Id of the request; empty where it has none. */
  readonly requestId: string;
}

/** A call from a program on this machine. */
export const LOCAL_ORIGIN: Origin = { identity: OWNER, address: '', requestId: '' };
