import { type AddressMatch, addressPattern } from './address-key.js';

/** Where the documents of a source lie. */
export interface AddressRoot {
  /** The address that all of them begin with, without a final slash. */
  readonly address: string;
  /** What stands between it and a path inside: nothing for folders and sites, a branch for repositories. */
  readonly gap: 'slash' | 'branch-slash' | 'branch-colon';
  /** Names by which people call it, outermost first: folders of its path, owner and repository. */
  readonly names: readonly string[];
  /** Folder inside a repository that alone is read; empty for all. */
  readonly path?: string | undefined;
}

/** What typed addresses are read against. */
export interface AddressPlaces {
  /** Absolute folder that relative paths start at. */
  readonly folder: string;
  readonly roots: readonly AddressRoot[];
}

/** Roots that a relative address is tried against, at most: a pattern is made of them. */
const MOST_ROOTS = 300;

/**
 * A regular expression for the addresses that somebody may mean, in any spelling: an address, an absolute path, a path
 * from the working folder, a path from a source's folder (with or without the names of that folder), a repository.
 */
export function meantPattern(typed: string, places: AddressPlaces, match: AddressMatch): string {
  const patterns = new Set(meantPatterns(typed.trim() === '' ? typed : typed.trim(), places, match));
  return `^(?:${[...patterns].join('|')})`;
}

function meantPatterns(typed: string, places: AddressPlaces, match: AddressMatch): string[] {
  const pattern = (address: string): string => addressPattern(address, match);
  if (/^file:/i.test(typed)) return [pattern(fileAddress(typed))];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed))
    return [pattern(typed), ...places.roots.flatMap((root) => pagePattern(typed, root, match))];
  if (typed.startsWith('/')) return pathAddresses(typed).map(pattern);
  const fromFolder = typed.startsWith('~') ? [] : pathAddresses(`${places.folder}/${typed}`);
  const inside = places.roots.slice(0, MOST_ROOTS).flatMap((root) => insideRoot(typed, root, match));
  return [pattern(typed), ...fromFolder.map(pattern), ...inside];
}

/** `file:/x`, `file://localhost/x` and `file:///x` are one address; dots in it lead where they lead. */
function fileAddress(typed: string): string {
  const path = typed.replace(/^file:(?:\/\/(?:localhost(?=\/))?)?/i, '');
  return `file://${plainPath(path)}`;
}

/** A path as it stands, and as it would be if somebody had copied it from an address. */
function pathAddresses(path: string): string[] {
  const plain = plainPath(path);
  const literal = plain.replace(/%(?=[0-9a-f]{2})/gi, '%25');
  return literal === plain ? [`file://${plain}`] : [`file://${literal}`, `file://${plain}`];
}

/** Without `.`, `..` and doubled slashes; a final slash stays. */
function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const isFolder = /\/\.{0,2}$/.test(path) && parts.length > 0;
  return `/${parts.join('/')}${isFolder ? '/' : ''}`;
}

/** Addresses of pages that show a repository, as they are given to ingest: `.../tree/main/docs`, `...repo.git`. */
function pagePattern(typed: string, root: AddressRoot, match: AddressMatch): string[] {
  if (root.gap !== 'branch-slash') return [];
  const base = root.address.replace(/\/blob$/, '');
  const page = new RegExp(`^${addressPattern(base, 'prefix')}(?:\\.git)?(?:/(?:tree|raw|blob)(/.*)|/?)$`, 'is').exec(
    typed,
  );
  if (page === null) return [];
  return [addressPattern(page[1] === undefined ? `${base}/` : `${root.address}${page[1]}`, match)];
}

/** What a relative address may mean inside a root: a path from it, or one that begins with names of the root itself. */
function insideRoot(typed: string, root: AddressRoot, match: AddressMatch): string[] {
  const short = shortForm(typed, root);
  if (short !== undefined) return [inRoot(root, short, match)];
  const path = plainPath(typed.replace(/^~\//, '').replace(/^(?:\.{1,2}\/)+/, '')).slice(1);
  if (path === '') return [];
  const parts = path.split('/').filter((part) => part !== '');
  const rests = [path];
  for (let count = 1; count <= Math.min(parts.length, root.names.length); count++) {
    const named = root.names.slice(-count);
    if (named.every((name, at) => isSameName(name, parts[at] ?? '')))
      rests.push(parts.slice(count).join('/') + (typed.endsWith('/') && parts.length > count ? '/' : ''));
  }
  return rests.map((rest) => inRoot(root, { path: rest }, match));
}

interface InRoot {
  readonly path: string;
  readonly branch?: string | undefined;
}

/** `owner/repo`, `owner/repo@branch` and `owner/repo@branch:path` for that repository. */
function shortForm(typed: string, root: AddressRoot): InRoot | undefined {
  if (root.gap === 'slash') return undefined;
  const found = /^([^@:]+?)(?:\.git)?(?:@([^:]+))?(?::(.*))?$/s.exec(typed.replace(/\/$/, ''));
  const parts = (found?.[1] ?? '').split('/');
  const isIt = parts.length === root.names.length && parts.every((part, at) => isSameName(part, root.names[at] ?? ''));
  return isIt ? { path: found?.[3] ?? '', branch: found?.[2] } : undefined;
}

function inRoot(root: AddressRoot, { path, branch }: InRoot, match: AddressMatch): string {
  const base = addressPattern(root.address, 'prefix');
  const encoded = encodePath(path);
  if (root.gap === 'slash') return addressPattern(`${root.address}/${encoded}`, match);
  if (path === '' && branch === undefined) return base;
  const between = branch === undefined ? '[^/:]+' : addressPattern(encodePath(branch), 'prefix');
  const gap = root.gap === 'branch-slash' ? `${base}/${between}/` : `${base}#${between}:`;
  return path === '' ? gap : gap + addressPattern(encoded, match);
}

/** A path as part of an address: what would divide an address is encoded; percent signs may be escapes already. */
function encodePath(path: string): string {
  return path.replace(/[?#]/g, (char) => encodeURIComponent(char));
}

function isSameName(name: string, typed: string): boolean {
  const folded = (text: string): string => plain(text).normalize('NFC').toLowerCase();
  return folded(name) === folded(typed);
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that encodes nothing is part of the name
  }
}
