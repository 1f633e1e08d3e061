/** Who has not been used for so long gives way to others. */
const IDLE_MS = 10 * 60_000;

/** Something that takes memory as long as it is kept. */
export interface Tenant {
  /** Memory that it takes. */
  readonly bytes: number;
  /** Lets go of it all. */
  release(): void;
}

/**
 * Memory that several may take within a bound. One that has long not been used gives way to others. Others stay: where all
 * are used in turn and do not fit together, each would drive out the next.
 */
export class Room {
  readonly #bytes: number;
  /** When each was used last, in milliseconds of the process, the least recently used first; who is gone needs no room. */
  #used: { readonly tenant: WeakRef<Tenant>; readonly usedMs: number }[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Whether a tenant that takes, or will take, so many bytes may stay; if not, it is released. */
  admit(tenant: Tenant, bytes: number): boolean {
    this.#used = this.#used.filter(({ tenant: other }) => ![undefined, tenant].includes(other.deref()));
    if (!this.#hasRoom(bytes)) {
      tenant.release();
      return false;
    }
    this.#used.push({ tenant: new WeakRef(tenant), usedMs: performance.now() });
    return true;
  }

  #hasRoom(more: number): boolean {
    let bytes = more;
    for (const { tenant, usedMs } of this.#used.toReversed()) {
      const other = tenant.deref();
      if (other === undefined) continue;
      bytes += other.bytes;
      if (bytes > this.#bytes && performance.now() - usedMs > IDLE_MS) {
        bytes -= other.bytes;
        other.release();
      }
    }
    return bytes <= this.#bytes;
  }
}
