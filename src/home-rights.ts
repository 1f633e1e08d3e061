import type { HomeRights } from './core/home-rights-port.js';
import { countOpen, isPrivateFolder, tightenBelow } from './store/private-files.js';

/**
 * The rights on a home. What the store's engine and git write there gets the modes of the process, whose umask is not ours
 * to change (exports keep it, and it may be a program that uses us as a library), so new files are tightened afterwards; a
 * home that we made is closed to others from its first moment. In a home that others may enter, which somebody arranged so,
 * nothing is changed without being asked.
 * @param openedMs when the workspace was opened, in milliseconds since 1970
 */
export function createHomeRights(home: string, openedMs: number): HomeRights {
  return {
    examine: () => countOpen(home),
    tighten: () => tightenBelow(home),
    async tightenNew() {
      if (await isPrivateFolder(home)) await tightenBelow(home, openedMs);
    },
  };
}
