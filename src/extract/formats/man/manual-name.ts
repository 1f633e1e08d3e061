const MANUAL_NAME = /\.(?:[0-9][a-z]{0,8}|man|mdoc|[nl])$/i;
const PACKED_NAME = /\.(?:[1-9][a-z]{0,8}|man|mdoc)\.gz$/i;
const HEAD = /^[.'][ \t]*(?:TH|Dd|Dt)[ \t]+\S/m;

/** Whether a name is that of a manual page in gzip (`ls.1.gz`). */
export function isPackedManualName(fileName: string): boolean {
  return PACKED_NAME.test(fileName);
}

/**
 * Whether text is the start of a manual page: it begins with a request or a comment of roff and has the head of one. A file that
 * is named like one may have a longer preamble, or be only a reference to another page.
 */
export function isManualHead(fileName: string, head: string): boolean {
  const start = /^[\s\ufeff]*([.'](?:\\"|[ \t]*[A-Za-z\\]|[ \t]*$)|\\")/m.exec(head.slice(0, 2000));
  if (start === null || head.slice(0, start.index).trim() !== '') return false;
  return HEAD.test(head) || (MANUAL_NAME.test(fileName) && /^[.'][ \t]*(?:S[Hh]|so|de|ds|ig)[ \t]/m.test(head));
}
