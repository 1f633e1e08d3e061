/** The config.json of a static model: a BERT-like model type, so that transformers.js loads it as a feature extractor. */
export function modelConfig(vocabularySize: number, dimensions: number): Record<string, unknown> {
  return {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_size: dimensions,
    vocab_size: vocabularySize,
    num_hidden_layers: 0,
    num_attention_heads: 1,
    intermediate_size: dimensions,
    max_position_embeddings: MAX_TOKENS,
    pad_token_id: 0,
    quarry: { kind: 'static' },
  };
}

/** A static model has no positions, so any length will do; transformers.js wants a number. */
const MAX_TOKENS = 1_000_000;

/** The tokenizer_config.json that goes with `buildTokenizerJson`. */
export function tokenizerConfig(): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizer',
    model_max_length: MAX_TOKENS,
    unk_token: '[UNK]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
    clean_up_tokenization_spaces: false,
  };
}
