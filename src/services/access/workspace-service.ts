import type { Identity } from '../../core/access/identity.js';
import type { ExportedWorkspace, WorkspaceFolders } from '../../core/access/ports.js';
import type { KeyService } from './key-service.js';

/** What is told of a workspace. */
export interface WorkspaceInfo {
  readonly name: string;
  /** Empty before the first key was made for it. */
  readonly id: string;
  readonly bytesOnDisk: number;
  /** Keys that were made for it and not revoked. */
  readonly keys: number;
}

/** Makes, names and removes the workspaces of a home. */
export class WorkspaceService {
  readonly #folders: WorkspaceFolders;
  readonly #keys: KeyService;
  readonly #owner: Identity;
  readonly #letGo: (name: string) => Promise<void>;

  /** @param parts.letGo closes a workspace that this process has open for callers */
  constructor(parts: {
    readonly workspaces: WorkspaceFolders;
    readonly keys: KeyService;
    readonly owner: Identity;
    letGo(name: string): Promise<void>;
  }) {
    this.#folders = parts.workspaces;
    this.#keys = parts.keys;
    this.#owner = parts.owner;
    this.#letGo = parts.letGo;
  }

  /** Those that the caller may know of: a key knows its own. */
  async list(by: Identity): Promise<readonly WorkspaceInfo[]> {
    const keys = (await this.#keys.list(this.#owner)).filter(({ revokedAt }) => revokedAt === null);
    const folders = (await this.#folders.list()).filter(({ id }) => by.kind === 'owner' || id === by.workspaceId);
    return Promise.all(
      folders.map(async ({ name, id }) => ({
        name,
        id: id ?? '',
        bytesOnDisk: await this.#folders.sizeOf(name),
        keys: keys.filter(({ workspaceId }) => workspaceId === id).length,
      })),
    );
  }

  /** @throws QuarryError INPUT_INVALID, ALREADY_EXISTS */
  async create(name: string): Promise<string> {
    return this.#folders.create(name);
  }

  /** @throws QuarryError WORKSPACE_NOT_FOUND, ALREADY_EXISTS, STORE_LOCKED, STORE_FULL */
  async export(name: string, to: string): Promise<ExportedWorkspace> {
    return this.#folders.export(name, to);
  }

  /** Gives it another name; its keys stay its keys. @throws QuarryError WORKSPACE_NOT_FOUND, WORKSPACE_IN_USE, ALREADY_EXISTS */
  async rename(name: string, to: string): Promise<void> {
    await this.#letGo(name);
    await this.#folders.rename(name, to);
  }

  /**
   * Removes it with all it holds. Its keys are good for nothing from that moment on, whoever takes its name.
   * @throws QuarryError WORKSPACE_NOT_FOUND, WORKSPACE_IN_USE
   */
  async remove(name: string): Promise<{ readonly revokedKeys: number }> {
    const id = (await this.#folders.list()).find((folder) => folder.name === name)?.id;
    await this.#letGo(name);
    await this.#folders.remove(name);
    return { revokedKeys: id === undefined ? 0 : await this.#keys.revokeAllOf(id) };
  }
}
