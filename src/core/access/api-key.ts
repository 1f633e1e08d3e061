import { sha256 } from '../identity.js';
import type { Scope } from './scope.js';

/** Random bytes of a key's secret part. */
export const KEY_SECRET_BYTES = 32;
/** Random bytes of a key's id. */
export const KEY_ID_BYTES = 8;

/** What is kept of a key from its first day on; nothing of it ever changes. */
export interface ApiKey {
  /** `key_` and 16 hex digits. No secret. */
  readonly id: string;
  readonly name: string;
  /** Id of the workspace that the key is for. */
  readonly workspaceId: string;
  readonly scopes: readonly Scope[];
  /** sha256 of the whole key, 64 hex digits; the key itself is not kept. */
  readonly hash: string;
  readonly createdAt: string;
  /** Id of the identity that made it. */
  readonly createdBy: string;
  /** From when on it is refused; null: never. */
  readonly expiresAt: string | null;
}

/** A key with all that has happened to it since. */
export interface KeyRecord extends ApiKey {
  readonly revokedAt: string | null;
  /** The key that took its place, and from when on this one is refused. */
  readonly replaced: { readonly by: string; readonly endsAt: string } | null;
  /** Of the last use, to within a minute. */
  readonly lastUsedAt: string | null;
}

/** Whether a key is accepted, and if not, why. */
export type KeyState = 'active' | 'expired' | 'replaced' | 'revoked';

/** @param now ISO 8601 in UTC, as all moments of a record are */
export function stateOf(record: KeyRecord, now: string): KeyState {
  if (record.revokedAt !== null) return 'revoked';
  if (record.replaced !== null && record.replaced.endsAt <= now) return 'replaced';
  return record.expiresAt !== null && record.expiresAt <= now ? 'expired' : 'active';
}

/** A key as it is shown once: its id tells which record to compare it with. */
export function writeKey(id: string, secret: Uint8Array): string {
  return `quarry_${id.slice('key_'.length)}_${Buffer.from(secret).toString('base64url')}`;
}

/** The id in a key's text; undefined for what has not the form of a key. */
export function keyIdOf(text: string): string | undefined {
  const digits = /^quarry_([0-9a-f]{16})_[\w-]{43}$/.exec(text)?.[1];
  return digits === undefined ? undefined : `key_${digits}`;
}

/** What is kept of a key's text. A random key of 256 bits needs no slow hash: nobody can go through them all. */
export function hashKey(text: string): string {
  return sha256(text);
}
