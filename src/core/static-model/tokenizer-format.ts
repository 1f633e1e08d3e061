import { z } from 'zod';

/** Scripts written without spaces: each character is a word of its own. Literal ranges, so that every regex engine reads them alike. */
const UNSPACED = '\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff';

/** The pre-tokenizer's regex of one word: an unspaced character, a run of letters, a run of digits, or one symbol. */
export const WORD_PATTERN = `[${UNSPACED}]|(?:(?![${UNSPACED}])\\p{L})+|\\p{N}+|[^\\s\\p{L}\\p{N}]`;

const replace = (regex: string, content: string) => ({ type: 'Replace', pattern: { Regex: regex }, content });

/**
 * A word whose humps are no word boundaries, cut at one of them: `['Java', 'Script']`. Whoever writes "javascript" means
 * the same, so both must give the same tokens.
 */
export type Compound = readonly [left: string, right: string];

/** Between a small and a capital letter: `parse|HTML`. */
const HUMP = '(?<=\\p{Ll})(?=\\p{Lu})';
/** Before the last capital of a row when a word follows: `HTML|Node`, but not `URLs`. */
const ROW_END = '(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll}{2})';

const guardOf = (compounds: readonly Compound[]): string =>
  compounds.length === 0 ? '' : `(?!${compounds.map(([left, right]) => `(?<=${left})${right}`).join('|')})`;

/**
 * The normaliser of a Quarry tokenizer, in tokenizer.json's own words: compatibility decomposition; accents, format
 * and private-use characters and lone surrogates removed; control characters become spaces; identifiers split at
 * camelCase humps (`parseHTMLNode` -> `parse HTML Node`) unless the hump is inside a compound; lower case.
 */
export function buildNormalizer(compounds: readonly Compound[]) {
  return {
    type: 'Sequence',
    normalizers: [
      { type: 'NFKD' },
      replace('[\\p{Mn}\\p{Cf}\\p{Co}\\p{Cs}]', ''),
      replace('\\p{Cc}', ' '),
      replace(HUMP + guardOf(compounds), ' '),
      replace(ROW_END + guardOf(compounds), ' '),
      { type: 'Lowercase' },
    ],
  };
}

/** The compounds of a normaliser that {@link buildNormalizer} built; undefined for any other. */
export function readCompounds(normalizer: unknown): Compound[] | undefined {
  const text = JSON.stringify(normalizer) ?? '';
  const hump = normalizerSchema.safeParse(normalizer).data?.normalizers[3]?.pattern?.Regex ?? '';
  const compounds = [...hump.matchAll(/\(\?<=([A-Za-z]+)\)([A-Za-z]+)/g)].map(
    (match): Compound => [match[1] ?? '', match[2] ?? ''],
  );
  return JSON.stringify(buildNormalizer(compounds)) === text ? compounds : undefined;
}

const normalizerSchema = z.object({
  normalizers: z.array(z.object({ pattern: z.object({ Regex: z.string() }).optional() })),
});

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
 * @param compounds words that are not split at their humps.
 */
export function buildTokenizerJson(vocabulary: readonly string[], compounds: readonly Compound[] = []): unknown {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: buildNormalizer(compounds),
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
