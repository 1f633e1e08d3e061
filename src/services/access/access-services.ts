import { OWNER } from '../../core/access/identity.js';
import type { AuditLog } from '../../core/access/ports.js';
import type { ServiceContext } from '../context.js';
import { AuditTrail, type DeedPlace } from './audit-trail.js';
import { KeyService } from './key-service.js';
import { WorkspaceService } from './workspace-service.js';

/** Who may do what, and who did. */
export interface AccessServices {
  readonly keys: KeyService;
  readonly workspaces: WorkspaceService;
  readonly trail: AuditTrail;
  readonly audit: AuditLog;
  /** The workspace that this process has open, as the audit log names it. */
  readonly place: DeedPlace;
}

/** @throws QuarryError what opening the files says */
export async function createAccessServices(context: ServiceContext): Promise<AccessServices> {
  const { keys: keyStore, workspaces: folders, audit } = await context.access();
  const { clock, config, log } = context;
  const keys = new KeyService({ keys: keyStore, workspaces: folders, clock, workspace: config.workspace });
  let known: string | undefined;
  const place: DeedPlace = {
    name: config.workspace,
    async id() {
      known ??= (await folders.list()).find(({ name }) => name === config.workspace)?.id;
      return known ?? '';
    },
  };
  return {
    keys,
    workspaces: new WorkspaceService({ workspaces: folders, keys, owner: OWNER, letGo: context.letGo }),
    trail: new AuditTrail({ audit, clock, log }),
    audit,
    place,
  };
}
