import { QuarryError } from '../errors.js';
import { sha256 } from '../identity.js';
import { SPLITS, type SplitName } from './example.js';
import { type ExampleLink, LINK_KINDS, type LinkKind, LinkList } from './link-list.js';
import { UnionFind } from './union-find.js';

/** What a split needs to know of an example. */
export interface SplitMember {
  readonly id: string;
  /** Split it already has; empty when none. Kept, so that additions never move a row. */
  readonly split: SplitName | '';
  /** Shared values of each kind (document id, uri, query cluster); empty values link nothing. */
  readonly keys: Readonly<Partial<Record<LinkKind, readonly string[]>>>;
}

/** Share of each split; must add up to 1. */
export type SplitShares = Readonly<Record<SplitName, number>>;

/** Result of {@link assignSplits}. */
export interface SplitAssignment {
  /** Split of each member, in order; empty for a row left out because it links rows of different splits. */
  readonly splits: readonly (SplitName | '')[];
  readonly links: LinkList;
  /** Members that had another split before: they were linked with rows of a split that is trained on earlier. */
  readonly moved: readonly number[];
  /** New members that would tie rows of different splits together; they get no split, so that no row has to move. */
  readonly bridges: readonly number[];
}

/** Evidence that a split leaks nothing. */
export interface SplitProof {
  readonly edges: number;
  readonly components: number;
  readonly largestComponent: number;
  readonly counts: Readonly<Record<SplitName | 'none', number>>;
  readonly crossing: readonly ExampleLink[];
}

/**
 * Links between members that share a key, each key as a chain so that n members give n - 1 links. Members that have a
 * split come first in a chain, so that two of them are never linked only through one that has none.
 */
export function linkByKeys(members: readonly SplitMember[]): LinkList {
  const order = members.map((_, index) => index);
  order.sort((a, b) => Number(members[a]?.split === '') - Number(members[b]?.split === '') || a - b);
  const links = new LinkList();
  for (const kind of LINK_KINDS) {
    const latest = new Map<string, number>();
    for (const index of order) {
      for (const key of new Set(members[index]?.keys[kind] ?? [])) {
        if (key === '') continue;
        const before = latest.get(key);
        if (before !== undefined) links.add({ first: before, second: index, kind });
        latest.set(key, index);
      }
    }
  }
  return links;
}

/**
 * Assigns whole components to splits: the place of a component is the hash of the seed and of its smallest member id, as
 * a number in [0, 1), against the cumulated shares. Rows that have a split keep it and new rows linked with them follow,
 * so later additions never move a row. Only rows with a split that are linked with rows of another split (a leak in what
 * was given) move, to the earliest of train, validation and test among them, where the leak does no harm.
 * @throws QuarryError INPUT_INVALID when the shares are negative or do not add up to 1
 */
export function assignSplits(
  members: readonly SplitMember[],
  extraLinks: Iterable<ExampleLink>,
  options: { readonly shares: SplitShares; readonly seed: number },
): SplitAssignment {
  checkShares(options.shares);
  const links = linkByKeys(members);
  for (const link of extraLinks) links.add(link);
  const splits = members.map((member) => member.split);
  const moved = settleHeld(members, links, splits);
  const isNew = (index: number): boolean => members[index]?.split === '';
  const fresh = new UnionFind(members.length);
  for (const { first, second } of links) if (isNew(first) && isNew(second)) fresh.join(first, second);
  const neighbours = new Map<number, Set<SplitName>>();
  for (const { first, second } of links) {
    if (isNew(first) === isNew(second)) continue;
    const [newcomer, holder] = isNew(first) ? [first, second] : [second, first];
    const root = fresh.find(newcomer);
    const split = splits[holder] ?? '';
    if (split !== '') neighbours.set(root, (neighbours.get(root) ?? new Set()).add(split));
  }
  const bridges: number[] = [];
  for (const component of fresh.groups()) {
    const [first = 0] = component;
    if (!isNew(first)) continue;
    const held = [...(neighbours.get(fresh.find(first)) ?? [])];
    const split =
      held.length > 1 ? '' : (held[0] ?? placeOf(smallest(component.map((at) => members[at]?.id ?? '')), options));
    for (const index of component) splits[index] = split;
    if (split === '') for (const index of component) bridges.push(index);
  }
  return { splits, links, moved, bridges: bridges.sort((a, b) => a - b) };
}

/** Gives rows that have splits, and are linked although their splits differ, the earliest of those splits; tells who moved. */
function settleHeld(
  members: readonly SplitMember[],
  links: Iterable<ExampleLink>,
  splits: (SplitName | '')[],
): number[] {
  const held = new UnionFind(members.length);
  for (const { first, second } of links) {
    if (members[first]?.split !== '' && members[second]?.split !== '') held.join(first, second);
  }
  const moved: number[] = [];
  for (const group of held.groups()) {
    const earliest = SPLITS.find((split) => group.some((index) => splits[index] === split));
    if (earliest === undefined) continue;
    for (const index of group) {
      if (splits[index] !== earliest) moved.push(index);
      splits[index] = earliest;
    }
  }
  return moved.sort((a, b) => a - b);
}

function smallest(ids: readonly string[]): string {
  return ids.reduce((least, id) => (id < least ? id : least));
}

function placeOf(id: string, options: { readonly shares: SplitShares; readonly seed: number }): SplitName {
  const place = Number.parseInt(sha256(`${options.seed}\u0000${id}`).slice(0, 12), 16) / 2 ** 48;
  if (place < options.shares.test) return 'test';
  return place < options.shares.test + options.shares.validation ? 'validation' : 'train';
}

function checkShares(shares: SplitShares): void {
  const values = SPLITS.map((split) => shares[split]);
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) < 1e-9) return;
  throw new QuarryError('INPUT_INVALID', `The shares of the splits add up to ${Number(sum.toFixed(6))}, not to 1.`, {
    hint: 'Give shares of train, validation and test between 0 and 1 that add up to 1, for instance .8, .1 and .1.',
  });
}

/** Checks every link against the splits: a proof has no crossing link. Members without a split cross nothing. */
export function proveSplits(splits: readonly (SplitName | '')[], links: Iterable<ExampleLink>): SplitProof {
  const counts = { train: 0, validation: 0, test: 0, none: 0 };
  for (const split of splits) counts[split === '' ? 'none' : split]++;
  const sets = new UnionFind(splits.length);
  const crossing: ExampleLink[] = [];
  let edges = 0;
  for (const link of links) {
    edges++;
    sets.join(link.first, link.second);
    const first = splits[link.first] ?? '';
    const second = splits[link.second] ?? '';
    if (first !== '' && second !== '' && first !== second) crossing.push(link);
  }
  const groups = sets.groups();
  return {
    edges,
    components: groups.length,
    largestComponent: groups.reduce((most, group) => Math.max(most, group.length), 0),
    counts,
    crossing,
  };
}
