import type { CodeSymbol } from './symbol-reader.js';

/** The innermost symbol around an offset; fields and variables do not count. `symbols` must be in document order. */
export function enclosingSymbol(symbols: readonly CodeSymbol[], offset: number): CodeSymbol | undefined {
  let innermost: CodeSymbol | undefined;
  for (const symbol of symbols) {
    if (symbol.start > offset) break;
    if (offset < symbol.end && !symbol.isMinor) innermost = symbol;
  }
  return innermost;
}
