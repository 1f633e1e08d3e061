import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AuditEvent, type ChainHead, checkLine, NO_LINE, sealLine } from '../../../src/core/access/audit-line.js';

const event = (operation: string, target: string): AuditEvent => ({
  at: '2026-01-01T00:00:00.000Z',
  phase: 'done',
  call: '',
  identity: 'owner',
  door: 'rest',
  from: '127.0.0.1',
  request: '',
  operation,
  workspace: 'default',
  workspaceId: '',
  target: { id: target },
  outcome: 'ok',
  count: 1,
});

function chain(events: readonly AuditEvent[]): string[] {
  let head: ChainHead = { line: 0, hash: NO_LINE };
  return events.map((content) => {
    const sealed = sealLine(content, head);
    head = sealed.head;
    return sealed.text;
  });
}

function faults(lines: readonly string[]): number {
  let head: ChainHead = { line: 0, hash: NO_LINE };
  let wrong = 0;
  for (const text of lines) {
    const checked = checkLine(text, head);
    if (checked.wrong !== undefined) wrong += 1;
    head = checked.head;
  }
  return wrong;
}

const events = fc.array(fc.tuple(fc.string(), fc.string({ unit: 'binary' })), { minLength: 2, maxLength: 8 });
const make = (parts: readonly (readonly [string, string])[]): string[] => chain(parts.map((part) => event(...part)));

test('an untouched chain holds, whatever its lines hold', () => {
  fc.assert(
    fc.property(events, (parts) => faults(make(parts)) === 0),
    { seed: 7411 },
  );
});

test('a chain shows each changed character, and each line that was taken out before the last, put in or moved', () => {
  const law = fc.property(events, fc.nat(), fc.nat(), fc.nat(), (parts, whichLine, whichCharacter, kind) => {
    const lines = make(parts);
    const at = whichLine % (lines.length - 1);
    const line = lines[at] ?? '';
    const place = whichCharacter % line.length;
    const other = line[place] === '7' ? '8' : '7';
    const [first = '', second = ''] = [line, lines[at + 1]];
    const tampered = [
      lines.with(at, line.slice(0, place) + other + line.slice(place + 1)),
      lines.toSpliced(at, 1),
      lines.toSpliced(at, 0, line),
      lines.toSpliced(at, 2, second, first),
      // Sealed anew, but not what the next line knows.
      lines.with(at, sealLine(event('forged', ''), { line: at, hash: NO_LINE }).text),
    ];
    expect(faults(tampered[kind % tampered.length] ?? [])).toBeGreaterThan(0);
  });
  fc.assert(law, { seed: 7411, numRuns: 300 });
});
