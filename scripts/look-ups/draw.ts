import { createRandom, type Random } from '../../src/core/statistics/random.js';

const SUBJECTS =
  'scheduler importer exporter gateway indexer mailer billing worker cache console renderer uploader resolver watcher'.split(
    ' ',
  );
const VERBS =
  'retries keeps drops reports skips closes reopens measures rounds compresses queues validates merges'.split(' ');
const OBJECTS = [
  'idle connections',
  'large attachments',
  'empty batches',
  'stale sessions',
  'late invoices',
  'broken links',
  'nested folders',
  'slow replies',
  'duplicate rows',
  'unread messages',
  'partial uploads',
  'expired tokens',
];
const WHEN = [
  'when the disk is full',
  'after a restart',
  'while a backup runs',
  'before the nightly report',
  'when the network is slow',
  'as soon as a client leaves',
  'unless an operator objects',
  'on every second attempt',
];
const PLACES = 'harbour meadow granite willow copper lantern orchard pebble juniper marble saffron thistle'.split(' ');

/** Draws everything that look-ups are made of, the same for the same seed. */
export class Draw {
  readonly #random: Random;
  readonly #taken = new Set<string>();

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** One of the given; `''` of none. */
  one(of: readonly string[]): string {
    return of[this.below(of.length)] ?? '';
  }

  /** The given in another order. */
  shuffled<T>(of: readonly T[]): T[] {
    const rest = [...of];
    return of.flatMap(() => rest.splice(this.below(rest.length), 1));
  }

  /** What `make` gives, drawn again until it was not given before. */
  fresh(make: () => string): string {
    for (;;) {
      const made = make();
      if (this.#taken.has(made)) continue;
      this.#taken.add(made);
      return made;
    }
  }

  /** Hexadecimal digits. */
  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join('');
  }

  /** A word for a place. */
  place(): string {
    return this.one(PLACES);
  }

  /** Something that a program does, in words. */
  sentence(): string {
    return `The ${this.one(SUBJECTS)} ${this.one(VERBS)} ${this.one(OBJECTS)} ${this.one(WHEN)}.`;
  }

  /** Several sentences. */
  sentences(count: number): string {
    return Array.from({ length: count }, () => this.sentence()).join(' ');
  }
}
