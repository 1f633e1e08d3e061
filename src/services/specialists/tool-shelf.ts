import { sha256 } from '../../core/identity.js';
import type { Candidate } from '../../core/ports.js';
import { DEFAULT_RETRIEVAL } from '../../core/retrieval/settings.js';
import { embedTextOf } from '../../core/text/embed-text.js';
import { parseQuery } from '../../core/text/query.js';
import { searchTextOf } from '../../core/text/search-text.js';
import type { Chunk, Collection, Document, JsonObject, JsonValue } from '../../core/types.js';
import { DEFAULT_SIZING } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { type Nominee, toNominee } from '../retrieval/nomination.js';
import { rankPool } from '../retrieval/rank-pool.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';

/** A tool as a gateway lists it. */
export interface ToolListing {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of what it takes. */
  readonly inputSchema?: JsonObject | undefined;
}

/** A tool with the scores of the search that found it. */
export interface RankedTool {
  readonly tool: ToolListing;
  readonly hit: RankedHit;
}

/** Vectors of tools that are remembered. */
const MOST_VECTORS = 5_000;
/** Of the properties of a schema, those that are read. */
const MOST_PROPERTIES = 40;

/** Searches a list of tools as collections are searched: by meaning and by words, with the same ranking. */
export class ToolShelf {
  readonly #context: ServiceContext;
  readonly #vectors = new Map<string, Float32Array>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** All tools, best first; ties by their order in the list. None when the query holds no word. */
  async rank(query: string, tools: readonly ToolListing[], signal?: AbortSignal): Promise<RankedTool[]> {
    const parsed = parseQuery(query);
    if (parsed.terms.length === 0 || tools.length === 0) return [];
    const embedder = await this.#context.embedder();
    const [vector] = await embedder.embed([parsed.text], 'query', signal);
    const collection: Collection = {
      name: 'tools',
      description: '',
      fingerprint: embedder.fingerprint,
      sizing: DEFAULT_SIZING,
      chunker: RULES,
      createdAt: '',
    };
    const vectors = await this.#vectorsOf(tools.map(embeddedText), signal);
    const nominees = tools.map((tool, at): Nominee => {
      const candidate = toCandidate(tool, at, vectors[at] ?? new Float32Array(embedder.fingerprint.dimensions));
      return toNominee(candidate, { collection, nameTerms: NO_NAMES, rules: RULES });
    });
    const statistics = { chunks: tools.length, documentFrequency: frequenciesIn(nominees, parsed.terms) };
    const hits = rankPool([{ nominees, statistics }], { query: parsed, settings: DEFAULT_RETRIEVAL, vector });
    return hits.flatMap((hit) => {
      const tool = tools[hit.candidate.chunk.ordinal];
      return tool === undefined ? [] : [{ tool, hit }];
    });
  }

  async #vectorsOf(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const embedder = await this.#context.embedder();
    const { fingerprint } = embedder;
    const space = `${fingerprint.model} ${fingerprint.revision} `;
    const keys = texts.map((text) => space + sha256(text));
    const fresh = [...new Set(keys)].filter((key) => !this.#vectors.has(key));
    const made = await embedder.embed(
      fresh.map((key) => texts[keys.indexOf(key)] ?? ''),
      'document',
      signal,
    );
    if (this.#vectors.size + fresh.length > MOST_VECTORS) this.#vectors.clear();
    const own = new Map(fresh.map((key, at) => [key, made[at] ?? new Float32Array(fingerprint.dimensions)]));
    for (const [key, vector] of own) this.#vectors.set(key, vector);
    const missing = keys.filter((key) => !this.#vectors.has(key));
    if (missing.length > 0) return this.#vectorsOf(texts, signal); // What was known before was just let go.
    return keys.map((key) => this.#vectors.get(key) ?? new Float32Array(fingerprint.dimensions));
  }
}

const RULES = 'tools';
const NO_NAMES: ReadonlySet<string> = new Set();

/** `git_blame` and `gitBlame` as `git blame`. */
function nameOf({ name }: ToolListing): string {
  const words = name.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ').replace(/[^\p{L}\p{N}]+/gu, ' ');
  return words.trim().toLowerCase() || name;
}

function embeddedText(tool: ToolListing): string {
  return embedTextOf({ title: nameOf(tool), headingPath: [], text: textOf(tool) });
}

/** Its description, and what it takes in words. */
function textOf({ description, inputSchema }: ToolListing): string {
  const takes = propertiesOf(inputSchema).map(([key, property]) =>
    `${key.replace(/[_-]+/g, ' ')} ${descriptionOf(property)}`.trim(),
  );
  return [description, takes.join(', ')].filter((part) => part !== '').join('\n');
}

function propertiesOf(schema: JsonObject | undefined): [string, JsonValue][] {
  const properties = schema?.['properties'];
  const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  return isObject ? Object.entries(properties).slice(0, MOST_PROPERTIES) : [];
}

function descriptionOf(property: JsonValue): string {
  const isObject = typeof property === 'object' && property !== null && !Array.isArray(property);
  const description = isObject ? property['description'] : undefined;
  return typeof description === 'string' ? description : '';
}

function toCandidate(tool: ToolListing, at: number, vector: Float32Array): Candidate {
  const title = nameOf(tool);
  const text = textOf(tool);
  const id = `tool_${String(at).padStart(6, '0')}`;
  const chunk: Chunk = {
    id,
    documentId: id,
    ordinal: at,
    text,
    embedHash: '',
    start: 0,
    end: text.length,
    startLine: 1,
    endLine: 1,
    headingPath: [],
    tokens: 0,
  };
  const searchText = searchTextOf({ title, headingPath: [], text, format: 'plain' });
  return { chunk, document: toDocument(id, title), vector, similarity: null, bm25: null, searchText };
}

function toDocument(id: string, title: string): Omit<Document, 'text'> {
  return {
    id,
    sourceId: '',
    collection: 'tools',
    sourceKind: 'text',
    contentHash: '',
    indexedAt: '',
    chunkCount: 1,
    uri: `tool:${title}`,
    title,
    format: 'plain',
    mediaType: 'text/plain',
    language: '',
    licence: '',
    revision: '',
    modifiedAt: '',
    category: '',
    tags: [],
    status: 'active',
    confidence: 1,
    metadata: {},
  };
}

function frequenciesIn(nominees: readonly Nominee[], terms: readonly string[]): Map<string, number> {
  const held = nominees.map(({ searchText }) => new Set(searchText.split(/\s+/)));
  return new Map(terms.map((term) => [term, held.filter((words) => words.has(term)).length]));
}
