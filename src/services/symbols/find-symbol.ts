import { fitName, holdsName, type NameFit, nameParts, seemsToDeclare } from '../../core/code/symbol-name.js';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { Candidate } from '../../core/ports.js';
import { foldCharacters } from '../../core/text/fold-word.js';
import { queryTermsOf } from '../../core/text/search-text.js';
import { termsInOrder } from '../../core/text/words.js';
import type { Collection, Document, SearchFilter } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { type Definition, type Reference, readUses, type Uses } from './read-uses.js';

/** A name whose definition and uses are asked for. */
export interface FindSymbolRequest {
  /** `get`, `Store.get`, `Store::get`, `Store#get`. */
  readonly name: string;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  /** Entries of a page. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly signal: AbortSignal;
}

/** Where a name is defined and used. */
export interface FoundSymbol {
  /** Of this page; they come before all references. */
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly counts: {
    readonly definitions: number;
    readonly references: number;
    /** Definitions of the same last name elsewhere, left out because the whole name was found. */
    readonly otherDefinitions: number;
    /** Places in comments and strings of programs. */
    readonly comments: number;
    readonly strings: number;
    /** Documents of prose that hold the name. */
    readonly proseDocuments: number;
    readonly programsRead: number;
    /** Programs that hold the name and were not read, because there are so many; at least so many. */
    readonly programsLeft: number;
  };
  readonly nextCursor: string | null;
}

/** Most chunks that the keyword index nominates in one collection, of programs and of anything. */
const MOST_CANDIDATES = 1_000;
/** Most programs that are parsed for one answer. */
const MOST_PROGRAMS = 200;
/** Programs whose texts are fetched together. */
const TOGETHER = 8;

/** @throws QuarryError INPUT_INVALID, CURSOR_INVALID, CANCELLED */
export async function findSymbol(
  context: ServiceContext,
  collections: readonly Collection[],
  request: FindSymbolRequest,
): Promise<FoundSymbol> {
  const parts = nameParts(request.name);
  const name = parts.at(-1);
  if (name === undefined || termsInOrder(foldCharacters(name)).length === 0) throw nameless(request.name);
  const binding = [request.name, request.collections, request.filter];
  const first = decodeCursor(request.cursor, binding);
  const nominated = await nominate(context, collections, { ...request, name });
  const uses = await readAll(context, nominated.programs, { parts, signal: request.signal });
  const { definitions, others } = inOrder(uses, parts);
  const references = referencesOf(uses, { name, definitions });
  const all = [...definitions, ...references].slice(first, first + request.limit);
  const next = first + all.length;
  return {
    definitions: definitions.slice(first, first + request.limit),
    references: references.slice(Math.max(0, first - definitions.length), Math.max(0, next - definitions.length)),
    counts: {
      definitions: definitions.length,
      references: references.length,
      otherDefinitions: others,
      comments: sum(uses, ({ comments }) => comments),
      strings: sum(uses, ({ strings }) => strings),
      proseDocuments: nominated.proseDocuments,
      programsRead: uses.length,
      programsLeft: nominated.programsLeft,
    },
    nextCursor: next < definitions.length + references.length ? encodeCursor(next, binding) : null,
  };
}

function nameless(name: string): QuarryError {
  return new QuarryError('INPUT_INVALID', `${JSON.stringify(name.slice(0, 100))} is no name of a symbol.`, {
    hint: 'Give an identifier, alone or behind what holds it: get, Store.get, Store::get. For other texts use search.',
  });
}

interface Nominated {
  /** Those that seem to define the name first, then by the keyword index. */
  readonly programs: readonly Omit<Document, 'text'>[];
  readonly programsLeft: number;
  readonly proseDocuments: number;
}

/** Documents of which a chunk holds the name as a word, by the keyword index. */
async function nominate(
  { store, symbolReader }: ServiceContext,
  collections: readonly Collection[],
  { name, filter, signal }: FindSymbolRequest,
): Promise<Nominated> {
  const { languages } = await symbolReader();
  const query = { terms: queryTermsOf(name), required: [...new Set(termsInOrder(foldCharacters(name)))] };
  const known = new Map<string, { readonly document: Omit<Document, 'text'>; isDefining: boolean }>();
  for (const collection of collections) {
    throwIfCancelled(signal);
    // Programs have a search of their own: prose that repeats the name must not crowd them out.
    const asked = filter.languages === undefined ? [{ ...filter, languages }, filter] : [filter];
    for (const narrowed of asked)
      for (const { chunk, document } of await store.searchKeyword(collection.name, query, MOST_CANDIDATES, narrowed)) {
        if (!holdsName(chunk.text, name)) continue;
        const entry = known.get(document.id) ?? { document, isDefining: false };
        entry.isDefining ||= isDefining(chunk, name);
        known.set(document.id, entry);
      }
  }
  const entries = [...known.values()];
  const programs = entries.filter(({ document }) => document.format === 'code');
  const ordered = [...programs.filter(({ isDefining }) => isDefining), ...programs.filter((one) => !one.isDefining)];
  return {
    programs: ordered.slice(0, MOST_PROGRAMS).map(({ document }) => document),
    programsLeft: Math.max(0, programs.length - MOST_PROGRAMS),
    proseDocuments: entries.length - programs.length,
  };
}

/** Whether a chunk stands under a declaration of that name, or seems to hold one. */
function isDefining({ headingPath, text }: Candidate['chunk'], name: string): boolean {
  return headingPath.some((heading) => holdsName(heading, name)) || seemsToDeclare(text, name);
}

async function readAll(
  context: ServiceContext,
  programs: readonly Omit<Document, 'text'>[],
  { parts, signal }: { readonly parts: readonly string[]; readonly signal: AbortSignal },
): Promise<Uses[]> {
  const reader = await context.symbolReader();
  const uses: Uses[] = [];
  for (let at = 0; at < programs.length; at += TOGETHER) {
    throwIfCancelled(signal);
    const group = programs.slice(at, at + TOGETHER);
    const stored = await Promise.all(group.map(({ collection, id }) => context.store.getDocument(collection, id)));
    for (const document of stored) if (document !== undefined) uses.push(await readUses(reader, document, parts));
  }
  return uses;
}

const FIT_ORDER: Readonly<Record<NameFit, number>> = { exact: 0, case: 1, suffix: 2 };

/** Definitions, best fit first, then the least nested; those without the qualifier only where no other is known. */
function inOrder(uses: readonly Uses[], parts: readonly string[]): { definitions: Definition[]; others: number } {
  const all = uses.flatMap(({ definitions }) => definitions);
  const fitting = all.filter(({ path }) => fitName(parts, path) !== 'suffix');
  const kept = fitting.length > 0 ? fitting : all;
  const definitions = kept.sort(
    (a, b) =>
      FIT_ORDER[a.fit] - FIT_ORDER[b.fit] ||
      Number(a.isMinor) - Number(b.isMinor) ||
      a.path.length - b.path.length ||
      byPlace(a, b),
  );
  return { definitions, others: all.length - kept.length };
}

/** As written where that is found anywhere, else in any case; behind the asked qualifier first. */
function referencesOf(
  uses: readonly Uses[],
  { name, definitions }: { readonly name: string; readonly definitions: readonly Definition[] },
): Reference[] {
  const all = uses.flatMap(({ references }) => references);
  const isKnown = definitions.some(({ fit }) => fit === 'exact') || all.some(({ text }) => text === name);
  const kept = isKnown ? all.filter(({ text }) => text === name) : all;
  return kept.sort((a, b) => Number(b.isQualified) - Number(a.isQualified) || byPlace(a, b));
}

function byPlace(a: Definition | Reference, b: Definition | Reference): number {
  const [one, other] = [a.document.uri, b.document.uri];
  return one === other ? a.line - b.line : one < other ? -1 : 1;
}

function sum<T>(items: readonly T[], countOf: (item: T) => number): number {
  return items.reduce((total, item) => total + countOf(item), 0);
}
