import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import PQueue from 'p-queue';
import { QuarryError } from '../core/errors.js';
import type { Lease, WriterLease } from './lease.js';

/** One stretch of exclusive writing. */
interface Section {
  readonly lease: Lease;
  /** Writes within the section, one after another. */
  readonly turns: PQueue;
  isOpen: boolean;
}

/** Passes all writes of this process through one queue, and of all processes through one lease. */
export class Writer {
  readonly #lease: WriterLease;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #current = new AsyncLocalStorage<Section>();

  constructor(lease: WriterLease) {
    this.#lease = lease;
  }

  /**
   * Runs `work` as the only writer; called from within such work it runs at once.
   * @throws QuarryError STORE_LOCKED when another process keeps the lease
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const section = this.#current.getStore();
    if (section?.isOpen) return work(); // work that outlives its section queues like any other
    return this.#queue.add(AsyncResource.bind(() => this.#inSection(work)));
  }

  /** One write: exclusive, and in turn with other writes of the same section. Must not call itself. */
  write<T>(work: () => Promise<T>): Promise<T> {
    return this.exclusively(() => {
      const section = this.#current.getStore();
      if (section === undefined) throw new QuarryError('INTERNAL', 'A write began outside of its section.');
      return section.turns.add(
        AsyncResource.bind(async () => {
          if (!(await section.lease.renew())) throw leaseLost();
          return work();
        }),
      );
    });
  }

  /** Resolves when nothing is queued or running. */
  async idle(): Promise<void> {
    await this.#queue.onIdle();
  }

  async #inSection<T>(work: () => Promise<T>): Promise<T> {
    const section: Section = {
      lease: await this.#lease.acquire(),
      turns: new PQueue({ concurrency: 1 }),
      isOpen: true,
    };
    try {
      return await this.#current.run(section, work);
    } finally {
      section.isOpen = false;
      await section.turns.onIdle();
      await section.lease.release();
    }
  }
}

function leaseLost(): QuarryError {
  return new QuarryError('STORE_LOCKED', 'This process was paused so long that another one took over the database.', {
    hint: 'Run the same command again.',
  });
}
