/** Bounds the address spaces that sites generate without end. Stateful: ask in a fixed order. */
export interface TrapGuard {
  /** Whether the URL may be crawled; counts it when so. */
  admit(url: string): boolean;
}

const MAX_SEGMENTS = 24;
const MAX_PARAMETERS = 12;
/** A run of segments that comes this many times in a row is a relative link gone wrong. */
const MAX_REPEATS = 3;
const LONGEST_RUN = 4;
/** Date pages (`/calendar/2026/11`) kept per place: they list, they do not say. */
const MAX_DATE_PAGES = 60;

/** Makes a {@link TrapGuard}. */
export function createTrapGuard(options: { readonly maxQueryVariants: number }): TrapGuard {
  const counts = new Map<string, number>();
  const take = (key: string, limit: number): boolean => {
    const count = (counts.get(key) ?? 0) + 1;
    if (count > limit) return false;
    counts.set(key, count);
    return true;
  };
  return {
    admit: (text) => {
      const url = new URL(text);
      const segments = url.pathname.split('/').filter((segment) => segment !== '');
      if (segments.length > MAX_SEGMENTS || hasRepeats(segments)) return false;
      const dates = datePlace(segments);
      if (dates !== undefined && !take(`date ${dates}`, MAX_DATE_PAGES)) return false;
      if (url.search === '') return true;
      if (url.search.split('&').length > MAX_PARAMETERS) return false;
      return take(`query ${url.pathname}`, options.maxQueryVariants);
    },
  };
}

/** Whether some run of one to four segments comes three times in a row: `/a/b/a/b/a/b`. */
function hasRepeats(segments: readonly string[]): boolean {
  for (let length = 1; length <= LONGEST_RUN; length += 1) {
    let same = 0;
    for (let at = length; at < segments.length; at += 1) {
      same = segments[at] === segments[at - length] ? same + 1 : 0;
      if (same >= length * (MAX_REPEATS - 1)) return true;
    }
  }
  return false;
}

/** For paths that end in a year and month, a year, month and day, or an ISO date: the path before it. */
function datePlace(segments: readonly string[]): string | undefined {
  const path = `/${segments.join('/')}`;
  return /^(.*?)\/(?:(?:19|20|21)\d\d\/(?:0?[1-9]|1[0-2])(?:\/(?:0?[1-9]|[12]\d|3[01]))?|(?:19|20|21)\d\d-\d\d(?:-\d\d)?)$/.exec(
    path,
  )?.[1];
}
