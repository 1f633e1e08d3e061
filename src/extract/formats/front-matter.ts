import { parse } from 'yaml';
import type { JsonObject, JsonValue } from '../../core/types.js';
import { isoTime } from './iso-time.js';
import { languageTag } from './language-tag.js';
import { spdxOf } from './spdx.js';

/** What a document's front matter says; every part is empty when it says nothing. */
export interface FrontMatter {
  readonly title: string;
  readonly tags: readonly string[];
  readonly category: string;
  readonly language: string;
  readonly licence: string;
  readonly modifiedAt: string;
  /** Everything else, small enough to store. */
  readonly metadata: JsonObject;
  /** Offset of the first character behind the front matter. */
  readonly bodyStart: number;
}

const MAX_CHARACTERS = 65_536;
const MAX_KEYS = 64;
const MAX_DEPTH = 4;
const MAX_VALUE_CHARACTERS = 2000;

/**
 * Reads YAML (`---`) or TOML (`+++`) front matter. The text itself is left as it is, so that lines and offsets stay
 * those of the file. Broken front matter is no error: the document is still read.
 */
export function readFrontMatter(text: string): FrontMatter {
  const block = findBlock(text);
  const fields = block === undefined ? {} : parseBlock(block);
  const { title, tags, keywords, category, categories, language, lang, license, licence, ...rest } = fields;
  const dates = [
    rest['lastmod'],
    rest['last_modified'],
    rest['last_updated'],
    rest['updated'],
    rest['modified'],
    rest['date'],
  ];
  return {
    title: scalar(title),
    tags: listOf(tags).concat(listOf(keywords)).slice(0, 50),
    category: scalar(category) || (listOf(categories)[0] ?? ''),
    language: languageTag(scalar(language) || scalar(lang)),
    licence: spdxOf(scalar(license) || scalar(licence)),
    modifiedAt: dates.map((date) => isoTime(scalar(date))).find((date) => date !== '') ?? '',
    metadata: rest,
    bodyStart: block?.end ?? 0,
  };
}

interface Block {
  readonly kind: 'yaml' | 'toml';
  readonly source: string;
  readonly end: number;
}

function findBlock(text: string): Block | undefined {
  const mark = text.startsWith('---') ? '---' : text.startsWith('+++') ? '+++' : undefined;
  if (mark === undefined || !/^(?:---|\+\+\+)[ \t]*\n/.test(text)) return undefined;
  const start = text.indexOf('\n') + 1;
  const closing = mark === '---' ? /^(?:---|\.\.\.)[ \t]*$/gm : /^\+\+\+[ \t]*$/gm;
  closing.lastIndex = start;
  const close = closing.exec(text.slice(0, MAX_CHARACTERS));
  if (close === null) return undefined;
  const end = Math.min(text.length, close.index + close[0].length + 1);
  return { kind: mark === '---' ? 'yaml' : 'toml', source: text.slice(start, close.index), end };
}

function parseBlock(block: Block): JsonObject {
  if (block.kind === 'toml') return parseSimpleToml(block.source);
  try {
    const value: unknown = parse(block.source, {
      schema: 'core',
      logLevel: 'silent',
      maxAliasCount: 20,
      uniqueKeys: false,
    });
    const plain = toJson(value, 0);
    return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : {};
  } catch {
    // Front matter is an aside; a mistake in it must not cost the document.
    return {};
  }
}

/** `key = value` lines before the first table, which is where Hugo and Zola keep title, date and tags. */
function parseSimpleToml(source: string): JsonObject {
  const fields: JsonObject = {};
  for (const line of source.split('\n')) {
    if (/^\s*\[/.test(line)) break;
    const found = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line);
    const key = found?.[1];
    if (key === undefined || key === '__proto__') continue;
    const value = found?.[2] ?? '';
    const strings = [...value.matchAll(/"([^"]*)"|'([^']*)'/g)].map((match) => match[1] ?? match[2] ?? '');
    if (value.startsWith('[')) fields[key] = strings;
    else if (strings[0] !== undefined) fields[key] = strings[0];
    else if (/^(?:true|false)\b/.test(value)) fields[key] = value.startsWith('true');
    else if (value !== '') fields[key] = value.replace(/\s+#.*$/, '');
  }
  return fields;
}

/** Plain JSON of a parsed value, cut to what is worth storing; undefined for what JSON cannot hold. */
function toJson(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.slice(0, MAX_VALUE_CHARACTERS);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    return value
      .slice(0, MAX_KEYS)
      .map((item) => toJson(item, depth + 1))
      .filter((item) => item !== undefined);
  }
  const fields: JsonObject = {};
  for (const [key, item] of Object.entries(value).slice(0, MAX_KEYS)) {
    const plain = toJson(item, depth + 1);
    if (plain !== undefined && key !== '__proto__') fields[key] = plain;
  }
  return fields;
}

function scalar(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').trim();
  return typeof value === 'number' ? String(value) : '';
}

function listOf(value: JsonValue | undefined): string[] {
  const items = Array.isArray(value) ? value.map(scalar) : scalar(value).split(',');
  return items.map((item) => item.trim()).filter((item) => item !== '' && item.length <= 100);
}
