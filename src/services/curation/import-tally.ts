import type { Example } from '../../core/curation/example.js';
import type { DatasetFiles, ImportedRecord } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';

/** What an import has read so far. */
export interface ImportTally {
  readonly examples: Example[];
  /** The first hundred records that are no examples. */
  readonly broken: { readonly place: string; readonly problem: string }[];
  brokenCount: number;
}

/** Longest JSON array read, in characters: it has to be held whole. */
const MAX_ARRAY = 256 * 1024 * 1024;
const MAX_NOTED = 100;

/** Counts a record that is no example, and keeps where and why. */
export function noteBroken(tally: ImportTally, place: string, problem: string): void {
  tally.brokenCount++;
  if (tally.broken.length < MAX_NOTED) tally.broken.push({ place, problem });
}

/**
 * A record for every line that is not empty; a line that is not JSON comes as undefined. A file that begins with a bracket
 * may be one JSON array, as many Alpaca and ShareGPT files are: its entries are the records.
 * @throws QuarryError DATASET_INVALID, PATH_NOT_FOUND, PATH_UNREADABLE
 */
export async function* readJsonRecords(path: string, files: DatasetFiles): AsyncGenerator<ImportedRecord> {
  let line = 0;
  let array: string[] | undefined;
  let characters = 0;
  for await (const text of files.readLines(path)) {
    line++;
    if (array === undefined && text.trim() === '') continue;
    if (array === undefined && line === 1 && text.trimStart().startsWith('[')) array = [];
    if (array === undefined) {
      yield { line, value: parseJson(text) };
      continue;
    }
    array.push(text);
    characters += text.length;
    if (characters > MAX_ARRAY) {
      throw new QuarryError('DATASET_INVALID', `${path} is a JSON array of more than 256 MB.`, {
        hint: 'Write one object on each line (JSON Lines), which is read in pieces.',
      });
    }
  }
  if (array !== undefined) yield* arrayRecords(array);
}

/** Entries of a JSON array by their number; of what is no array its lines. */
function* arrayRecords(lines: readonly string[]): Generator<ImportedRecord> {
  const whole = parseJson(lines.join('\n'));
  const list: readonly unknown[] = Array.isArray(whole) ? whole : lines.map(parseJson);
  for (const [at, value] of list.entries()) yield { line: at + 1, value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Reported by the reader as a record that is not JSON, with its line.
  }
}
