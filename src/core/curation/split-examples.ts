import { QuarryError } from '../errors.js';
import { sha256 } from '../identity.js';
import { SPLITS, type SplitName } from './example.js';
import { UnionFind } from './union-find.js';

/** Why two examples must not be torn apart. */
export const LINK_KINDS = ['same-document', 'same-uri', 'near-duplicate', 'same-query'] as const;
/** One of {@link LINK_KINDS}. */
export type LinkKind = (typeof LINK_KINDS)[number];

/** Two examples that belong into one split. */
export interface ExampleLink {
  readonly first: number;
  readonly second: number;
  readonly kind: LinkKind;
}

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
  /** Split of each member, in order. */
  readonly splits: readonly SplitName[];
  /** Members of each component, in the order of their first members. */
  readonly components: readonly (readonly number[])[];
  readonly links: readonly ExampleLink[];
  /** Components that join rows which had different splits before: the rows stay in the split named first, or leave it when `move` is set. */
  readonly conflicts: readonly { readonly members: readonly number[]; readonly splits: readonly SplitName[] }[];
}

/** Evidence that a split leaks nothing. */
export interface SplitProof {
  readonly edges: number;
  readonly components: number;
  readonly largestComponent: number;
  readonly counts: Readonly<Record<SplitName | 'none', number>>;
  readonly crossing: readonly ExampleLink[];
}

/** Links between members that share a key, each key as a chain so that n members give n - 1 links. */
export function linkByKeys(members: readonly SplitMember[]): ExampleLink[] {
  const links: ExampleLink[] = [];
  for (const kind of LINK_KINDS) {
    const latest = new Map<string, number>();
    for (const [index, member] of members.entries()) {
      for (const key of new Set(member.keys[kind] ?? [])) {
        if (key === '') continue;
        const before = latest.get(key);
        if (before !== undefined) links.push({ first: before, second: index, kind });
        latest.set(key, index);
      }
    }
  }
  return links;
}

/**
 * Assigns whole components to splits: the place of a component is the hash of the seed and of its smallest member id, as
 * a number in [0, 1), against the cumulated shares. Rows that have a split keep it, and the rest of their component
 * follows them, so later additions never move a row.
 * @throws QuarryError INPUT_INVALID when the shares are negative or do not add up to 1
 */
export function assignSplits(
  members: readonly SplitMember[],
  extraLinks: readonly ExampleLink[],
  options: { readonly shares: SplitShares; readonly seed: number },
): SplitAssignment {
  checkShares(options.shares);
  const links = [...linkByKeys(members), ...extraLinks];
  const sets = new UnionFind(members.length);
  for (const { first, second } of links) sets.join(first, second);
  const components = sets.groups();
  const splits = new Array<SplitName>(members.length).fill('train');
  const conflicts: { members: readonly number[]; splits: readonly SplitName[] }[] = [];
  for (const component of components) {
    const held = SPLITS.filter((split) => component.some((index) => members[index]?.split === split));
    if (held.length > 1) conflicts.push({ members: component, splits: held });
    const ids = component.map((index) => members[index]?.id ?? '');
    const split = held.length === 0 ? placeOf(smallest(ids), options) : firstHeld(component, members);
    for (const index of component) splits[index] = split;
  }
  return { splits, components, links, conflicts };
}

/** In a conflict everything goes to the training split if any row is there: it is the one place where a leak does no harm. */
function firstHeld(component: readonly number[], members: readonly SplitMember[]): SplitName {
  return SPLITS.find((split) => component.some((index) => members[index]?.split === split)) ?? 'train';
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
  throw new QuarryError('INPUT_INVALID', `The shares of the splits add up to ${sum}, not to 1.`, {
    hint: 'Give shares of train, validation and test between 0 and 1 that add up to 1, for instance .8, .1 and .1.',
  });
}

/** Checks every link against the splits: a proof has no crossing link. Members without a split cross nothing. */
export function proveSplits(splits: readonly (SplitName | '')[], links: readonly ExampleLink[]): SplitProof {
  const counts = { train: 0, validation: 0, test: 0, none: 0 };
  for (const split of splits) counts[split === '' ? 'none' : split]++;
  const sets = new UnionFind(splits.length);
  const crossing: ExampleLink[] = [];
  for (const link of links) {
    sets.join(link.first, link.second);
    const first = splits[link.first] ?? '';
    const second = splits[link.second] ?? '';
    if (first !== '' && second !== '' && first !== second) crossing.push(link);
  }
  const groups = sets.groups();
  return {
    edges: links.length,
    components: groups.length,
    largestComponent: groups.reduce((most, group) => Math.max(most, group.length), 0),
    counts,
    crossing,
  };
}
