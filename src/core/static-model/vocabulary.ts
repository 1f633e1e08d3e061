import { QuarryError } from '../errors.js';
import {
  type Compound,
  PRE_TOKENIZER,
  readCompounds,
  SPECIAL_TOKENS,
  tokenizerJsonSchema,
} from './tokenizer-format.js';

/** The pieces that words are put together of. */
export interface Vocabulary {
  /** Number of pieces; ids are below it. */
  readonly size: number;
  /** Words that are not split at their humps. */
  readonly compounds: readonly Compound[];
  /** Longest piece that is worth asking for, in UTF-16 units. */
  readonly longest: number;
  /** Piece of each id. */
  readonly pieces: readonly string[];
  idOf(piece: string): number | undefined;
}

/** Stands where no piece was seen yet; no piece is empty. */
const NO_PIECE = '';

/**
 * The vocabulary of a parsed tokenizer.json, checked as a whole.
 * @throws QuarryError MODEL_UNAVAILABLE when the file is of another kind than `buildTokenizerJson` writes
 */
export function readVocabulary(json: unknown): Vocabulary {
  const { compounds, entries } = readParts(json);
  const ids = new Map<string, number>();
  // Of its full length from the start: pieces of digits come first in the file, and their ids would scatter a growing one.
  const pieces: string[] = new Array(entries.length).fill(NO_PIECE);
  let longest = 0;
  for (const [piece, id] of entries) {
    // So many pieces in so many places leave no gap.
    if (typeof id !== 'number' || pieces[id] !== NO_PIECE) throw invalidVocabulary(piece);
    ids.set(piece, id);
    pieces[id] = piece;
    longest = Math.max(longest, piece.length);
  }
  for (const [piece, id] of Object.entries(SPECIAL_TOKENS)) if (pieces[id] !== piece) throw invalidVocabulary(piece);
  return { size: pieces.length, compounds, longest, pieces, idOf: (piece) => ids.get(piece) };
}

function readParts(json: unknown): {
  readonly compounds: readonly Compound[];
  readonly entries: readonly [string, unknown][];
} {
  const parsed = tokenizerJsonSchema.safeParse(json);
  const compounds = readCompounds(parsed.data?.normalizer);
  const isCutAlike = JSON.stringify(parsed.data?.pre_tokenizer) === JSON.stringify(PRE_TOKENIZER);
  if (!parsed.success || compounds === undefined || !isCutAlike) {
    throw new QuarryError('MODEL_UNAVAILABLE', 'This tokenizer.json is not of the kind that Quarry trains.', {
      hint: 'Load the model through transformers.js instead, or retrain it with the current version.',
    });
  }
  return { compounds, entries: Object.entries(parsed.data.model.vocab) };
}

function invalidVocabulary(piece: string): QuarryError {
  return new QuarryError(
    'MODEL_UNAVAILABLE',
    `The vocabulary of this tokenizer.json is broken at ${JSON.stringify(piece)}.`,
    {
      hint: 'Restore the model folder from a clean copy, or train it again.',
    },
  );
}

/** Where the pieces begin in a file as we write it: without white space, and with nothing after them but three braces. */
const BEGIN = '"vocab":{';
const END = '}}}';
/** Escapes that our own files never hold; where there is one, a piece may be spelled in two ways. */
const OTHER_ESCAPES = ['\\u', '\\/'];
/** So many questions are answered from the bytes; whoever has more is served better by a table. */
const MAX_LOOK_UPS = 100;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * The vocabulary of a tokenizer.json that is known to be whole, without reading all of it: the few pieces of a query are
 * found in the bytes as they are. A table of all, which costs some tens of milliseconds, is made when many are asked for.
 * @param size number of pieces
 * @returns undefined where the file is not written as we write it
 * @throws QuarryError MODEL_UNAVAILABLE when the file is of another kind than `buildTokenizerJson` writes
 */
export function searchVocabulary(bytes: Buffer, size: number): Vocabulary | undefined {
  const begin = bytes.indexOf(BEGIN) + BEGIN.length;
  const end = bytes.length - END.length;
  if (begin < BEGIN.length || bytes.toString('latin1', end) !== END) return undefined;
  if (OTHER_ESCAPES.some((spelling) => bytes.indexOf(spelling, begin) !== -1)) return undefined;
  const { compounds, entries } = readParts(parseAround(bytes, begin, end));
  if (entries.length > 0) return undefined;
  let whole: Vocabulary | undefined;
  const table = (): Vocabulary => {
    whole ??= readVocabulary(JSON.parse(bytes.toString('utf8')));
    return whole;
  };
  let lookUps = 0;
  return {
    size,
    compounds,
    get longest() {
      return whole?.longest ?? Number.POSITIVE_INFINITY;
    },
    get pieces() {
      return table().pieces;
    },
    idOf(piece) {
      if (whole === undefined && ++lookUps <= MAX_LOOK_UPS) return findId(bytes, begin, piece);
      return table().idOf(piece);
    },
  };
}

/** The file with no pieces in it; undefined where that is no JSON. */
function parseAround(bytes: Buffer, begin: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', 0, begin) + bytes.toString('utf8', end));
  } catch {
    return undefined; // Then the whole is none either, or is written in another way.
  }
}

/** The id behind a key. Within the pieces a quotation mark that no backslash precedes begins or ends a key. */
function findId(bytes: Buffer, begin: number, piece: string): number | undefined {
  const key = Buffer.from(`${JSON.stringify(piece)}:`);
  for (let at = bytes.indexOf(key, begin); at !== -1; at = bytes.indexOf(key, at + 1)) {
    const before = at === begin ? ',' : String.fromCharCode(bytes[at - 1] ?? 0);
    if (before !== ',') continue;
    let id = 0;
    for (let digit = at + key.length; ; digit++) {
      const code = bytes[digit] ?? 0;
      if (code < ZERO || code > NINE) return id;
      id = id * 10 + code - ZERO;
    }
  }
  return undefined;
}
