/**
 * Puts a raised or lowered part behind text so that its meaning stays: `10^-6`, `x^(n+1)`, `H_2`. Ordinals (`1st`), primes,
 * degrees and marks of trade, for which no number can be taken, are joined as they are.
 */
export function withRaised(text: string, part: string, rise: 'up' | 'down'): string {
  const mark = part.trim();
  if (mark === '') return text + part;
  const isOrdinal = /\d$/.test(text) && /^(?:st|nd|rd|th|er|re|e|\u00e8re|\u00e8me)$/.test(mark);
  if (isOrdinal || /^[\u2032\u2033'"\u00b0\u2122\u00ae\u00a9.,:;\u2026]+$/.test(mark)) return text + mark;
  const sign = rise === 'up' ? '^' : '_';
  return text + sign + (/^[+\-\u2212\u2013]?[\p{L}\p{N}.,]+$|^\S$/u.test(mark) ? mark : `(${mark})`);
}
