/** On which side of the network a caller sits: on this machine, or at the other end of an HTTP connection. */
export type CallerSide = 'local' | 'remote';

/** Folders that may be touched: any, or those below the roots. */
export type Roots = 'any' | readonly string[];

/** What one caller may touch. It follows from the door through which the call came, and from nothing else. */
export interface Reach {
  readonly side: CallerSide;
  /** Absolute paths of the folders below which files may be read. */
  readonly readRoots: Roots;
  /** Absolute paths of the folders below which files may be written; relative paths start at the first. */
  readonly writeRoots: Roots;
  /** Whether git may ask hosts on loopback and private addresses. */
  readonly privateNetwork: boolean;
}

/** Whoever runs a program on this machine can read its files and reach its networks without us. */
export const LOCAL_REACH: Reach = { side: 'local', readRoots: 'any', writeRoots: 'any', privateNetwork: true };

/** What the owner's settings grant to callers from elsewhere. */
export interface RemoteGrants {
  readonly allowedRoots: readonly string[];
  readonly exportRoots: readonly string[];
  readonly allowPrivateNetwork: boolean;
}

/** The reach of callers from elsewhere: what the settings name, on whatever address the server listens. */
export function remoteReach(grants: RemoteGrants): Reach {
  return {
    side: 'remote',
    readRoots: grants.allowedRoots,
    writeRoots: grants.exportRoots,
    privateNetwork: grants.allowPrivateNetwork,
  };
}

/**
 * With which reach a source is read that was added from `addedBy`. What the owner added was given by that, whoever asks
 * for a sync; what came from elsewhere is never read with more than callers from there have. A record that does not say
 * it is read with the reach of who asks. On this machine with no roots set, a source from elsewhere may still be read
 * where it was: `given` are its own places.
 */
export function reachOfSource(
  addedBy: CallerSide | undefined,
  caller: Reach,
  about: { readonly grants: RemoteGrants; readonly given: readonly string[] },
): Reach {
  if (addedBy === 'local') return LOCAL_REACH;
  if (addedBy === undefined) return caller;
  const remote = remoteReach(about.grants);
  const isUnset = caller.side === 'local' && about.grants.allowedRoots.length === 0;
  return isUnset ? { ...remote, readRoots: about.given } : remote;
}
