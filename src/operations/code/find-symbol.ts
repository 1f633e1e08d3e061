import { z } from 'zod';
import { NAME_FITS } from '../../core/code/symbol-name.js';
import { SYMBOL_KINDS } from '../../core/code/symbol-reader.js';
import { lineBasisNote, lineBasisOf } from '../../core/text/line-basis.js';
import type { Definition, Reference } from '../../services/symbols/read-uses.js';
import { defineOperation } from '../define.js';
import { collectionNames, cursor, filterFields, filterOf } from '../shapes.js';

const place = {
  id: z.string(),
  title: z.string(),
  url: z.string(),
  collection: z.string(),
  line: z.number(),
  lineBasis: z.string(),
};

const definitionShape = z.object({
  ...place,
  kind: z.enum(SYMBOL_KINDS),
  path: z.array(z.string()),
  signature: z.string(),
  summary: z.string(),
  startLine: z.number(),
  endLine: z.number(),
  match: z.enum(NAME_FITS),
});

const referenceShape = z.object({ ...place, text: z.string(), within: z.array(z.string()), certain: z.boolean() });

const countsShape = z.object({
  definitions: z.number(),
  references: z.number(),
  otherDefinitions: z.number(),
  comments: z.number(),
  strings: z.number(),
  proseDocuments: z.number(),
  programsRead: z.number(),
  programsLeft: z.number(),
});

export const findSymbol = defineOperation({
  name: 'find_symbol',
  summary: 'Find a symbol',
  description:
    'Finds where a name of code is defined, then where it is used, by syntax tree: `get`, `Store.get`, `Store::get`. Uses are matched by name, not by type; comments, strings and prose are only counted. Read more with fetch and the id and lines given.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'code',
  http: { method: 'GET', path: '/symbols' },
  cli: { command: ['symbol'], positional: ['name'] },
  input: z.strictObject({
    name: z.string().min(1).max(300).describe('The name, alone or behind what holds it.'),
    collections: collectionNames,
    uriPrefix: filterFields.uriPrefix,
    limit: z.number().int().min(1).max(200).default(20).describe('At most this many places, 1 to 200; default 20.'),
    cursor,
  }),
  output: z.object({
    name: z.string(),
    definitions: z.array(definitionShape),
    references: z.array(referenceShape),
    counts: countsShape,
    nextCursor: z.string().nullable(),
    hint: z.string().nullable(),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'CURSOR_INVALID', 'CANCELLED'],
  examples: [{ name: 'Store.get' }, { name: 'example', limit: 5 }],
  async run({ services, signal }, input) {
    const { name, collections, limit, cursor: from } = input;
    const found = await services.symbols.find({
      name,
      collections,
      limit,
      cursor: from,
      signal,
      filter: filterOf(input),
    });
    const { counts, nextCursor, hint } = found;
    const definitions = found.definitions.map(toDefinition);
    return { name, definitions, references: found.references.map(toReference), counts, nextCursor, hint };
  },
  render({ name, definitions, references, counts, nextCursor, hint }) {
    const lines = [
      `${name}: ${counts.definitions} definitions, ${counts.references} references`,
      ...definitions.flatMap(definitionLines),
      ...references.flatMap((reference, at) => referenceLines(reference, references[at - 1])),
      ...noteLines(counts),
      hint ?? '',
      nextCursor === null ? '' : `More with cursor ${nextCursor}`,
    ];
    return lines.filter((line) => line !== '').join('\n');
  },
});

function placeOf({ document, line }: Definition | Reference) {
  return {
    id: document.id,
    title: document.title,
    url: document.uri,
    collection: document.collection,
    line,
    lineBasis: lineBasisOf(document),
  };
}

function toDefinition(definition: Definition): z.output<typeof definitionShape> {
  const { kind, path, signature, summary, startLine, endLine, fit } = definition;
  return { ...placeOf(definition), kind, path: [...path], signature, summary, startLine, endLine, match: fit };
}

function toReference(reference: Reference): z.output<typeof referenceShape> {
  const { lineText, within, isCertain } = reference;
  return { ...placeOf(reference), text: lineText, within: [...within], certain: isCertain };
}

function definitionLines(definition: z.output<typeof definitionShape>): string[] {
  const { kind, path, match, url, id, startLine, endLine, lineBasis, signature, summary } = definition;
  const fit = match === 'exact' ? '' : match === 'case' ? ' (other case)' : ' (last part only)';
  return [
    `${kind} ${path.join('.')}${fit}  ${url}:${startLine}-${endLine}${lineBasisNote(lineBasis)} (id ${id})`,
    `    ${signature}`,
    summary === '' ? '' : `    ${summary}`,
  ];
}

/** Uses in one document stand together below its address. */
function referenceLines(
  { url, id, line, lineBasis, text, within, certain }: z.output<typeof referenceShape>,
  before: z.output<typeof referenceShape> | undefined,
): string[] {
  const head =
    before?.id === id
      ? []
      : [
          `used in ${url}${lineBasis === 'extracted' ? ', lines of the extracted text' : ''} (id ${id})${certain ? '' : ', by words: no grammar'}`,
        ];
  return [...head, `    ${line}${within.length === 0 ? '' : ` in ${within.join('.')}`}: ${text}`];
}

function noteLines(counts: z.output<typeof countsShape>): string[] {
  const { comments, strings, proseDocuments, otherDefinitions, programsLeft, programsRead } = counts;
  const total = counts.definitions + counts.references + comments + strings + proseDocuments;
  return [
    total === 0 ? 'Nothing indexed holds this name. Check its spelling, or use search.' : '',
    otherDefinitions > 0 ? `${otherDefinitions} other definitions share the last name.` : '',
    comments + strings > 0 ? `Also in ${comments} comments and ${strings} strings of programs.` : '',
    proseDocuments > 0 ? `Mentioned in ${proseDocuments} documents of prose; use search to read them.` : '',
    programsLeft > 0
      ? `Only ${programsRead} programs were read; at least ${programsLeft} more hold the name. Narrow with uriPrefix or collections.`
      : '',
  ];
}
