import { QuarryError } from './core/errors.js';
import type { Embedder } from './core/ports.js';

/** A model, and since when it is the wanted one. */
export interface WantedSince {
  /** Equal for the same model. */
  readonly key: string;
  /** ISO 8601; what is wanted longer never displaces what is wanted since later. */
  readonly since: string;
  open(): Promise<Embedder>;
}

/** The embedding model of an open workspace, which another one may take the place of at any moment. */
export interface ModelInUse {
  /** @throws QuarryError MODEL_UNAVAILABLE */
  get(): Promise<Embedder>;
  close(): Promise<void>;
}

interface Held {
  readonly wanted: WantedSince;
  readonly embedder: Promise<HeldEmbedder>;
}

/**
 * Opens the model that is wanted when it is first asked for, and another one when another one is wanted. The old one is
 * closed once it has done what it was given. A failure is not remembered, so a later call may succeed.
 */
export function createModelInUse(wanted: () => Promise<WantedSince>): ModelInUse {
  const open = new Set<HeldEmbedder>();
  let current: Held | undefined;
  const hold = async (now: WantedSince): Promise<HeldEmbedder> => {
    const embedder = new HeldEmbedder(await now.open(), () => open.delete(embedder));
    open.add(embedder);
    return embedder;
  };
  return {
    async get() {
      const now = await wanted();
      if (current !== undefined && (current.wanted.key === now.key || now.since < current.wanted.since))
        return current.embedder;
      const before = current;
      const next: Held = { wanted: now, embedder: hold(now) };
      current = next;
      next.embedder.catch(() => {
        if (current === next) current = undefined;
      });
      // One that could not be opened has nothing to close.
      before?.embedder.then((embedder) => embedder.retire()).catch(() => undefined);
      return next.embedder;
    },
    async close() {
      await current?.embedder.catch(() => undefined); // Whoever asked for it has heard why.
      current = undefined;
      await Promise.all([...open].map((embedder) => embedder.close()));
    },
  };
}

/** An embedder that is closed when nobody uses it any more. */
class HeldEmbedder implements Embedder {
  readonly #embedder: Embedder;
  readonly #onClose: () => void;
  #uses = 0;
  #isRetired = false;

  constructor(embedder: Embedder, onClose: () => void) {
    this.#embedder = embedder;
    this.#onClose = onClose;
  }

  get fingerprint(): Embedder['fingerprint'] {
    return this.#embedder.fingerprint;
  }

  get maxTokens(): number {
    return this.#embedder.maxTokens;
  }

  get countTokens(): Embedder['countTokens'] {
    return this.#embedder.countTokens;
  }

  embed(...input: Parameters<Embedder['embed']>): ReturnType<Embedder['embed']> {
    return this.#use(() => this.#embedder.embed(...input));
  }

  selfTest(): ReturnType<Embedder['selfTest']> {
    return this.#use(() => this.#embedder.selfTest());
  }

  async close(): Promise<void> {
    this.#onClose();
    await this.#embedder.close();
  }

  /** Takes no more work; closes once what was given is done. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#uses === 0) await this.close();
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isRetired) {
      const { model } = this.#embedder.fingerprint;
      throw new QuarryError('FINGERPRINT_MISMATCH', `The workspace has changed from ${model} to another model.`, {
        hint: 'Do the same again: it is done with the new model then.',
      });
    }
    this.#uses += 1;
    try {
      return await work();
    } finally {
      this.#uses -= 1;
      if (this.#isRetired && this.#uses === 0) await this.close();
    }
  }
}
