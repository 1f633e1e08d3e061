import { LOCAL_REACH, type Reach, remoteReach } from '../core/reach.js';
import type { Door, OperationContext } from './define.js';

/** Doors whose callers already can read this machine's files. */
const LOCAL_DOORS: readonly Door[] = ['cli', 'mcp-stdio', 'library'];

/** What the caller of an operation may touch: the door decides, never the address that is listened on. */
export function reachOf({ services, door }: Pick<OperationContext, 'services' | 'door'>): Reach {
  return LOCAL_DOORS.includes(door) ? LOCAL_REACH : remoteReach(services.context.config);
}
