/** A superscript as text that search finds: `^2`, `^−6`, `^(n/2)`; the letters of an ordinal (`1st`) stay as they are. */
export function raisedText(content: string): string {
  const text = content.trim();
  if (text === '' || /^(?:st|nd|rd|th)$/.test(text)) return text;
  return isOne(text) ? `^${text}` : `^(${text})`;
}

/** A subscript as text: figures stand as in `H2O`, all else is marked (`x_i`, `x_(n+1)`). */
export function loweredText(content: string): string {
  const text = content.trim();
  if (text === '' || /^\p{N}+$/u.test(text)) return text;
  return isOne(text) ? `_${text}` : `_(${text})`;
}

/** Whether text needs no brackets to stay one: a number or a word with a sign, or what has brackets of its own. */
function isOne(text: string): boolean {
  return /^(?:[-+−±]?[\p{L}\p{N}]+(?:[.,]\p{N}+)?[-+−*]?|[-+−*]|\([^()]*\)|\$[^$]*\$|`[^`]*`)$/u.test(text);
}
