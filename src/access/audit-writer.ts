import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AuditAnchor,
  type AuditContent,
  type AuditEvent,
  type ChainHead,
  NO_LINE,
  sealLine,
} from '../core/access/audit-line.js';
import { diskFull, isDiskFull, QuarryError } from '../core/errors.js';
import { syncFolder } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';
import { auditFileName, auditFilesIn, standOf } from './audit-folder.js';

/** How a log is kept. */
export interface AuditWriterParts {
  readonly folder: string;
  /** Files whose newest line is older are taken away; 0: never. */
  readonly retentionDays: number;
  /** A file that is longer is followed by another. */
  readonly maxFileBytes: number;
  /** Now, as ISO 8601 in UTC. */
  now(): string;
}

interface Waiting {
  readonly event: AuditEvent;
  readonly durable: boolean;
  done(): void;
  failed(error: unknown): void;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly day: string;
  head: ChainHead;
  bytes: number;
}

/** Files that a new one says the state of: those that were written to last. */
const ANCHORED = 8;
const DAY_MS = 86_400_000;

/**
 * Writes the lines of one process to a file of its own, so that no two processes have to agree on who is next. A new file
 * begins by saying where the others stand, which binds the files to each other as the lines of one are. After a write that
 * failed nothing is put behind what may be half a line: the next line begins a new file.
 */
export class AuditWriter {
  readonly #parts: AuditWriterParts;
  #file: OpenFile | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(parts: AuditWriterParts) {
    this.#parts = parts;
  }

  /** @throws QuarryError AUDIT_UNAVAILABLE, STORE_FULL */
  append(event: AuditEvent, durable: boolean): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ event, durable, done, failed });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#leave();
  }

  /** All that wait at once go in one write and, where one of them asks for it, one sync. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch);
        for (const { done } of batch) done();
      } catch (error) {
        await this.#leave();
        const told = unavailable(this.#parts.folder, error);
        for (const { failed } of batch) failed(told);
      }
    }
    // In the same step as the last look at who waits, or somebody could come in between and wait for ever.
    this.#writing = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const file = await this.#current();
    await put(
      file,
      batch.map(({ event }) => event),
    );
    if (batch.some(({ durable }) => durable)) await file.handle.datasync();
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => undefined); // What was written is written.
  }

  /** The open file, unless it is full, of another day, or was taken from under us. */
  async #current(): Promise<OpenFile> {
    const file = this.#file;
    const today = this.#parts.now().slice(0, 10);
    if (file !== undefined) {
      const isThere = (await file.handle.stat()).nlink > 0;
      if (isThere && file.day === today && file.bytes < this.#parts.maxFileBytes) return file;
    }
    await this.#leave();
    this.#file = await this.#begin();
    return this.#file;
  }

  async #begin(): Promise<OpenFile> {
    const { folder, now } = this.#parts;
    await makeFolder(folder, { mode: 0o700 });
    const at = now();
    const anchors = await newestAnchors(folder);
    const name = auditFileName(at, randomBytes(4).toString('hex'));
    const handle = await open(join(folder, name), 'ax', 0o600);
    const file: OpenFile = { handle, day: at.slice(0, 10), head: { line: 0, hash: NO_LINE }, bytes: 0 };
    try {
      await put(file, [{ at, phase: 'open', anchors }]);
      await this.#retire(file, name);
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return file;
  }

  /** Says which files go, and where they stood, before they do. */
  async #retire(file: OpenFile, own: string): Promise<void> {
    const { folder, retentionDays, now } = this.#parts;
    if (retentionDays === 0) return;
    const at = now();
    const limit = new Date(Date.parse(at) - retentionDays * DAY_MS).toISOString();
    const old: AuditAnchor[] = [];
    for (const name of await auditFilesIn(folder)) {
      if (name === own || name > auditFileName(limit, '')) continue;
      const stand = await standOf(folder, name);
      if (stand !== undefined && stand.at < limit) old.push(stand.anchor);
    }
    if (old.length === 0) return;
    await put(file, [{ at, phase: 'retire', anchors: old }]);
    await file.handle.datasync();
    for (const { file: name } of old) await rm(join(folder, name), { force: true });
  }
}

async function put(file: OpenFile, contents: readonly AuditContent[]): Promise<void> {
  let text = '';
  for (const content of contents) {
    const sealed = sealLine(content, file.head);
    file.head = sealed.head;
    text += `${sealed.text}\n`;
  }
  await file.handle.appendFile(text);
  file.bytes += Buffer.byteLength(text);
}

async function newestAnchors(folder: string): Promise<readonly AuditAnchor[]> {
  const names = await auditFilesIn(folder);
  const ages = await Promise.all(
    names.map(async (name) => ({ name, ms: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const newest = ages.sort((a, b) => b.ms - a.ms || (a.name < b.name ? 1 : -1)).slice(0, ANCHORED);
  const stands = await Promise.all(newest.map(({ name }) => standOf(folder, name)));
  return stands.flatMap((stand) => stand?.anchor ?? []);
}

function unavailable(folder: string, cause: unknown): QuarryError {
  if (isDiskFull(cause)) return diskFull('The audit log cannot be written: the disk is full.', cause);
  return new QuarryError('AUDIT_UNAVAILABLE', `The audit log at ${folder} cannot be written.`, {
    hint: 'Nothing is done that cannot be recorded. Give this process the right to write there, or set QUARRY_AUDIT=off.',
    cause,
  });
}
