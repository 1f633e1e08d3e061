import { QuarryError } from '../errors.js';
import {
  CONTINUATION,
  MAX_WORD_CHARACTERS,
  NORMALIZER,
  PRE_TOKENIZER,
  SPECIAL_TOKENS,
  splitWords,
  tokenizerJsonSchema,
} from './tokenizer-format.js';

/** Turns text into token ids, exactly as transformers.js does from the same tokenizer.json. */
export interface Tokenizer {
  /** Number of ids; every encoded id is in `[0, vocabularySize)`. */
  readonly vocabularySize: number;
  /** Piece of each id. */
  readonly pieces: readonly string[];
  /** Ids without special tokens: what transformers.js gives after its leading `[CLS]`. Never truncates. */
  encode(text: string): number[];
}

/** Runs of up to this many UTF-16 units are remembered; longer ones are rarely seen twice. */
const MAX_CACHED_UNITS = 40;
const MAX_CACHED_RUNS = 65_536;

const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * A WordPiece encoder for tokenizers in the format of `buildTokenizerJson`. The text is cut at ASCII white space and
 * controls (no step of the normaliser looks across them); each run is encoded once and remembered, ASCII runs
 * without any regular expression. About 20 times faster than transformers.js, with identical ids.
 *
 * @param json a parsed tokenizer.json.
 * @throws QuarryError MODEL_UNAVAILABLE when the file is of another kind than `buildTokenizerJson` writes.
 */
export function createTokenizer(json: unknown): Tokenizer {
  const { vocabulary, pieces } = readVocabulary(json);
  const encodeWord = createWordEncoder(vocabulary);
  let cache = new Map<string, readonly number[]>();

  const encodeRun = (run: string, isAscii: boolean): readonly number[] => {
    const known = cache.get(run);
    if (known) return known;
    const ids: number[] = [];
    for (const word of splitRun(run, isAscii)) encodeWord(word, ids);
    if (run.length <= MAX_CACHED_UNITS) {
      if (cache.size >= MAX_CACHED_RUNS) cache = new Map();
      // A slice keeps the whole text it was cut from alive; a copy through bytes does not.
      cache.set(Buffer.from(run, 'utf16le').toString('utf16le'), ids);
    }
    return ids;
  };

  const encode = (text: string): number[] => {
    const ids: number[] = [];
    visitRuns(text, (run, isAscii) => {
      for (const id of encodeRun(run, isAscii)) ids.push(id);
    });
    return ids;
  };

  return { vocabularySize: pieces.length, pieces, encode };
}

/** Calls `visit` for each run between ASCII white space or controls, and says whether it is all ASCII. */
function visitRuns(text: string, visit: (run: string, isAscii: boolean) => void): void {
  let start = 0;
  let isAscii = true;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : SPACE;
    if (code > SPACE && code !== DELETE) {
      if (code > DELETE) isAscii = false;
      continue;
    }
    if (at > start) visit(text.slice(start, at), isAscii);
    start = at + 1;
    isAscii = true;
  }
}

function splitRun(run: string, isAscii: boolean): string[] {
  return isAscii ? splitAsciiRun(run) : splitWords(run);
}

/** Adds each word of a text to `counts`, cut as the tokenizer cuts. */
export function countWords(text: string, counts: Map<string, number>): void {
  visitRuns(text, (run, isAscii) => {
    for (const word of splitRun(run, isAscii)) counts.set(word, (counts.get(word) ?? 0) + 1);
  });
}

function readVocabulary(json: unknown): { vocabulary: Map<string, number>; pieces: string[] } {
  const parsed = tokenizerJsonSchema.safeParse(json);
  const isOurs =
    parsed.success &&
    JSON.stringify(parsed.data.normalizer) === JSON.stringify(NORMALIZER) &&
    JSON.stringify(parsed.data.pre_tokenizer) === JSON.stringify(PRE_TOKENIZER);
  if (!isOurs) {
    throw new QuarryError('MODEL_UNAVAILABLE', 'This tokenizer.json is not of the kind that Quarry trains.', {
      hint: 'Load the model through transformers.js instead, or retrain it with the current version.',
    });
  }
  const vocabulary = new Map<string, number>();
  const pieces: string[] = [];
  for (const [piece, id] of Object.entries(parsed.data.model.vocab)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) throw invalidVocabulary(piece);
    vocabulary.set(piece, id);
    pieces[id] = piece;
  }
  for (const [piece, id] of Object.entries(SPECIAL_TOKENS)) if (pieces[id] !== piece) throw invalidVocabulary(piece);
  if (pieces.length !== vocabulary.size) throw invalidVocabulary('(ids with gaps)');
  return { vocabulary, pieces };
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

/** Greedy longest-match-first WordPiece; a word with any unmatched part is one `[UNK]`. */
function createWordEncoder(vocabulary: ReadonlyMap<string, number>): (word: string, out: number[]) => void {
  let longest = 0;
  for (const piece of vocabulary.keys()) longest = Math.max(longest, piece.length);
  const unknown = SPECIAL_TOKENS['[UNK]'];

  return (word, out) => {
    if (word.length > MAX_WORD_CHARACTERS && [...word].length > MAX_WORD_CHARACTERS) {
      out.push(unknown);
      return;
    }
    const before = out.length;
    let start = 0;
    while (start < word.length) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start; end--) {
        const part = word.slice(start, end);
        id = vocabulary.get(start > 0 ? CONTINUATION + part : part);
        if (id !== undefined) break;
      }
      if (id === undefined) {
        out.length = before;
        out.push(unknown);
        return;
      }
      out.push(id);
      start = end;
    }
  };
}

enum Kind {
  Lower,
  Upper,
  Digit,
  Symbol,
}

function kindOf(code: number): Kind {
  if (code >= 0x61 && code <= 0x7a) return Kind.Lower;
  if (code >= 0x41 && code <= 0x5a) return Kind.Upper;
  if (code >= 0x30 && code <= 0x39) return Kind.Digit;
  return Kind.Symbol;
}

/** The same as `splitWords` for a run of printable ASCII. */
function splitAsciiRun(run: string): string[] {
  const words: string[] = [];
  let start = 0;
  let previous = kindOf(run.charCodeAt(0));
  for (let at = 1; at <= run.length; at++) {
    const kind = at < run.length ? kindOf(run.charCodeAt(at)) : Kind.Symbol;
    if (
      at === run.length ||
      isBoundary(previous, kind, at + 1 < run.length ? kindOf(run.charCodeAt(at + 1)) : Kind.Symbol)
    ) {
      words.push(run.slice(start, at).toLowerCase());
      start = at;
    }
    previous = kind;
  }
  return words;
}

function isBoundary(left: Kind, right: Kind, next: Kind): boolean {
  if (left === Kind.Symbol || right === Kind.Symbol) return true;
  if (left === Kind.Digit || right === Kind.Digit) return left !== right;
  if (right === Kind.Lower) return false;
  return left === Kind.Lower || next === Kind.Lower;
}
