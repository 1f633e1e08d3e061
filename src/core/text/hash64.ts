/** FNV-1a over UTF-16 code units, 64 bits (Fowler, Noll and Vo), as 16 hex digits. Tells texts apart; no secret. */
export function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
