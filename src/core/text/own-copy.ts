/** The same text, which keeps no other alive: a part of a string holds on to the whole; a copy through bytes does not. */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
