import { z } from 'zod';
import type { Excerpt, SuiteQuery } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import { readLines } from './read-lines.js';

/** Ids in JSON are strings, but numbers are common enough to take. */
export const jsonId = z.union([z.string().min(1), z.number().int()]).transform(String);

const queryLine = z.looseObject({
  _id: jsonId,
  text: z.string(),
  metadata: z.looseObject({ type: z.string().optional() }).nullish(),
});

const excerptLine = z.looseObject({
  'query-id': jsonId,
  'corpus-id': jsonId,
  quote: z.string().min(1),
  'content-hash': z.string().nullish(),
});

/** One JSON object per line, checked. @throws QuarryError SUITE_INVALID naming file and line */
export async function* readJsonLines<T>(path: string, shape: z.ZodType<T>): AsyncGenerator<{ value: T; line: number }> {
  for await (const { text, number } of readLines(path, 'SUITE_INVALID')) {
    if (text.trim() === '') continue;
    yield { value: parseLine(text, shape, `${path}:${number}`), line: number };
  }
}

function parseLine<T>(text: string, shape: z.ZodType<T>, place: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new QuarryError('SUITE_INVALID', `${place}: not a JSON object.`, {
      hint: 'Write one JSON object per line.',
      cause: error,
    });
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new QuarryError(
    'SUITE_INVALID',
    `${place}: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'invalid'}.`,
    {
      hint: 'Queries are {"_id", "text"}, documents {"_id", "title", "text"}, excerpts {"query-id", "corpus-id", "quote"}.',
    },
  );
}

/**
 * Reads queries by the file's own shape: JSON lines (BEIR), TREC topics (`<top>` with `<num>` and `<title>`), or
 * `id<TAB>text`.
 * @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID
 */
export async function readQueries(path: string): Promise<SuiteQuery[]> {
  const queries = await readByShape(path);
  const seen = new Set<string>();
  for (const { id } of queries) {
    if (seen.has(id))
      throw new QuarryError('SUITE_INVALID', `${path}: query id ${JSON.stringify(id)} occurs twice.`, {
        hint: 'Give every query its own id.',
      });
    seen.add(id);
  }
  if (queries.length === 0)
    throw new QuarryError('SUITE_INVALID', `${path} holds no queries.`, {
      hint: 'One {"_id", "text"} object per line.',
    });
  return queries;
}

async function readByShape(path: string): Promise<SuiteQuery[]> {
  for await (const { text } of readLines(path, 'SUITE_INVALID')) {
    const line = text.trim();
    if (line === '') continue;
    if (line.startsWith('{')) return readJsonQueries(path);
    return line.startsWith('<') ? readTopics(path) : readTabbedQueries(path);
  }
  return [];
}

async function readJsonQueries(path: string): Promise<SuiteQuery[]> {
  const queries: SuiteQuery[] = [];
  for await (const { value } of readJsonLines(path, queryLine)) {
    queries.push({ id: value._id, text: value.text, type: value.metadata?.type ?? '' });
  }
  return queries;
}

async function readTabbedQueries(path: string): Promise<SuiteQuery[]> {
  const queries: SuiteQuery[] = [];
  for await (const { text, number } of readLines(path, 'SUITE_INVALID')) {
    if (text.trim() === '') continue;
    const tab = text.indexOf('\t');
    if (tab < 1)
      throw new QuarryError('SUITE_INVALID', `${path}:${number}: expected an id, a tab and the query.`, {
        hint: 'JSON lines and TREC topics are read too.',
      });
    queries.push({ id: text.slice(0, tab).trim(), text: text.slice(tab + 1).trim(), type: '' });
  }
  return queries;
}

/** TREC topics of all ages: tags may be closed or not, and `<num>` may say `Number:` before the id. */
async function readTopics(path: string): Promise<SuiteQuery[]> {
  let text = '';
  for await (const line of readLines(path, 'SUITE_INVALID')) text += `${line.text}\n`;
  const topics = text.split(/<top(?:ic)?\b[^>]*>/i).slice(1);
  const headers = [...text.matchAll(/<top(?:ic)?\b([^>]*)>/gi)].map((match) => match[1] ?? '');
  return topics.map((topic, index) => {
    const id =
      /\bnumber\s*=\s*"([^"]+)"/i.exec(headers[index] ?? '')?.[1] ?? field(topic, 'num').replace(/^number:\s*/i, '');
    const title = (field(topic, 'title') || field(topic, 'query')).replace(/^topic:\s*/i, '');
    if (id === '' || title === '')
      throw new QuarryError('SUITE_INVALID', `${path}: topic ${index + 1} has no number or no title.`, {
        hint: 'Topics need <num> and <title>.',
      });
    return { id, text: title, type: '' };
  });
}

/** Content of a tag up to the next tag, white space folded. */
function field(topic: string, name: string): string {
  const match = new RegExp(`<${name}>([^<]*)`, 'i').exec(topic);
  const text = (match?.[1] ?? '').replace(/\s+/g, ' ').trim();
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Reads answer spans. @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID */
export async function readExcerpts(path: string): Promise<Excerpt[]> {
  const excerpts: Excerpt[] = [];
  for await (const { value } of readJsonLines(path, excerptLine)) {
    excerpts.push({
      queryId: value['query-id'],
      documentId: value['corpus-id'],
      quote: value.quote,
      contentHash: value['content-hash'] ?? null,
    });
  }
  return excerpts;
}
