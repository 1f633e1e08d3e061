/** Deepest nesting of an operation's input. Recursive checks stay far from the end of the stack. */
export const MAX_JSON_DEPTH = 64;

/** Whether objects and lists are nested deeper than `max` levels. Looks level by level, so depth costs no stack. */
export function isDeeperThan(value: unknown, max: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= max; depth++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}
