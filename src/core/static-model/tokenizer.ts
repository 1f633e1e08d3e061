import { CONTINUATION, type Compound, MAX_WORD_CHARACTERS, SPECIAL_TOKENS } from './tokenizer-format.js';
import { readVocabulary, type Vocabulary } from './vocabulary.js';
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
  return tokenizerOf(readVocabulary(json));
}

/** The same of a vocabulary that was read before. */
export function tokenizerOf(vocabulary: Vocabulary): Tokenizer {
  const { splitRun } = createWordSplitter(vocabulary.compounds);
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

  return {
    vocabularySize: vocabulary.size,
    get pieces() {
      return vocabulary.pieces;
    },
    compounds: vocabulary.compounds,
    encode,
    count,
  };
}

/** Greedy longest-match-first WordPiece; a word with any unmatched part is one `[UNK]`. */
function createWordEncoder(vocabulary: Vocabulary): (word: string, out: number[]) => void {
  const unknown = SPECIAL_TOKENS['[UNK]'];

  return (word, out) => {
    if (word.length > MAX_WORD_CHARACTERS && [...word].length > MAX_WORD_CHARACTERS) {
      out.push(unknown);
      return;
    }
    const before = out.length;
    let start = 0;
    while (start < word.length) {
      let end = Math.min(word.length, start + vocabulary.longest);
      let id: number | undefined;
      for (; end > start; end--) {
        const part = word.slice(start, end);
        id = vocabulary.idOf(start > 0 ? CONTINUATION + part : part);
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
