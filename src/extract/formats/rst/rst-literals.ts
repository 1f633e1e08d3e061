import { fenceFor, shiftLeft } from '../light-markup.js';
import type { Place, RstCursor } from './rst-cursor.js';

/**
 * A literal block behind `skipped` lines: its first line gives way to the opening fence, the empty line behind it to the closing
 * one.
 */
export function readLiteral(cursor: RstCursor, block: { language: string; skipped: number; place: Place }): void {
  const { language, skipped, place } = block;
  const start = cursor.at + 1 + skipped;
  const { first, end, body } = cursor.body(start, place.indent);
  if (first === end) {
    cursor.emitAll(Array.from({ length: 1 + skipped }, () => ''));
    return;
  }
  const pad = ' '.repeat(place.column);
  const marks = fenceFor(cursor.lines, start, end);
  while (cursor.at < first - 1) cursor.emit('');
  cursor.emit(`${pad}${marks}${language}`);
  while (cursor.at < end) {
    const line = cursor.peek(0);
    cursor.emit(line.trim() === '' ? '' : pad + shiftLeft(line, body));
  }
  closeFence(cursor, pad + marks);
}

/** A literal block whose introduction (`text::`) is written on its own line. */
export function readLiteralBelow(cursor: RstCursor, introduction: string, place: Place): void {
  const before = cursor.out.length;
  readLiteral(cursor, { language: '', skipped: 0, place });
  if (cursor.out[before] === '') cursor.out[before] = introduction;
  else cursor.out[before] = `${introduction}\n${cursor.out[before]}`;
}

/** An interpreter session: the empty lines around it give way to the fences. */
export function readDoctest(cursor: RstCursor, { indent, column }: Place): void {
  const pad = ' '.repeat(cursor.isInList ? column : Math.min(column, 3));
  cursor.out.pop();
  cursor.out.push(`${pad}\`\`\`python`);
  while (cursor.at < cursor.lines.length && cursor.peek(0).trim() !== '')
    cursor.emit(pad + shiftLeft(cursor.peek(0), indent));
  closeFence(cursor, `${pad}\`\`\``);
}

/** Without an empty line behind the block the closing fence has to share the block's last line. */
function closeFence(cursor: RstCursor, marks: string): void {
  if (cursor.at < cursor.lines.length && cursor.peek(0).trim() === '') cursor.emit(marks);
  else cursor.out.push(`${cursor.out.pop() ?? ''}\n${marks}`);
}
