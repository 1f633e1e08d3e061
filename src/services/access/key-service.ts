import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  hashKey,
  KEY_ID_BYTES,
  KEY_SECRET_BYTES,
  type KeyRecord,
  type KeyState,
  keyIdOf,
  stateOf,
  writeKey,
} from '../../core/access/api-key.js';
import type { Identity } from '../../core/access/identity.js';
import type { KeyStore, WorkspaceFolders } from '../../core/access/ports.js';
import { SCOPES, type Scope } from '../../core/access/scope.js';
import { QuarryError } from '../../core/errors.js';
import type { Clock } from '../../core/ports.js';

/** What a key shall be. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Name of its workspace; default: the caller's. */
  readonly workspace?: string | undefined;
  /** Default: never, or when the key ends that makes it. */
  readonly expiresInDays?: number | undefined;
}

/** A new key: the only moment at which its text is known. */
export interface MadeKey {
  readonly text: string;
  readonly record: KeyRecord;
}

/** A key that was shown: who it stands for, or why it stands for nobody. */
export type Authenticated =
  | { readonly identity: Identity }
  | { readonly refused: 'unknown' | Exclude<KeyState, 'active'>; readonly id: string };

/** How long a record that was read counts as what is on disk; a revocation by another process bites after that. */
const FRESH_MS = 400;
/** Uses are remembered to within this. */
const USE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOBODY = Buffer.alloc(32);

interface Remembered<T> {
  readonly at: number;
  readonly value: Promise<T>;
}

/** Makes, ends and recognises API keys. A key sees and makes keys of its own workspace alone, and gives no more than it has. */
export class KeyService {
  readonly #keys: KeyStore;
  readonly #workspaces: WorkspaceFolders;
  readonly #clock: Clock;
  readonly #ownWorkspace: string;
  readonly #records = new Map<string, Remembered<KeyRecord | undefined>>();
  readonly #uses = new Map<string, number>();
  #ids: Remembered<ReadonlySet<string>> | undefined;

  /** @param parts.workspace name of the workspace that the process has open */
  constructor(parts: {
    readonly keys: KeyStore;
    readonly workspaces: WorkspaceFolders;
    readonly clock: Clock;
    readonly workspace: string;
  }) {
    this.#keys = parts.keys;
    this.#workspaces = parts.workspaces;
    this.#clock = parts.clock;
    this.#ownWorkspace = parts.workspace;
  }

  /** @throws QuarryError WORKSPACE_NOT_FOUND, SCOPE_MISSING */
  async create(by: Identity, wish: KeyWish): Promise<MadeKey> {
    const missing = wish.scopes.find((scope) => !by.scopes.includes(scope));
    if (missing !== undefined) throw beyond(missing);
    const workspaceId = await this.#workspaceFor(by, wish.workspace);
    const expiresAt = await this.#expiry(by, wish.expiresInDays, null);
    return this.#make({ name: wish.name, scopes: wish.scopes, workspaceId, expiresAt, createdBy: by.id });
  }

