import { join } from 'node:path';
import type { AuditLog, KeyStore } from '../core/access/ports.js';
import { createAuditFiles } from './audit-files.js';
import { createKeyFiles } from './key-files.js';

/** Folder, inside the home, of what says who may do what, and who did. */
const ACCESS_FOLDER = 'access';

/** Keys and audit log of a home. Nothing is made before something is written. */
export function openAccess(options: { readonly home: string; readonly auditDays: number; now(): string }): {
  readonly keys: KeyStore;
  readonly audit: AuditLog;
} {
  const folder = join(options.home, ACCESS_FOLDER);
  const { now, auditDays } = options;
  return {
    keys: createKeyFiles(join(folder, 'keys')),
    audit: createAuditFiles({ folder: join(folder, 'audit'), retentionDays: auditDays, now }),
  };
}
