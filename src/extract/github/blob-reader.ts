import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { QuarryError } from '../../core/errors.js';
import { type GitSettings, gitFailure, notStarted, startGit, stopGit } from './run-git.js';

/** Reads blobs of a repository through one long-running git process. No filter is applied and nothing checked out. */
export class BlobReader {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<never>;
  private readonly input: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);
  private errors = '';

  constructor(
    private readonly settings: GitSettings,
    folder: string,
  ) {
    this.child = startGit(settings, ['--git-dir', folder, 'cat-file', '--batch']);
    this.child.stderr.on('data', (part: Buffer) => {
      if (this.errors.length < 10_000) this.errors += part.toString('utf8');
    });
    this.ended = new Promise((_, reject) => {
      this.child.on('error', (error) => reject(notStarted(error)));
      this.child.on('close', () => reject(gitFailure(this.errors || 'cat-file ended early', this.settings)));
    });
    // Closing the reader ends the process, which is no failure.
    this.ended.catch(() => undefined);
    this.child.stdin.on('error', () => undefined); // The end of the process is reported by `ended`.
    this.input = this.child.stdout[Symbol.asyncIterator]();
  }

  /**
   * Bytes of a blob. One call at a time.
   * @throws QuarryError GIT_FAILED when the blob is missing
   */
  async read(id: string): Promise<Uint8Array> {
    this.child.stdin.write(`${id}\n`);
    const header = (await this.takeLine()).toString('utf8');
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (size === undefined) {
      throw new QuarryError('GIT_FAILED', `The repository lacks an object that it lists (${header.slice(0, 80)}).`, {
        hint: 'Sync again; the cached copy is fetched anew.',
      });
    }
    const content = await this.take(Number(size) + 1);
    return content.subarray(0, -1);
  }

  /** Ends the process. */
  close(): void {
    this.child.stdin.end();
    stopGit(this.child);
  }

  private async takeLine(): Promise<Buffer> {
    for (;;) {
      const end = this.buffered.indexOf(0x0a);
      if (end !== -1) {
        const line = this.buffered.subarray(0, end);
        this.buffered = this.buffered.subarray(end + 1);
        return line;
      }
      this.buffered = Buffer.concat([this.buffered, await this.more()]);
    }
  }

  private async take(bytes: number): Promise<Buffer> {
    const parts = [this.buffered];
    let length = this.buffered.length;
    while (length < bytes) {
      const part = await this.more();
      parts.push(part);
      length += part.length;
    }
    const all = parts.length === 1 ? this.buffered : Buffer.concat(parts);
    this.buffered = all.subarray(bytes);
    return all.subarray(0, bytes);
  }

  private async more(): Promise<Buffer> {
    const next = await Promise.race([this.input.next(), this.ended]);
    if (next.done === true) return await this.ended;
    return next.value;
  }
}
