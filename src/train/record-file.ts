import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import type { TrainingRecord } from '../core/training/pair-corpus.js';

const recordSchema = z.object({
  kind: z.enum(['doc', 'commit', 'code', 'pair']),
  source: z.string(),
  anchors: z.array(z.string()),
  text: z.string(),
  negatives: z.array(z.string()).optional(),
});
const pairSchema = z.object({
  anchor: z.string(),
  positive: z.string(),
  source: z.string().default(''),
});
/** Names of the columns that hold negatives: one alone, or numbered from 1. */
const NEGATIVE_COLUMN = /^negative(?:_[1-9]\d{0,2})?$/;

/**
 * The records of a JSONL file, one at a time (gzip when the name ends in .gz). A line is a record
 * `{kind, source, anchors, text, negatives?}`, a pair `{anchor, positive}`, a triplet `{anchor, positive, negative}` or
 * an n-tuple `{anchor, positive, negative_1, negative_2, ...}`.
 *
 * @throws QuarryError DATASET_INVALID, with the line's number, at the first line that is neither; also for broken gzip.
 */
export async function* readRecords(file: string): AsyncGenerator<TrainingRecord> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      const content = line === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (content.trim() !== '') yield parseRecord(content, line, file);
    }
  } catch (error) {
    throw isBrokenGzip(error) ? brokenGzip(file, error) : error;
  }
}

function isBrokenGzip(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_');
}

function brokenGzip(file: string, cause: unknown): QuarryError {
  return new QuarryError('DATASET_INVALID', `${file} cannot be unpacked as gzip.`, {
    hint: 'Write it again; a file that is not packed must not end in .gz.',
    cause,
  });
}

function parseRecord(text: string, line: number, file: string): TrainingRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalidLine(file, line, cause);
  }
  const record = recordSchema.safeParse(content);
  if (record.success) return record.data;
  const pair = pairSchema.safeParse(content);
  if (!pair.success) throw invalidLine(file, line, pair.error);
  const negatives = z.array(z.string()).safeParse(negativesOf(content));
  if (!negatives.success) throw invalidLine(file, line, negatives.error);
  const { anchor, positive, source } = pair.data;
  return { kind: 'pair', source, anchors: [anchor], text: positive, negatives: negatives.data };
}

/** What stands in the columns for negatives, in the order of their numbers. */
function negativesOf(content: unknown): unknown[] {
  return Object.entries(Object(content))
    .filter(([name]) => NEGATIVE_COLUMN.test(name))
    .sort(([a], [b]) => numberIn(a) - numberIn(b))
    .map(([, value]) => value);
}

function numberIn(column: string): number {
  return Number(column.split('_')[1] ?? 0);
}

function invalidLine(file: string, line: number, cause: unknown): QuarryError {
  return new QuarryError('DATASET_INVALID', `Line ${line} of ${file} is no training record.`, {
    hint: 'Each line is JSON: {"kind","source","anchors","text"} or {"anchor","positive"} with "negative" or "negative_1", "negative_2" and so on.',
    cause,
  });
}
