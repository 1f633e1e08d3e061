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
