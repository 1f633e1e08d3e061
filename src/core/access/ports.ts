import type { ApiKey, KeyRecord } from './api-key.js';
import type { AuditEvent, AuditFinding, AuditLine } from './audit-line.js';

/** Where keys are kept. What happened to a key is only ever added to, so no two writers can undo each other. */
export interface KeyStore {
  /** On disk when this resolves. @throws QuarryError ALREADY_EXISTS */
  create(key: ApiKey): Promise<void>;
  /** As it is now. */
  find(id: string): Promise<KeyRecord | undefined>;
  /** Oldest first. */
  list(): Promise<readonly KeyRecord[]>;
  /** Ids of all keys that were ever made here. @throws QuarryError PATH_UNREADABLE where that cannot be told */
  ids(): Promise<readonly string[]>;
  /** Ends a key for good, on disk when this resolves; a second time changes nothing. */
  revoke(id: string, at: string): Promise<void>;
  /** Ends a key at a moment, in favour of another. False when it was replaced before: that stays as it is. */
  replace(id: string, by: string, endsAt: string): Promise<boolean>;
  /** Takes back a key that nobody was shown. */
  discard(id: string): Promise<void>;
  /** Remembers a use; loses it rather than failing. */
  touch(id: string, at: string): Promise<void>;
}

/** A folder of one workspace. */
export interface WorkspaceFolder {
  readonly name: string;
  /** Stays when the name changes, and is never given again; undefined before anybody asked for it. */
  readonly id: string | undefined;
  readonly path: string;
}

/** What an export holds. */
export interface ExportedWorkspace {
  readonly files: number;
  readonly bytes: number;
}

/** The workspaces of a home. */
export interface WorkspaceFolders {
  list(): Promise<readonly WorkspaceFolder[]>;
  /** The name of the workspace with this id, as it is now. */
  nameOf(id: string): Promise<string | undefined>;
  /** The id of a workspace, given to it where it has none. Undefined where there is no such workspace. */
  idOf(name: string): Promise<string | undefined>;
  /** Bytes of all files. */
  sizeOf(name: string): Promise<number>;
  /** @throws QuarryError ALREADY_EXISTS for a name that is taken, in whatever case */
  create(name: string): Promise<string>;
  /** Copies it to a new folder. @throws QuarryError WORKSPACE_NOT_FOUND, ALREADY_EXISTS, STORE_LOCKED, STORE_FULL */
  export(name: string, to: string): Promise<ExportedWorkspace>;
  /** @throws QuarryError WORKSPACE_NOT_FOUND, WORKSPACE_IN_USE, ALREADY_EXISTS */
  rename(name: string, to: string): Promise<void>;
  /** Gone from that moment on. @throws QuarryError WORKSPACE_NOT_FOUND, WORKSPACE_IN_USE */
  remove(name: string): Promise<void>;
}

/** Which lines are asked for; all conditions hold together. */
export interface AuditQuery {
  readonly identity?: string | undefined;
  readonly operation?: string | undefined;
  readonly outcome?: string | undefined;
  readonly target?: string | undefined;
  readonly workspaceId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** What looking through the whole log came to. */
export interface AuditReport {
  readonly files: number;
  readonly lines: number;
  /** sha256 of the newest line of each file, by name of the file: what somebody else can keep. */
  readonly heads: readonly { readonly file: string; readonly line: number; readonly hash: string }[];
  readonly findings: readonly AuditFinding[];
}

/** Lines that are only ever added to, each bound to the one before it. */
export interface AuditLog {
  /**
   * Adds a line; resolves when a process that is killed leaves it behind, and, with `durable`, a power cut too.
   * @throws QuarryError AUDIT_UNAVAILABLE, STORE_FULL
   */
  append(event: AuditEvent, options?: { readonly durable?: boolean }): Promise<void>;
  /** Newest first. */
  search(query: AuditQuery, limit: number): Promise<readonly AuditLine[]>;
  /**
   * Writes the lines to a file as they are on disk, oldest first in each file of the log; gives their number.
   * @throws QuarryError ALREADY_EXISTS without `replace`, PATH_UNREADABLE, STORE_FULL
   */
  export(query: AuditQuery, path: string, how: { readonly replace: boolean }): Promise<number>;
  /** @param expected hashes of lines that must be there: heads that an earlier report named */
  verify(expected: readonly string[]): Promise<AuditReport>;
  close(): Promise<void>;
}

/** What belongs to a home and not to one of its workspaces. */
export interface AccessStore {
  readonly keys: KeyStore;
  readonly workspaces: WorkspaceFolders;
  readonly audit: AuditLog;
}
