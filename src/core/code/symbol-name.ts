/** How well a symbol fits a name that was asked for: as written, in another case, or without what stood before the last dot. */
export const NAME_FITS = ['exact', 'case', 'suffix'] as const;
/** One of {@link NAME_FITS}. */
export type NameFit = (typeof NAME_FITS)[number];

/** Signs between the parts of a qualified name, over all languages: `Store.get`, `Store::get`, `Store#get`, `$store->get`, `A\B`. */
const JOINTS = /\.|::|#|->|\\|\//;

/** Letters of an identifier. */
const LETTER = '[\\p{L}\\p{M}\\p{N}_$]';

/** The parts of a name, `Store::get()` as `['Store', 'get']`; empty when it holds no identifier. */
export function nameParts(name: string): string[] {
  return name
    .trim()
    .replace(/(?:\([^()]*\)|<[^<>]*>)+$/, '')
    .split(JOINTS)
    .map((part) => part.trim().replace(/<.*>$/s, ''))
    .filter((part) => /[\p{L}\p{N}_$]/u.test(part));
}

/** How a symbol with this path fits the parts of a name; undefined when it does not. */
export function fitName(parts: readonly string[], path: readonly string[]): NameFit | undefined {
  const own = path.flatMap(nameParts);
  if (endsWith(own, parts)) return 'exact';
  if (endsWith(own.map(lower), parts.map(lower))) return 'case';
  const last = parts.at(-1) ?? '';
  return lower(own.at(-1) ?? '') === lower(last) && last !== '' ? 'suffix' : undefined;
}

/** Whether a text holds the name as a whole word, in any case. */
export function holdsName(text: string, name: string): boolean {
  return namePattern(name).test(text);
}

/** Where a text holds the name as a whole word, in any case. */
export function findName(text: string, name: string): { readonly start: number; readonly text: string }[] {
  return [...text.matchAll(namePattern(name))].map((match) => ({ start: match.index, text: match[0] }));
}

/** Words of many languages behind which a name is declared, and a receiver of Go between. */
const DECLARING =
  '(?:function\\*?|def|class|fn|func|fun|sub|struct|enum|union|trait|interface|type|module|namespace|package|record|object|protocol|const|let|var|val|static|macro_rules!|#define)\\s+(?:\\([^()]{0,80}\\)\\s*)?';

/** Whether a text seems to declare the name, by its words alone: to look there first. */
export function seemsToDeclare(text: string, name: string): boolean {
  return new RegExp(`(?<!${LETTER})${DECLARING}${literal(name)}(?!${LETTER})`, 'iu').test(text);
}

function namePattern(name: string): RegExp {
  return new RegExp(`(?<!${LETTER})${literal(name)}(?!${LETTER})`, 'giu');
}

function literal(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function endsWith(own: readonly string[], parts: readonly string[]): boolean {
  return (
    parts.length > 0 && parts.length <= own.length && parts.every((part, at) => own.at(at - parts.length) === part)
  );
}

const lower = (text: string): string => text.toLowerCase();
