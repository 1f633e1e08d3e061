import { LOCAL_REACH, type Reach, remoteReach } from '../core/reach.js';
import { isLocal, type OperationContext } from './call.js';

/** What the caller of an operation may touch: the door decides, never the address that is listened on. */
export function reachOf({ services, door }: Pick<OperationContext, 'services' | 'door'>): Reach {
  return isLocal(door) ? LOCAL_REACH : remoteReach(services.context.config);
}
