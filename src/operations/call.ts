import { ANONYMOUS, LOCAL_ORIGIN, type Origin } from '../core/access/identity.js';
import type { Report } from '../core/ports.js';
import type { Services } from '../services/services.js';

/** Through which door a call came; local doors may name any path on the machine. */
export type Door = 'cli' | 'mcp-stdio' | 'mcp-http' | 'rest' | 'library';

/** What a running operation is given. */
export interface OperationContext {
  readonly services: Services;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly door: Door;
  /** Who calls, for taking turns: an address or a key over HTTP. Default: the door, as one caller. */
  readonly caller?: string;
  /** By whom and from where. Default: the owner at a local door, nobody that is known over HTTP. */
  readonly origin?: Origin;
}

/** Doors whose callers already can read this machine's files. */
const LOCAL_DOORS: readonly Door[] = ['cli', 'mcp-stdio', 'library'];

/** Whether whoever calls runs programs on this machine. */
export function isLocal(door: Door): boolean {
  return LOCAL_DOORS.includes(door);
}

/** By whom and from where a call came. */
export function originOf({ door, origin }: Pick<OperationContext, 'door' | 'origin'>): Origin {
  return origin ?? (isLocal(door) ? LOCAL_ORIGIN : { identity: ANONYMOUS, address: '', requestId: '' });
}
