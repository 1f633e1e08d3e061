import { z } from 'zod';

/** Scripts written without spaces: each character is a word of its own. Literal ranges, so that every regex engine reads them alike. */
const UNSPACED = '\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff';

/** Text, as the pre-tokenizer's regex, of one word: an unspaced character, a run of letters, a run of digits, or one symbol. */
const WORD_PATTERN = `[${UNSPACED}]|(?:(?![${UNSPACED}])\\p{L})+|\\p{N}+|[^\\s\\p{L}\\p{N}]`;

const replace = (regex: string, content: string) => ({ type: 'Replace', pattern: { Regex: regex }, content });

/**
 * The normaliser of every Quarry tokenizer, in tokenizer.json's own words: compatibility decomposition; accents, format
 * and private-use characters and lone surrogates removed; control characters become spaces; identifiers split at
 * camelCase humps (`parseHTMLNode` -> `parse HTML Node`); lower case.
 */
export const NORMALIZER = {
  type: 'Sequence',
  normalizers: [
    { type: 'NFKD' },
    replace('[\\p{Mn}\\p{Cf}\\p{Co}\\p{Cs}]', ''),
    replace('\\p{Cc}', ' '),
    replace('(?<=\\p{Ll})(?=\\p{Lu})', ' '),
    replace('(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})', ' '),
    { type: 'Lowercase' },
  ],
} as const;

/** The pre-tokenizer of every Quarry tokenizer: words by {@link WORD_PATTERN}, white space dropped. */
export const PRE_TOKENIZER = {
  type: 'Split',
  pattern: { Regex: WORD_PATTERN },
  behavior: 'Removed',
  invert: true,
} as const;

/** Special tokens, with their ids. Only `[CLS]` and `[UNK]` ever occur in encoded text; literal "[CLS]" in a text is three ordinary words. */
export const SPECIAL_TOKENS = { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, '[MASK]': 4 } as const;

/** Words of more characters than this (base64, hashes) are one `[UNK]`. */
export const MAX_WORD_CHARACTERS = 100;

/** Marks a piece that continues a word. */
export const CONTINUATION = '##';

/**
 * A tokenizer.json that transformers.js and the tokenizers library read, for a WordPiece vocabulary.
 *
 * @param vocabulary every piece in id order; the first must be {@link SPECIAL_TOKENS} in their order.
 */
export function buildTokenizerJson(vocabulary: readonly string[]): unknown {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: NORMALIZER,
    pre_tokenizer: PRE_TOKENIZER,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 0 } },
      ],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [SPECIAL_TOKENS['[CLS]']], tokens: ['[CLS]'] } },
    },
    decoder: { type: 'WordPiece', prefix: CONTINUATION, cleanup: false },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: MAX_WORD_CHARACTERS,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    },
  };
}

/** What the fast encoder needs of a tokenizer.json; the values of `vocab` are checked where they are read. */
export const tokenizerJsonSchema = z.object({
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  model: z.object({
    type: z.literal('WordPiece'),
    unk_token: z.literal('[UNK]'),
    continuing_subword_prefix: z.literal(CONTINUATION),
    max_input_chars_per_word: z.literal(MAX_WORD_CHARACTERS),
    vocab: z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null),
  }),
});

/** The normaliser as a function, for text of any script; the encoder's fast path must agree with it on ASCII. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{Mn}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/\p{Cc}/gu, ' ')
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .replace(/(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
    .toLowerCase();
}

const WORDS = new RegExp(WORD_PATTERN.replaceAll('\\s', '\\p{White_Space}'), 'gu');

/** The words of a text: normalised, then cut by the pre-tokenizer's pattern. */
export function splitWords(text: string): string[] {
  return normalizeText(text).match(WORDS) ?? [];
}
