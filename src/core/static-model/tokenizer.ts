import { rememberWords } from '../text/remember-words.js';
import { RunCache, type RunIds } from './run-cache.js';
import { CONTINUATION, type Compound, MAX_WORD_CHARACTERS, SPECIAL_TOKENS } from './tokenizer-format.js';
import { readVocabulary, type Vocabulary } from './vocabulary.js';
import { createWordSplitter } from './word-splitter.js';

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
  // A word of several pieces costs some tens of look-ups.
  const encodeWord = rememberWords((word) => piecesOf(word, vocabulary));
  const runs = new RunCache((run, isAscii) => {
    const ids: number[] = [];
    for (const word of splitRun(run, isAscii)) for (const id of encodeWord(word)) ids.push(id);
    return ids;
  });

  const encode = (text: string): number[] => {
    const all: number[] = [];
    runs.read(text, (ids) => {
      for (const id of ids) all.push(id);
    });
    return all;
  };

  const count = (text: string): number => {
    let total = 0;
    runs.read(text, (ids) => {
      total += ids.length;
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
function piecesOf(word: string, vocabulary: Vocabulary): RunIds {
  const unknown = [SPECIAL_TOKENS['[UNK]']];
  if (word.length > MAX_WORD_CHARACTERS && [...word].length > MAX_WORD_CHARACTERS) return unknown;
  const ids: number[] = [];
  for (let start = 0; start < word.length; ) {
    let end = Math.min(word.length, start + vocabulary.longest);
    let id: number | undefined;
    for (; end > start; end--) {
      const part = word.slice(start, end);
      id = vocabulary.idOf(start > 0 ? CONTINUATION + part : part);
      if (id !== undefined) break;
    }
    if (id === undefined) return unknown;
    ids.push(id);
    start = end;
  }
  return ids;
}
