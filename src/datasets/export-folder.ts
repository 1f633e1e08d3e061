import { createHash, randomBytes } from 'node:crypto';
import { readSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExportedFile, ExportWriter, GrowingFile, KeyedLine, TableColumn } from '../core/curation/ports.js';
import { QuarryError } from '../core/errors.js';
import { syncFolder } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';
import { ParquetEncoder } from './parquet-file.js';

const CHUNK_BYTES = 1024 * 1024;

/** An export under a scratch name beside its final one. */
export class ExportFolder implements ExportWriter {
  readonly #target: string;
  readonly #scratch: string;
  readonly #open = new Set<FileHandle>();

  /** @param scratch absolute path of a folder that is there and empty */
  constructor(target: string, scratch: string) {
    this.#target = target;
    this.#scratch = scratch;
  }

  async writeText(path: string, pieces: Iterable<string>, rows: number): Promise<ExportedFile> {
    const file = await this.openText(path);
    for (const piece of pieces) await file.write(piece);
    return { ...(await file.close()), rows };
  }

  async openText(path: string): Promise<GrowingFile<string>> {
    const text = new BufferedText(await this.#create(path));
    return { write: (line) => text.add(line), close: async () => ({ path, ...(await text.finish()) }) };
  }

  async openOrdered(path: string): Promise<GrowingFile<KeyedLine>> {
    const unordered = `${path}.unordered`;
    const store = await this.#openHandle(unordered, 'wx+');
    const lines = new ScatteredLines(store);
    return {
      write: (line) => lines.add(line),
      close: async () => {
        const text = new BufferedText(await this.#create(path));
        for await (const line of lines.inOrder()) await text.add(line);
        await this.#close(store);
        await rm(join(this.#scratch, unordered));
        return { path, ...(await text.finish()) };
      },
    };
  }

  async openTable(
    path: string,
    columns: readonly TableColumn[],
  ): Promise<GrowingFile<Readonly<Record<string, unknown>>>> {
    const file = await this.#create(path);
    const encoder = new ParquetEncoder(columns);
    let rows = 0;
    return {
      write: async (row) => {
        rows++;
        const bytes = encoder.push(row);
        if (bytes !== undefined) await file.append(bytes);
      },
      close: async () => {
        await file.append(encoder.end());
        return { path, ...(await file.finish()), rows };
      },
    };
  }

  async publish(): Promise<void> {
    await syncFolder(this.#scratch);
    const old = `${this.#target}.${randomBytes(4).toString('hex')}.old`;
    const isThere = await stat(this.#target).then(
      (about) => about.isDirectory(),
      () => false, // Whatever the reason, the renaming below will tell.
    );
    if (isThere) await rename(this.#target, old);
    await rename(this.#scratch, this.#target);
    await syncFolder(dirname(this.#target));
    if (isThere) await rm(old, { recursive: true, force: true });
  }

  async discard(): Promise<void> {
    for (const handle of [...this.#open]) await this.#close(handle);
    await rm(this.#scratch, { recursive: true, force: true });
  }

  async #create(path: string): Promise<HashedFile> {
    const handle = await this.#openHandle(path, 'wx');
    return new HashedFile(handle, () => this.#close(handle));
  }

  async #openHandle(path: string, flags: 'wx' | 'wx+'): Promise<FileHandle> {
    const full = join(this.#scratch, path);
    await makeFolder(dirname(full));
    const handle = await open(full, flags);
    this.#open.add(handle);
    return handle;
  }

  async #close(handle: FileHandle): Promise<void> {
    this.#open.delete(handle);
    await handle.close();
  }
}

/** A new file and the hash of what was written into it. */
class HashedFile {
  readonly #handle: FileHandle;
  readonly #close: () => Promise<void>;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(handle: FileHandle, close: () => Promise<void>) {
    this.#handle = handle;
    this.#close = close;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#handle.writeFile(bytes);
  }

  async finish(): Promise<{ readonly sha256: string; readonly bytes: number }> {
    await this.#handle.sync();
    await this.#close();
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }
}

/** Text that goes into a file a megabyte at a time. */
class BufferedText {
  readonly #file: HashedFile;
  #buffer = '';
  #rows = 0;

  constructor(file: HashedFile) {
    this.#file = file;
  }

  async add(piece: string): Promise<void> {
    this.#rows++;
    this.#buffer += piece;
    if (this.#buffer.length >= CHUNK_BYTES) await this.#flush();
  }

  async finish(): Promise<Omit<ExportedFile, 'path'>> {
    await this.#flush();
    return { ...(await this.#file.finish()), rows: this.#rows };
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#buffer, 'utf8');
    this.#buffer = '';
    await this.#file.append(bytes);
  }
}

/** Lines in a file in the order in which they came; of each the key and the place are remembered. */
class ScatteredLines {
  readonly #handle: FileHandle;
  readonly #places: { readonly key: string; readonly start: number; readonly length: number }[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #end = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async add({ key, line }: KeyedLine): Promise<void> {
    const bytes = Buffer.from(line, 'utf8');
    this.#places.push({ key, start: this.#end, length: bytes.length });
    this.#end += bytes.length;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= CHUNK_BYTES) await this.#flush();
  }

  async *inOrder(): AsyncGenerator<string> {
    await this.#flush();
    this.#places.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { start, length } of this.#places) yield this.#read(start, length);
  }

  async #flush(): Promise<void> {
    await this.#handle.writeFile(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Without waiting: what was just written is in memory, and a turn of the event loop for each line takes ten times as long. */
  #read(start: number, length: number): string {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#handle.fd, bytes, done, length - done, start + done);
      if (count === 0) throw cutShort();
      done += count;
    }
    return bytes.toString('utf8');
  }
}

function cutShort(): QuarryError {
  return new QuarryError('PATH_UNREADABLE', 'A file of the export was cut short while it was being written.', {
    hint: 'Let no other program change the folder, and export again.',
  });
}
