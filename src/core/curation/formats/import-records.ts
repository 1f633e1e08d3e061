import { type ExampleInput, parseExample } from '../example.js';

type Fields = Readonly<Record<string, unknown>>;

/** Text under the first of several names that holds one. */
function textAt(record: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

function numberAt(record: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value === '' || value === null || typeof value === 'boolean') continue;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return undefined;
}

/** Negatives under `negative`, `negative_1`..`negative_n`, `neg`, or a list (also as JSON text) under `negatives`. */
function negativesOf(record: Fields): string[] {
  const list = record['negatives'] ?? record['neg'];
  const parsed = typeof list === 'string' ? parseList(list) : list;
  const listed = Array.isArray(parsed) ? parsed : [];
  const numbered = Object.keys(record)
    .filter((name) => /^(?:negative|neg)(?:_\d+)?$/.test(name) && !(name === 'neg' && listed.length > 0))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => record[name]);
  return [...listed, ...numbered].filter((text): text is string => typeof text === 'string' && text.trim() !== '');
}

function parseList(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A text that happens to begin with a bracket.
  }
}

const ROLES: Readonly<Record<string, 'system' | 'user' | 'assistant'>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  model: 'assistant',
};

function chatOf(list: unknown): ExampleInput | undefined {
  const entries: unknown = typeof list === 'string' ? parseList(list) : list;
  if (!Array.isArray(entries)) return undefined;
  const messages = entries.map((entry: unknown) => {
    const message: Fields = typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const role = ROLES[textAt(message, ['role', 'from']) ?? ''];
    const content = textAt(message, ['content', 'value']);
    return role === undefined || content === undefined ? undefined : { role, content };
  });
  if (messages.some((message) => message === undefined)) return undefined;
  return { kind: 'chat', fields: { messages: messages.filter((message) => message !== undefined) } };
}

const FIRST_TEXTS = ['anchor', 'sentence1', 'query', 'question', 'prompt', 'title', 'text1'];
const SECOND_TEXTS = ['positive', 'sentence2', 'passage', 'document', 'answer', 'text2', 'pos', 'completion', 'output'];

/** The content of a record of any known shape, without provenance; undefined when no shape fits. */
function contentOf(record: Fields): ExampleInput | undefined {
  const chat = chatOf(record['messages'] ?? record['conversations']);
  if (chat !== undefined) return chat;
  const instruction = textAt(record, ['instruction']);
  const output = textAt(record, ['output', 'response', 'completion']);
  if (instruction !== undefined && output !== undefined) {
    return { kind: 'instruction', fields: { instruction, input: textAt(record, ['input', 'context']) ?? '', output } };
  }
  const first = textAt(record, FIRST_TEXTS);
  const second = textAt(record, SECOND_TEXTS);
  if (first === undefined || second === undefined) return undefined;
  const grade = numberAt(record, ['grade', 'relevance']);
  if (grade !== undefined && Number.isInteger(grade) && grade >= 0 && grade <= 3) {
    return { kind: 'judged', fields: { query: first, passage: second, grade } };
  }
  const score = numberAt(record, ['score', 'label', 'similarity']);
  if (score !== undefined) return { kind: 'scored', fields: { sentence1: first, sentence2: second, score } };
  const negatives = negativesOf(record);
  if (negatives.length > 0) return { kind: 'triplet', fields: { anchor: first, positive: second, negatives } };
  return { kind: 'pair', fields: { anchor: first, positive: second } };
}

/** The record with names as we know them: in small letters, without white space around; of two alike the first. */
function withPlainNames(value: object): Fields {
  const record = new Map<string, unknown>();
  for (const [name, content] of Object.entries(value)) {
    const plain = name.trim().toLowerCase();
    if (!record.has(plain)) record.set(plain, content);
  }
  return Object.fromEntries(record);
}

/** What an importer knows of every record of a file. */
export interface ImportDefaults {
  readonly source: string;
  readonly licence: string;
  readonly language: string;
}

/**
 * An example from a record of a JSON Lines, CSV or TSV file: one of our own exports (`kind` and `fields`), a flat row of
 * our Parquet columns, or any of the shapes of sentence-transformers, OpenAI chat, Alpaca and ShareGPT.
 */
export function importRecord(value: unknown, defaults: ImportDefaults): ReturnType<typeof parseExample> {
  if (value === undefined) return { problem: 'it is not JSON' };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'it is not an object' };
  const record = withPlainNames(value);
  if (typeof record['fields'] === 'object' && record['fields'] !== null && typeof record['kind'] === 'string') {
    const { id: _id, ...rest } = record;
    return parseExample(rest);
  }
  const content = contentOf(record);
  if (content === undefined) {
    const blank = [...FIRST_TEXTS, ...SECOND_TEXTS].find(
      (name) => Object.hasOwn(record, name) && textAt(record, [name]) === undefined,
    );
    if (blank !== undefined) return { problem: `${blank} is empty or no text` };
    const keys = Object.keys(record).slice(0, 12).join(', ');
    return { problem: `no known pair of texts among its fields (${keys})` };
  }
  const split = textAt(record, ['split']);
  return parseExample({
    ...content,
    split: split === 'dev' || split === 'val' ? 'validation' : (split ?? ''),
    licence: textAt(record, ['licence', 'license']) ?? defaults.licence,
    language: textAt(record, ['language', 'lang']) ?? defaults.language,
    category: textAt(record, ['category']) ?? '',
    provenance: {
      source: textAt(record, ['source']) ?? defaults.source,
      uri: textAt(record, ['uri', 'url']) ?? '',
      method: 'import',
      rule: 'file',
    },
  });
}
