/**
 * Disjoint sets over the numbers 0..size-1, with path halving and union by size (Tarjan and van Leeuwen, 1984): near
 * constant time per call.
 */
export class UnionFind {
  readonly #parents: Int32Array;
  readonly #sizes: Int32Array;

  /** @param size number of members, each alone at first */
  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, i) => i);
    this.#sizes = new Int32Array(size).fill(1);
  }

  /** The member that stands for the set of `member`. */
  find(member: number): number {
    let at = member;
    for (;;) {
      const parent = this.#parents[at] ?? at;
      if (parent === at) return at;
      const grand = this.#parents[parent] ?? parent;
      this.#parents[at] = grand;
      at = grand;
    }
  }

  /** Joins two sets; false when they were one already. */
  join(a: number, b: number): boolean {
    let large = this.find(a);
    let small = this.find(b);
    if (large === small) return false;
    const sizes = this.#sizes;
    if ((sizes[large] ?? 0) < (sizes[small] ?? 0)) [large, small] = [small, large];
    this.#parents[small] = large;
    sizes[large] = (sizes[large] ?? 0) + (sizes[small] ?? 0);
    return true;
  }

  /** Sets in the order of their first members, members ascending. */
  groups(): number[][] {
    const byRoot = new Map<number, number[]>();
    for (let member = 0; member < this.#parents.length; member++) {
      const root = this.find(member);
      const group = byRoot.get(root);
      if (group === undefined) byRoot.set(root, [member]);
      else group.push(member);
    }
    return [...byRoot.values()];
  }
}

/**
 * Walks along a list past members of one set. Runs of one set, once walked, are jumped over from then on: sets only ever
 * grow together, so what was one run stays one, and a crowd of equals costs no square of its size.
 */
export class OtherSets {
  readonly #list: ArrayLike<number>;
  readonly #sets: UnionFind;
  /** For each place a later one; all places before that are in the set of this one. */
  readonly #jumps: Int32Array;

  /** @param list members, in any order */
  constructor(list: ArrayLike<number>, sets: UnionFind) {
    this.#list = list;
    this.#sets = sets;
    this.#jumps = Int32Array.from({ length: list.length }, (_, at) => at + 1);
  }

  /** First place from `from` on whose member is in another set than `member`; the length of the list when there is none. */
  next(from: number, member: number): number {
    const own = this.#sets.find(member);
    let at = from;
    while (at < this.#list.length && this.#sets.find(this.#list[at] ?? 0) === own) at = this.#jumps[at] ?? at + 1;
    if (at > from) this.#jumps[from] = at;
    return at;
  }
}
