import { holds, type Identity } from '../core/access/identity.js';
import type { Need } from '../core/access/scope.js';
import { QuarryError } from '../core/errors.js';
import type { Effect, Toolset } from './toolsets.js';

/** What of an operation says who may call it. */
export interface Callable {
  readonly name: string;
  readonly toolset: Toolset;
  readonly effect: Effect;
  readonly scope?: Need;
}

/** What operations of a toolset need, unless one says otherwise: to read, and to do more. */
const NEEDS: Readonly<Record<Toolset, readonly [reading: Need, more: Need]>> = {
  knowledge: ['read', 'write'],
  code: ['read', 'write'],
  notes: ['read', 'write'],
  admin: ['admin', 'admin'],
  benchmark: ['benchmark', 'benchmark'],
  curation: ['curate', 'curate'],
  training: ['train', 'train'],
  specialists: ['read', 'train'],
  service: ['admin', 'admin'],
};

/** What a call of an operation asks of its caller. The one place that says it, for every door. */
export function needOf({ toolset, effect, scope }: Omit<Callable, 'name'>): Need {
  const [reading, more] = NEEDS[toolset];
  return scope ?? (effect === 'read' ? reading : more);
}

/** Whether this caller may call it; what he may not is not shown to him either. Who is not known gives no keys away. */
export function mayCall(identity: Identity, operation: Omit<Callable, 'name'>): boolean {
  if (operation.toolset === 'service' && identity.kind === 'anonymous') return false;
  return holds(identity, needOf(operation));
}

const WHO: Readonly<Record<Identity['kind'], (id: string) => string>> = {
  owner: () => 'The owner',
  key: (id) => `The key ${id}`,
  token: () => 'The bearer of this token',
  anonymous: () => 'A caller without a key',
};

/** The refusal of a call for which the caller has not the scope. */
export function scopeMissing(identity: Identity, operation: Callable): QuarryError {
  const need = needOf(operation);
  const who = WHO[identity.kind](identity.id);
  const hint =
    identity.kind === 'anonymous'
      ? 'Send a key: Authorization: Bearer <key>. The owner makes one with quarry key create, or sets QUARRY_API_KEY.'
      : need === 'owner'
        ? 'Only the owner may: by the command line, or with the key in QUARRY_API_KEY on the server.'
        : identity.kind === 'token'
          ? `Ask the issuer for a token with the scope ${need}.`
          : `Ask for a key with the scope ${need} (quarry key create --scopes ${need}).`;
  return new QuarryError('SCOPE_MISSING', `${who} may not call ${operation.name}: it needs ${needWords(need)}.`, {
    hint,
    details: { scope: need },
  });
}

function needWords(need: Need): string {
  return need === 'owner' ? 'the owner' : `the scope ${need}`;
}
