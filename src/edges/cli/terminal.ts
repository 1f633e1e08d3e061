import { makeVisible } from '../../core/text/fence.js';

/** Where the command line reads and writes. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Whether colours are wanted at all (NO_COLOR is absent). */
  readonly hasColour: boolean;
}

/** Paints text when the stream is a terminal. */
export function paint(
  terminal: Terminal,
  stream: 'stdout' | 'stderr',
  style: 'bold' | 'dim' | 'red' | 'green' | 'yellow',
  text: string,
): string {
  if (!terminal.hasColour || terminal[stream].isTTY !== true) return text;
  const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Makes untrusted text safe to print: escape sequences and other control characters become visible or vanish. */
export function printable(text: string): string {
  return makeVisible(text);
}
