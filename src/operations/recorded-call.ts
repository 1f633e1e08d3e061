import { isDenial } from '../core/access/denial.js';
import { toQuarryError } from '../core/errors.js';
import type { JsonObject } from '../core/types.js';
import type { Deed } from '../services/access/audit-trail.js';
import { auditTarget } from './audit-target.js';
import { isLocal, type OperationContext, originOf } from './call.js';
import { type Callable, mayCall, needOf, scopeMissing } from './scope-of.js';

/** What of a call goes into the audit log: nothing, that it was denied, that it was made, or that it is tried and how it ends. */
type Recording = 'nothing' | 'denials' | 'call' | 'write';

/** Lets a call through whose caller has the scope for it. @throws QuarryError SCOPE_MISSING, which the audit log tells of */
export async function requireScope(operation: Callable, context: OperationContext): Promise<void> {
  const { identity } = originOf(context);
  if (mayCall(identity, operation)) return;
  const refusal = scopeMissing(identity, operation);
  if (recordingOf(operation, context) !== 'nothing')
    await tellDenial(deedOf(operation, context, {}), context, refusal.code);
  throw refusal;
}

/**
 * Does the work of a call and records what has to be recorded of it: before the answer is given, and a write also before it
 * is tried. What is not recorded costs nothing.
 * @throws QuarryError AUDIT_UNAVAILABLE, and what the work throws
 */
export async function recordCall<T extends { readonly output: JsonObject }>(
  operation: Callable,
  { context, input }: { readonly context: OperationContext; readonly input: Readonly<Record<string, unknown>> },
  work: () => Promise<T>,
): Promise<T> {
  const recording = recordingOf(operation, context);
  if (recording === 'nothing') return work();
  const deed = deedOf(operation, context, auditTarget(input));
  if (recording === 'write') {
    const { trail, place } = await context.services.access.get();
    const targetOf = ({ output }: T): JsonObject => auditTarget(output);
    return trail.write(deed, place, { work, targetOf, codeOf: (error) => toQuarryError(error).code });
  }
  try {
    const result = await work();
    if (recording === 'call') await tellCall(deed, context, 'ok');
    return result;
  } catch (error) {
    const { code } = toQuarryError(error);
    if (isDenial(code)) await tellDenial(deed, context, code);
    else if (recording === 'call' && code !== 'AUDIT_UNAVAILABLE') await tellCall(deed, context, code);
    throw error;
  }
}

function recordingOf(operation: Callable, context: OperationContext): Recording {
  const { audit } = context.services.context.config;
  if (audit === 'off') return 'nothing';
  // Who may do what is always written down, through whichever door it is changed.
  if (operation.toolset === 'service' && operation.effect !== 'read') return 'write';
  // Where nobody is asked for a key there is nobody to tell of.
  const isUnknown = originOf(context).identity.kind === 'anonymous';
  if (audit === 'http' && (isLocal(context.door) || isUnknown)) return 'nothing';
  if (operation.effect !== 'read') return 'write';
  const need = needOf(operation);
  return need === 'admin' || need === 'owner' ? 'call' : 'denials';
}

function deedOf({ name }: Callable, context: OperationContext, target: JsonObject): Deed {
  return { origin: originOf(context), door: context.door, operation: name, target };
}

async function tellCall(deed: Deed, { services }: OperationContext, outcome: string): Promise<void> {
  const { trail, place } = await services.access.get();
  await trail.done(deed, place, outcome);
}

async function tellDenial(deed: Deed, { services }: OperationContext, code: string): Promise<void> {
  const { trail, place } = await services.access.get();
  await trail.denied(deed, place, code);
}
