import { z } from 'zod';
import { type KeyRecord, stateOf } from '../../core/access/api-key.js';
import { SCOPES } from '../../core/access/scope.js';
import type { Services } from '../../services/services.js';

const STATES = ['active', 'expired', 'replaced', 'revoked'] as const;

/** The id of a key, which is no secret. */
export const keyId = z
  .string()
  .regex(/^key_[0-9a-f]{16}$/, 'key_ and 16 hex digits')
  .describe('Id of the key, as key_list shows it; not the key itself.');

/** When a key shall end. */
export const expiresInDays = z
  .number()
  .int()
  .min(1)
  .max(3_650)
  .optional()
  .describe('Days after which it is refused, 1 to 3650.');

/** Output: what is known of a key. */
export const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  workspace: z.string().describe('Empty when it was removed.'),
  scopes: z.array(z.enum(SCOPES)),
  state: z.enum(STATES),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  replacedBy: z.string().nullable(),
  acceptedUntil: z.string().nullable().describe('When a replaced key ends.'),
  lastUsedAt: z.string().nullable(),
});

/** Output: a key that was just made, with its text. */
export const madeKeyShape = z.object({
  key: z.string().describe('The key itself. It is shown now and never again.'),
  ...keyShape.shape,
});

/** A record, as it may leave the process. */
export function toKeyShape(
  record: KeyRecord,
  about: { readonly names: ReadonlyMap<string, string>; readonly now: string },
): z.output<typeof keyShape> {
  const { id, name, scopes, createdAt, createdBy, expiresAt, revokedAt, replaced, lastUsedAt } = record;
  return {
    id,
    name,
    workspace: about.names.get(record.workspaceId) ?? '',
    scopes: [...scopes],
    state: stateOf(record, about.now),
    createdAt,
    createdBy,
    expiresAt,
    revokedAt,
    replacedBy: replaced?.by ?? null,
    acceptedUntil: replaced?.endsAt ?? null,
    lastUsedAt,
  };
}

/** What {@link toKeyShape} needs besides a record. */
export async function keyFacts(
  services: Services,
): Promise<{ readonly names: ReadonlyMap<string, string>; readonly now: string }> {
  const { keys } = await services.access.get();
  return { names: await keys.workspaceNames(), now: services.context.clock.now() };
}

/** One line for a key. */
export function keyLine(key: z.output<typeof keyShape>): string {
  const facts = [
    key.workspace === '' ? 'of a removed workspace' : `workspace ${key.workspace}`,
    key.scopes.join(','),
    key.state,
    key.expiresAt === null ? '' : `expires ${key.expiresAt}`,
    key.revokedAt === null ? '' : `revoked ${key.revokedAt}`,
    key.replacedBy === null ? '' : `replaced by ${key.replacedBy}, accepted until ${key.acceptedUntil}`,
    key.lastUsedAt === null ? 'never used' : `last used ${key.lastUsedAt}`,
  ];
  return `${key.id}  ${key.name}  (${facts.filter((fact) => fact !== '').join('; ')})`;
}

/** A new key as text: the key on a line of its own. */
export function madeKeyText(made: z.output<typeof madeKeyShape>): string {
  return `${made.key}\nKeep it now: it is not shown again. Send it as Authorization: Bearer <key>.\n${keyLine(made)}`;
}
