import { describe, expect, it } from '@jest/globals';
import { knownTraits } from '../../src/embed/model-registry.js';

const INSTRUCTION = 'Represent this sentence for searching relevant passages: ';

describe('the model registry', () => {
  it.each([
    ['Xenova/all-MiniLM-L6-v2', 'mean', '', '', 256],
    ['sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2', 'mean', '', '', 128],
    ['Xenova/bge-small-en-v1.5', 'cls', INSTRUCTION, '', 512],
    ['BAAI/bge-m3', 'cls', '', '', 8192],
    ['Xenova/bge-base-zh-v1.5', 'cls', '为这个句子生成表示以用于检索相关文章：', '', 512],
    ['intfloat/e5-base-v2', 'mean', 'query: ', 'passage: ', 512],
    ['Xenova/multilingual-e5-small', 'mean', 'query: ', 'passage: ', 512],
    ['Xenova/gte-small', 'mean', '', '', 512],
    ['Alibaba-NLP/gte-modernbert-base', 'cls', '', '', 8192],
    ['nomic-ai/nomic-embed-text-v1.5', 'mean', 'search_query: ', 'search_document: ', 8192],
    ['Snowflake/snowflake-arctic-embed-s', 'cls', INSTRUCTION, '', 512],
    ['Snowflake/snowflake-arctic-embed-m-v1.5', 'cls', INSTRUCTION, '', 512],
    ['Snowflake/snowflake-arctic-embed-l-v2.0', 'cls', 'query: ', '', 8192],
    ['jinaai/jina-embeddings-v2-base-code', 'mean', '', '', 8192],
    ['mixedbread-ai/mxbai-embed-large-v1', 'cls', INSTRUCTION, '', 512],
    ['mixedbread-ai/mxbai-embed-xsmall-v1', 'mean', '', '', 4096],
    ['MongoDB/mdbr-leaf-ir', 'none', INSTRUCTION, '', 512],
    ['onnx-community/embeddinggemma-300m-ONNX', 'none', 'task: search result | query: ', 'title: none | text: ', 2048],
  ] as const)('knows %s', (...[model, pooling, queryPrefix, documentPrefix, maxTokens]) => {
    expect(knownTraits(model)).toEqual({ pooling, queryPrefix, documentPrefix, maxTokens });
  });

  it('knows a family by its folder, whatever the case', () => {
    expect(knownTraits('/models/Xenova/BGE-small-en-v1.5/')).toEqual(knownTraits('bge-small-en-v1.5'));
  });

  it('knows nothing of other models', () => {
    expect(knownTraits('someone/my-model')).toBeUndefined();
    expect(knownTraits('')).toBeUndefined();
  });
});
