import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditFiles } from '../../src/access/audit-files.js';
import type { AuditEvent } from '../../src/core/access/audit-line.js';
import type { AuditLog } from '../../src/core/access/ports.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

let folder: string;
let clock: Date;
const open: AuditLog[] = [];

beforeEach(async () => {
  folder = join(await temporaryFolder(), 'audit');
  clock = new Date('2026-03-01T12:00:00.000Z');
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  await removeFolder(join(folder, '..'));
});

/** One process's view of the log. */
function process(options: { readonly retentionDays?: number; readonly maxFileBytes?: number } = {}): AuditLog {
  const now = (): string => {
    clock = new Date(clock.getTime() + 1);
    return clock.toISOString();
  };
  const log = createAuditFiles({ folder, retentionDays: 0, now, ...options });
  open.push(log);
  return log;
}

const event = (operation: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  at: clock.toISOString(),
  phase: 'done',
  call: '',
  identity: 'owner',
  door: 'rest',
  from: '127.0.0.1',
  request: '',
  operation,
  workspace: 'default',
  workspaceId: '',
  target: {},
  outcome: 'ok',
  count: 1,
  ...more,
});

const DAY_MS = 86_400_000;
const files = async (): Promise<string[]> => (await readdir(folder)).sort();
const linesIn = async (file: string): Promise<string[]> =>
  (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1);
const put = (file: string, lines: readonly string[]): Promise<void> =>
  writeFile(join(folder, file), lines.map((line) => `${line}\n`).join(''));

async function fill(log: AuditLog, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await log.append(event(`op_${i}`), { durable: i % 2 === 0 });
}

describe('a log', () => {
  test('keeps what several processes write at once, and is whole', async () => {
    const logs = [process(), process({ maxFileBytes: 2_000 }), process()];
    const said = logs.flatMap((log, p) =>
      Array.from({ length: 40 }, (_, i) => log.append(event(`p${p}_${i}`), { durable: i % 7 === 0 })),
    );
    await Promise.all(said);
    const report = await process().verify([]);
    expect(report.findings).toEqual([]);
    const found = await process().search({}, 500);
    expect(new Set(found.map(({ operation }) => operation)).size).toBe(120);
  });

  test('finds lines by who, what, when, about what and how it ended, newest first', async () => {
    const log = process();
    await log.append(event('a', { identity: 'key_1', target: { ids: ['x', 'y'] }, workspaceId: 'ws_1' }));
    clock = new Date('2026-03-02T12:00:00.000Z');
    await log.append(event('b', { outcome: 'UNAUTHORIZED', target: { id: 'x' } }));
    const names = async (query: Parameters<AuditLog['search']>[0], limit = 10): Promise<string> =>
      (await log.search(query, limit)).map(({ operation }) => operation).join('');
    expect(await names({})).toBe('ba');
    expect(await names({}, 1)).toBe('b');
    expect(await names({ identity: 'key_1' })).toBe('a');
    expect(await names({ target: 'x' })).toBe('ba');
    expect(await names({ target: 'y' })).toBe('a');
    expect(await names({ outcome: 'ok' })).toBe('a');
    expect(await names({ workspaceId: 'ws_1' })).toBe('a');
    expect(await names({ since: '2026-03-02T00:00:00.000Z' })).toBe('b');
    expect(await names({ until: '2026-03-02T00:00:00.000Z' })).toBe('a');
  });

  test('is exported line for line as it is kept, and never over a file that is there', async () => {
    const log = process();
    await fill(log, 3);
    const path = join(folder, '..', 'out.jsonl');
    expect(await log.export({}, path, { replace: false })).toBe(3);
    const [file = ''] = await files();
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toEqual((await linesIn(file)).slice(1));
    await expect(log.export({}, path, { replace: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await log.export({ operation: 'op_1' }, path, { replace: true })).toBe(1);
  });

  test('a half line of a killed process is no line, and takes nothing with it', async () => {
    await fill(process(), 3);
    const [file = ''] = await files();
    await writeFile(join(folder, file), '{"line":5,"prev":"', { flag: 'a' });
    await fill(process(), 1);
    expect(await process().verify([])).toMatchObject({ files: 2, lines: 6, findings: [] });
  });

  test('a file that is taken away under its writer is missed, and no later line is lost with it', async () => {
    const [writer, other] = [process(), process()];
    await fill(writer, 2);
    await fill(other, 1);
    const [first = ''] = await files();
    await rm(join(folder, first));
    await writer.append(event('after'));
    expect((await process().search({ operation: 'after' }, 5)).length).toBe(1);
    expect((await process().verify([])).findings).toEqual([expect.objectContaining({ file: first, line: 0 })]);
  });

  test('what cannot be written is refused', async () => {
    await writeFile(folder, 'a file in the place of the folder');
    await expect(process().append(event('a'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });
});

describe('tampering is found', () => {
  let first: string;

  beforeEach(async () => {
    await fill(process(), 4);
    await fill(process(), 2);
    [first = ''] = await files();
  });

  const findings = async (expected: readonly string[] = []) => (await process().verify(expected)).findings;

  test.each([
    ['a changed word', (lines: string[]) => lines.with(2, (lines[2] ?? '').replace('"ok"', '"no"'))],
    ['a line taken out', (lines: string[]) => lines.toSpliced(2, 1)],
    ['a line put in', (lines: string[]) => lines.toSpliced(2, 0, lines[2] ?? '')],
    ['a cut end', (lines: string[]) => lines.slice(0, -1)],
    ['an empty file', () => []],
    ['no JSON', (lines: string[]) => lines.with(1, 'hello')],
  ])('%s', async (_name, change) => {
    expect(await findings()).toEqual([]);
    await put(first, change(await linesIn(first)));
    expect(await findings()).toContainEqual(expect.objectContaining({ file: first }));
  });

  test('a file taken away', async () => {
    await rm(join(folder, first));
    expect(await findings()).toEqual([expect.objectContaining({ file: first, line: 0 })]);
  });

  test('a whole log that was written anew, by heads that were kept elsewhere', async () => {
    const { heads } = await process().verify([]);
    const hashes = heads.map(({ hash }) => hash);
    await fill(process(), 1);
    expect(await findings(hashes)).toEqual([]);
    await rm(folder, { recursive: true });
    await fill(process(), 4);
    expect((await findings(hashes)).length).toBe(hashes.length);
  });
});

describe('age', () => {
  test('takes whole files away, and says so: the log stays whole', async () => {
    await fill(process(), 3);
    clock = new Date(clock.getTime() + 5 * DAY_MS);
    await fill(process(), 1);
    const kept = (await process().verify([])).heads.map(({ hash }) => hash);
    clock = new Date(clock.getTime() + 7 * DAY_MS);
    const writer = process({ retentionDays: 10 });
    await fill(writer, 1);
    expect((await files()).length).toBe(2);
    expect((await process().verify(kept)).findings).toEqual([]);
    expect((await process().search({}, 10)).length).toBe(2);
  });

  test('a process that was silent for longer goes on in a new file', async () => {
    const silent = process();
    await fill(silent, 1);
    clock = new Date(clock.getTime() + 20 * DAY_MS);
    await fill(process({ retentionDays: 10 }), 1);
    await silent.append(event('again'));
    expect((await process().search({ operation: 'again' }, 5)).length).toBe(1);
    expect((await process().verify([])).findings).toEqual([]);
  });
});
