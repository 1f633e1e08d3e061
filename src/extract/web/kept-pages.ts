import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { makeFolder } from '../../files/make-folder.js';
import type { FetchedResource } from '../fetch/fetcher.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Larger bodies are fetched again when they are needed again. */
const LARGEST_BODY = 20_000_000;

const headSchema = z.object({
  url: z.string(),
  revision: z.string(),
  mediaType: z.string(),
  charset: z.string(),
  headers: z.record(z.string(), z.string()),
});

/** What of a page's headers reading it again asks for. */
const KEPT_HEADERS = ['etag', 'last-modified', 'link', 'x-robots-tag'];

/** Where the bodies of a site's pages are kept. */
export interface KeptPagesOptions {
  readonly folder: string;
  /** Bytes on disk for one source, packed; what does not fit is not kept. */
  readonly maxBytes: number;
}

/**
 * The bodies of pages as they came, packed, so that they can be read by other rules without being fetched again. A page
 * that is not there, or cannot be read, is only fetched again.
 */
export class KeptPages {
  readonly #options: KeptPagesOptions;
  #bytes: Promise<number> | undefined;

  constructor(options: KeptPagesOptions) {
    this.#options = options;
  }

  /** The page's body in the version of `revision`; undefined when it is not kept. */
  async read(url: string, revision: string): Promise<FetchedResource | undefined> {
    try {
      const bytes = await unpack(await readFile(this.#placeOf(url)), { maxOutputLength: LARGEST_BODY * 2 });
      const end = bytes.indexOf(10);
      const head = headSchema.parse(JSON.parse(bytes.subarray(0, end).toString('utf8')));
      if (head.url !== url || head.revision !== revision) return undefined;
      const { mediaType, charset, headers } = head;
      const body = bytes.subarray(end + 1);
      return { url, status: 200, headers, body, mediaType, charset, hasBody: true, location: '', redirects: [] };
    } catch {
      // Absent, cut off or of another making: as good as not kept.
      return undefined;
    }
  }

  /** Keeps a page's body where there is room for it. */
  async write(url: string, revision: string, { body, mediaType, charset, headers }: FetchedResource): Promise<void> {
    const { maxBytes } = this.#options;
    if (maxBytes === 0 || revision === '' || body.length > LARGEST_BODY) return;
    const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT_HEADERS.includes(name)));
    const head = JSON.stringify({ url, revision, mediaType, charset, headers: kept });
    const packed = await pack(Buffer.concat([Buffer.from(`${head}\n`), body]));
    this.#bytes ??= this.#measure();
    const bytes = await this.#bytes;
    if (bytes + packed.length > maxBytes) return;
    this.#bytes = Promise.resolve(bytes + packed.length);
    const place = this.#placeOf(url);
    try {
      await makeFolder(this.#options.folder, { mode: 0o700 });
      await writeFile(`${place}.tmp`, packed, { mode: 0o600 });
      await rename(`${place}.tmp`, place);
    } catch {
      // A full disk keeps nothing, and the page is stored all the same.
      await unlink(`${place}.tmp`).catch(() => undefined);
    }
  }

  /** Drops what is kept of pages that are not among these. */
  async keepOnly(urls: Iterable<string>): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => []);
    const wanted = new Set([...urls].map(nameOf));
    for (const name of names) if (!wanted.has(name)) await rm(join(this.#options.folder, name), { force: true });
  }

  async #measure(): Promise<number> {
    const names = await readdir(this.#options.folder).catch(() => []);
    const sizes = names.map((name) =>
      stat(join(this.#options.folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  #placeOf(url: string): string {
    return join(this.#options.folder, nameOf(url));
  }
}

function nameOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 40);
}
