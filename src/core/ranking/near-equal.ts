/** Share of different terms that two texts must have in common (Jaccard) to say the same. */
const SHARED = 0.85;
/** Shorter texts differ by the word that matters. */
const FEWEST_TERMS = 25;

/** Whether two texts, given as terms between blanks, hold nearly the same terms. */
export function isNearlyEqual(first: string, second: string): boolean {
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  if (shorter.length < longer.length * SHARED * SHARED) return false;
  const a = new Set(shorter.split(/\s+/));
  const b = new Set(longer.split(/\s+/));
  if (a.size < FEWEST_TERMS || Math.min(a.size, b.size) < Math.max(a.size, b.size) * SHARED) return false;
  let common = 0;
  for (const term of a) if (b.has(term)) common += 1;
  return common >= SHARED * (a.size + b.size - common);
}
