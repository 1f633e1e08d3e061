import { join } from 'node:path';
import type { Config } from './config/schema.js';
import type { Identity } from './core/access/identity.js';
import type { ProtectedResource, TokenVerifier } from './core/access/token.js';
import { isWorkspaceName } from './core/access/workspace-name.js';
import { QuarryError } from './core/errors.js';
import type { Denial, ServerAccess, TokenAccess } from './edges/http/request-caller.js';
import { openWorkspace, type SharedParts, type Workspace } from './open-workspace.js';
import type { Services } from './services/services.js';

/** {@link ServerAccess} over the workspaces of a home, each opened when a key of it is first used. */
export interface OpenedAccess extends ServerAccess {
  readonly shared: Pick<SharedParts, 'letGo'>;
  /** Closes the workspaces that were opened for keys. */
  close(): Promise<void>;
}

interface Tenant {
  readonly name: string;
  readonly workspace: Promise<Workspace>;
}

/** How long the name of a workspace counts as what it is. */
const FRESH_MS = 400;

/** Tokens that a server accepts, and what clients must know to get one. */
export interface AcceptedTokens {
  readonly verifier: TokenVerifier;
  readonly resource: ProtectedResource;
}

/**
 * @param openMain gives the workspace that the server itself has open
 * @param accepted tokens that count besides keys
 */
export function createServerAccess(openMain: () => Workspace, accepted?: AcceptedTokens): OpenedAccess {
  const tenants = new Tenants(openMain);
  const accessOfMain = () => openMain().services.access.get();
  return {
    shared: { letGo: (name) => tenants.letGo(name) },
    authenticate: async (key) => (await accessOfMain()).keys.authenticate(key),
    isInUse: async () => accepted !== undefined || (await accessOfMain()).keys.isInUse(),
    tokens: accepted && tokenAccess(openMain, accepted),
    servicesOf: (identity) => tenants.servicesOf(identity),
    async denied({ code, door, origin, operation, path, keyId }: Denial) {
      const { audit, apiKey } = openMain().config;
      const { trail, keys } = await accessOfMain();
      const isAsked = audit === 'all' || apiKey !== '' || accepted !== undefined || (await keys.isInUse());
      if (audit === 'off' || !isAsked) return;
      const target = { ...(path === '' ? {} : { path }), ...(keyId === '' ? {} : { id: keyId }) };
      await trail.denied({ origin, door, operation, target }, { name: '', id: async () => '' }, code);
    },
    close: () => tenants.close(),
  };
}

/** Every token is for one workspace, by its id, as keys are. */
function tokenAccess(openMain: () => Workspace, { verifier, resource }: AcceptedTokens): TokenAccess {
  return {
    resource,
    async authenticate(text) {
      const checked = await verifier.verify(text);
      if ('refused' in checked) return checked;
      const { access, config } = openMain();
      const { id, scopes, expiresAt, workspace = config.workspace } = checked.token;
      const workspaceId = isWorkspaceName(workspace)
        ? await (await access.get()).workspaces.idOf(workspace)
        : undefined;
      if (workspaceId === undefined) return { refused: 'The token is for a workspace that is not here.' };
      return { identity: { kind: 'token', id, scopes, workspaceId, expiresAt } };
    },
  };
}

class Tenants {
  readonly #main: () => Workspace;
  readonly #open = new Map<string, Tenant>();
  readonly #names = new Map<string, { readonly at: number; readonly name: Promise<string | undefined> }>();

  constructor(main: () => Workspace) {
    this.#main = main;
  }

  async servicesOf({ workspaceId }: Identity): Promise<Services> {
    const main = this.#main();
    if (workspaceId === undefined) return main.services;
    const name = await this.#nameOf(workspaceId);
    if (name === undefined) {
      throw new QuarryError('UNAUTHORIZED', 'The workspace of this key was removed.', {
        hint: 'Ask the owner of the server for a key of another workspace.',
      });
    }
    if (name === main.config.workspace) return main.services;
    const known = this.#open.get(workspaceId);
    if (known?.name === name) return (await known.workspace).services;
    if (known !== undefined) await this.letGo(known.name);
    return (await this.#openFor(workspaceId, name)).services;
  }

  async letGo(name: string): Promise<void> {
    const gone = [...this.#open].filter(([, tenant]) => tenant.name === name);
    for (const [id] of gone) {
      this.#open.delete(id);
      this.#names.delete(id);
    }
    // What could not be opened need not be closed; who asked for it has heard why.
    const opened = await Promise.all(gone.map(([, { workspace }]) => workspace.catch(() => undefined)));
    await Promise.all(opened.map((workspace) => workspace?.close()));
  }

  async close(): Promise<void> {
    for (const { name } of [...this.#open.values()]) await this.letGo(name);
  }

  /** However many ask at once, it is opened once; a failure is not remembered. */
  #openFor(id: string, name: string): Promise<Workspace> {
    const { config, access, services } = this.#main();
    const overrides = { ...config, workspace: name, exportRoots: exportRootsOf(config, name) };
    const shared = { access, turns: services.turns, letGo: (other: string) => this.letGo(other) };
    const workspace = openWorkspace(overrides, shared).catch((error: unknown) => {
      this.#open.delete(id);
      throw error;
    });
    this.#open.set(id, { name, workspace });
    return workspace;
  }

  #nameOf(id: string): Promise<string | undefined> {
    const main = this.#main();
    const now = main.services.context.clock.elapsedMs();
    const known = this.#names.get(id);
    if (known !== undefined && now - known.at < FRESH_MS) return known.name;
    const name = main.access.get().then(({ workspaces }) => workspaces.nameOf(id));
    this.#names.set(id, { at: now, name });
    return name;
  }
}

/** Where callers of another workspace write: nowhere that callers of this one do. */
function exportRootsOf({ home, exportRoots }: Config, workspace: string): string[] {
  const isUsual = exportRoots.length === 1 && exportRoots[0] === join(home, 'exports');
  return isUsual ? [join(home, 'workspaces', workspace, 'exports')] : exportRoots.map((root) => join(root, workspace));
}
