import type { JsonObject, JsonValue } from '../types.js';
import { foldCharacters, foldWord } from './fold-word.js';
import { shortTerm, termsInOrder } from './words.js';

/** What the names of a document are read from. */
export interface NamedDocument {
  readonly uri: string;
  readonly title: string;
  readonly metadata: JsonObject;
}

/** Names of front matter under which people know a document. */
const NAME_FIELDS = [
  'aliases',
  'alias',
  'slug',
  'id',
  'name',
  'title',
  'short_title',
  'sidebar_label',
  'permalink',
  'linkTitle',
];
/** Folders from the file upwards that are part of a name. */
const MAX_FOLDERS = 4;
const MAX_NAMES = 40;
const LONGEST_NAME = 300;

// No term of a text holds a section sign, so none can pass for a name.
/** A term of this kind says that a document is called so, whatever signs part its words. */
const NAMED = '§n';
/** A term of this kind says that it is spelled so. */
const SPELLED = '§s';
/** A term of this kind says that it lies in a folder that is called so. */
const FOLDER = '§f';

/**
 * What a person would call a document, as terms for the index: file name with and without ending, the folders before it,
 * its title, and what its front matter calls it.
 */
export function nameTermsOf(document: NamedDocument): string {
  const terms = new Set<string>();
  for (const name of namesOf(document)) for (const term of [called(name), spelled(name)]) terms.add(term);
  for (const folder of pathOf(document).split('/').slice(0, -1).slice(-MAX_FOLDERS)) terms.add(inFolder(folder));
  terms.delete('');
  return [...terms].join(' ');
}

/** How well a document's name fits a name that was asked for. */
export type NameMatch = 'spelled' | 'called' | 'folder' | 'none';

/** The terms under which documents of this name are found; none when it holds no word. */
export function nameQueryOf(name: string): string[] {
  return [called(name), spelled(name), inFolder(name)].filter((term) => term !== '');
}

/** How well the name terms of a document, as {@link nameTermsOf} made them, fit a name. */
export function matchName(name: string, nameTerms: ReadonlySet<string>): NameMatch {
  if (nameTerms.has(called(name))) return nameTerms.has(spelled(name)) ? 'spelled' : 'called';
  return nameTerms.has(inFolder(name)) ? 'folder' : 'none';
}

const called = (name: string): string => marked(NAMED, termsInOrder(plainName(name)).join('_'));
const spelled = (name: string): string => marked(SPELLED, foldWord(plainName(name)).replace(/\s+/g, '_'));
const inFolder = (name: string): string => marked(FOLDER, termsInOrder(plainName(name)).join('_'));

function marked(mark: string, words: string): string {
  return words === '' ? '' : shortTerm(mark + words);
}

function plainName(name: string): string {
  return foldCharacters(name.slice(0, LONGEST_NAME)).trim();
}

function namesOf(document: NamedDocument): string[] {
  const { title, metadata } = document;
  const fields = NAME_FIELDS.flatMap((field) => textsOf(metadata[field]));
  return [...new Set([title, ...pathNames(pathOf(document)), ...fields])]
    .filter((name) => name !== '')
    .slice(0, MAX_NAMES);
}

/** The file, and the file behind each of the folders above it, with and without its ending. */
function pathNames(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.slice(-MAX_FOLDERS - 1).flatMap((_, at, kept) => {
    const name = kept.slice(at).join('/');
    return [name, name.replace(/\.[A-Za-z][A-Za-z0-9]{0,7}$/, '')];
  });
}

/** Path within a repository or an archive where it is known, else that of the address. */
function pathOf({ uri, metadata }: Pick<NamedDocument, 'uri' | 'metadata'>): string {
  if (typeof metadata['path'] === 'string' && !uri.startsWith('file:')) return metadata['path'];
  try {
    return decodeURIComponent(new URL(uri).pathname);
  } catch {
    return uri; // Notes and other addresses are names as they are.
  }
}

function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
