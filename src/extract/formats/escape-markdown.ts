const BLOCK_START =
  /^(?=#{1,6}(?:[ \t]|$)|>|[-+*](?:[ \t]|$)|```|~~~|[-_=*](?:[ \t]*[-_=*]){2,}[ \t]*$|\||<[a-z/!?](?!ttps?:|ailto:))/gim;

/** Keeps a paragraph's lines from being read as headings, lists, quotes, fences, rules, tables or raw HTML. */
export function escapeLineStarts(text: string): string {
  return text.replace(BLOCK_START, '\\').replace(/^(\d{1,9})([.)])(?=\s|$)/gm, '$1\\$2');
}