  /** Keys that the caller may know of, oldest first. */
  async list(by: Identity): Promise<readonly KeyRecord[]> {
    return (await this.#keys.list()).filter((record) => isWithin(by, record));
  }

  /**
   * Puts a new key in the place of one that is in use; the old one is accepted for a while yet.
   * @throws QuarryError KEY_NOT_FOUND, REVISION_MISMATCH for one that has ended or was replaced, SCOPE_MISSING
   */
  async rotate(
    by: Identity,
    id: string,
    { graceMinutes, expiresInDays }: { readonly graceMinutes: number; readonly expiresInDays?: number | undefined },
  ): Promise<MadeKey> {
    const old = await this.#require(by, id);
    const missing = old.scopes.find((scope) => !by.scopes.includes(scope));
    if (missing !== undefined) throw beyond(missing);
    const state = stateOf(old, this.#clock.now());
    if (state !== 'active' || old.replaced !== null) throw ended(old, state);
    const { name, scopes, workspaceId } = old;
    const expiresAt = await this.#expiry(by, expiresInDays, old.expiresAt);
    const made = await this.#make({ name, scopes, workspaceId, expiresAt, createdBy: by.id });
    const endsAt = new Date(Date.parse(this.#clock.now()) + graceMinutes * 60_000).toISOString();
    if (await this.#keys.replace(id, made.record.id, endsAt)) {
      this.#forget(id);
      return made;
    }
    // Somebody else was faster; of two successors one is enough.
    await this.#keys.discard(made.record.id);
    throw ended((await this.#keys.find(id)) ?? old, 'replaced');
  }

  /** Ends a key at once; a second time changes nothing. @throws QuarryError KEY_NOT_FOUND */
  async revoke(by: Identity, id: string): Promise<KeyRecord> {
    const record = await this.#require(by, id);
    if (record.revokedAt === null) await this.#keys.revoke(id, this.#clock.now());
    this.#forget(id);
    return this.#require(by, id);
  }

  /** Ends all keys of a workspace that goes. */
  async revokeAllOf(workspaceId: string): Promise<number> {
    const own = (await this.#keys.list()).filter((key) => key.workspaceId === workspaceId && key.revokedAt === null);
    for (const { id } of own) {
      await this.#keys.revoke(id, this.#clock.now());
      this.#forget(id);
    }
    return own.length;
  }

  /** Names of workspaces by id, for answers. */
  async workspaceNames(): Promise<ReadonlyMap<string, string>> {
    const folders = await this.#workspaces.list();
    return new Map(folders.flatMap(({ id, name }) => (id === undefined ? [] : [[id, name] as const])));
  }

  /** Whether a key was ever made: from then on one is asked for, even when all have ended. */
  async isInUse(): Promise<boolean> {
    return (await this.#knownIds()).size > 0;
  }

  /** Whom a key stands for, as of half a second ago at most. Takes the same time for every key that is not right. */
  async authenticate(text: string): Promise<Authenticated> {
    const id = keyIdOf(text) ?? '';
    const record = (await this.#knownIds()).has(id) ? await this.#recordOf(id) : undefined;
    const expected = record === undefined ? NOBODY : Buffer.from(record.hash, 'hex');
    const isRight = timingSafeEqual(Buffer.from(hashKey(text), 'hex'), expected);
    if (!isRight || record === undefined) return { refused: 'unknown', id };
    const state = stateOf(record, this.#clock.now());
    if (state !== 'active') return { refused: state, id };
    this.#touch(id);
    return { identity: { kind: 'key', id, scopes: record.scopes, workspaceId: record.workspaceId } };
  }

  async #make(about: Pick<KeyRecord, 'name' | 'scopes' | 'workspaceId' | 'expiresAt' | 'createdBy'>): Promise<MadeKey> {
    const id = `key_${randomBytes(KEY_ID_BYTES).toString('hex')}`;
    const text = writeKey(id, randomBytes(KEY_SECRET_BYTES));
    const scopes = SCOPES.filter((scope) => about.scopes.includes(scope));
    const key = { ...about, scopes, id, hash: hashKey(text), createdAt: this.#clock.now() };
    await this.#keys.create(key);
    this.#ids = undefined;
    return { text, record: { ...key, revokedAt: null, replaced: null, lastUsedAt: null } };
  }

  async #workspaceFor(by: Identity, name: string | undefined): Promise<string> {
    if (by.workspaceId !== undefined) {
      if (name === undefined || (await this.#workspaces.nameOf(by.workspaceId)) === name) return by.workspaceId;
      throw noWorkspace(name);
    }
    const wanted = name ?? this.#ownWorkspace;
    const id = await this.#workspaces.idOf(wanted);
    if (id === undefined) throw noWorkspace(wanted);
    return id;
  }

  /** A key or token that ends makes no key that outlives it. */
  async #expiry(by: Identity, days: number | undefined, fallback: string | null): Promise<string | null> {
    const wished =
      days === undefined ? fallback : new Date(Date.parse(this.#clock.now()) + days * DAY_MS).toISOString();
    const own = by.kind === 'key' ? (await this.#keys.find(by.id))?.expiresAt : by.expiresAt;
    if (own === null || own === undefined) return wished;
    return wished === null || wished > own ? own : wished;
  }

  async #require(by: Identity, id: string): Promise<KeyRecord> {
    const record = /^key_[0-9a-f]{16}$/.test(id) ? await this.#keys.find(id) : undefined;
    if (record !== undefined && isWithin(by, record)) return record;
    throw new QuarryError('KEY_NOT_FOUND', `There is no key ${JSON.stringify(id.slice(0, 80))}.`, {
      hint: 'key_list shows ids of keys (quarry key list).',
    });
  }

  async #knownIds(): Promise<ReadonlySet<string>> {
    const now = this.#clock.elapsedMs();
    if (this.#ids === undefined || now - this.#ids.at >= FRESH_MS) {
      const value = this.#keys.ids().then((ids) => new Set(ids));
      this.#ids = { at: now, value };
    }
    return this.#ids.value;
  }

  async #recordOf(id: string): Promise<KeyRecord | undefined> {
    const now = this.#clock.elapsedMs();
    const known = this.#records.get(id);
    if (known !== undefined && now - known.at < FRESH_MS) return known.value;
    const value = this.#keys.find(id);
    this.#records.set(id, { at: now, value });
    return value;
  }

  #forget(id: string): void {
    this.#records.delete(id);
  }

  #touch(id: string): void {
    const now = this.#clock.elapsedMs();
    if (now - (this.#uses.get(id) ?? Number.NEGATIVE_INFINITY) < USE_MS) return;
    this.#uses.set(id, now);
    void this.#keys.touch(id, this.#clock.now());
  }
}

function isWithin(by: Identity, record: KeyRecord): boolean {
  return by.kind === 'owner' || record.workspaceId === by.workspaceId;
}

function beyond(scope: Scope): QuarryError {
  return new QuarryError('SCOPE_MISSING', `A key gives no scope that it does not have: ${scope}.`, {
    hint: 'Leave the scope out, or ask the owner of the server for the key.',
    details: { scope },
  });
}

function ended(record: KeyRecord, state: KeyState): QuarryError {
  const by = record.replaced === null ? '' : ` by ${record.replaced.by}`;
  const what = record.replaced === null ? `has ended (${state})` : `was replaced${by}`;
  return new QuarryError('REVISION_MISMATCH', `The key ${record.id} ${what}.`, {
    hint: record.replaced === null ? 'Make a new key with key_create.' : 'Rotate the key that took its place.',
  });
}

function noWorkspace(name: string): QuarryError {
  return new QuarryError('WORKSPACE_NOT_FOUND', `There is no workspace ${JSON.stringify(name.slice(0, 80))}.`, {
    hint: 'The owner makes one with quarry workspace create.',
  });
}
