import { QuarryError } from '../errors.js';
import {
  CONTINUATION,
  type Compound,
  MAX_WORD_CHARACTERS,
  PRE_TOKENIZER,
  readCompounds,
  SPECIAL_TOKENS,
  tokenizerJsonSchema,
} from './tokenizer-format.js';
import { createWordSplitter, visitRuns } from './word-splitter.js';

/** Turns text into token ids, exactly as transformers.js does from the same tokenizer.json. */
export interface Tokenizer {
  /** Number of ids; every encoded id is in `[0, vocabularySize)`. */
  readonly vocabularySize: number;
  /** Piece of each id. */
  readonly pieces: readonly string[];
  /** Words that are not split at their humps. */
  readonly compounds: readonly Compound[];
  /** Ids without special tokens: what transformers.js gives after its leading `[CLS]`. Never truncates. */
  encode(text: string): number[];
  /** Length of what `encode` gives, without making it. */
  count(text: string): number;
}

/** Runs of up to this many UTF-16 units are remembered; longer ones are rarely seen twice. */
const MAX_CACHED_UNITS = 40;
const MAX_CACHED_RUNS = 65_536;

/**
 * A WordPiece encoder for tokenizers in the format of `buildTokenizerJson`. The text is cut at ASCII white space and
 * controls (no step of the normaliser looks across them); each run is encoded once and remembered, ASCII runs
 * without any regular expression. More than ten times faster than transformers.js, with identical ids.
 *
 * @param json a parsed tokenizer.json.
 * @throws QuarryError MODEL_UNAVAILABLE when the file is of another kind than `buildTokenizerJson` writes.
 */
export function createTokenizer(json: unknown): Tokenizer {
  const { vocabulary, pieces, compounds } = readVocabulary(json);
  const { splitRun } = createWordSplitter(compounds);
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

  const count = (text: string): number => {
    let total = 0;
    visitRuns(text, (run, isAscii) => {
      total += encodeRun(run, isAscii).length;
    });
    return total;
  };

  return { vocabularySize: pieces.length, pieces, compounds, encode, count };
}

function readVocabulary(json: unknown): { vocabulary: Map<string, number>; pieces: string[]; compounds: Compound[] } {
  const parsed = tokenizerJsonSchema.safeParse(json);
  const compounds = readCompounds(parsed.data?.normalizer);
  const isCutAlike = JSON.stringify(parsed.data?.pre_tokenizer) === JSON.stringify(PRE_TOKENIZER);
  if (!parsed.success || compounds === undefined || !isCutAlike) {
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
  return { vocabulary, pieces, compounds };
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
