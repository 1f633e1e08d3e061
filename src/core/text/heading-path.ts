/**
 * The headings (or symbols) of a heading path, without the sentence that may end it: a chunk that begins in the middle of a list,
 * table or listing carries what introduces it. Such a sentence ends in a colon, headings in a path never do.
 */
export function headingsOf(path: readonly string[]): readonly string[] {
  return path.at(-1)?.endsWith(':') === true ? path.slice(0, -1) : path;
}
