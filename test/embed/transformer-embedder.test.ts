import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Embedder } from '../../src/core/ports.js';
import { openEmbedder } from '../../src/embed/open-embedder.js';
import { openReranker } from '../../src/embed/reranker.js';
import { type TinyTransformer, writeTinyTransformer } from './tiny-transformer.js';

let home: string;
let tiny: TinyTransformer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'quarry-embed-'));
  tiny = await writeTinyTransformer(join(home, 'unknown', 'plain'), 'hidden');
});

afterAll(async () => {
  for (const each of opened) await each.close();
  await rm(home, { recursive: true, force: true });
});

/** The tiny model under another name, with other files beside it. */
async function named(name: string, files: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const folder = join(home, name);
  await cp(join(home, 'unknown', 'plain'), folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return name;
}

async function open(model: string, options: { threads?: number; dtype?: string } = {}): Promise<Embedder> {
  const embedder = await openEmbedder({ model, dtype: '', cacheDir: home, allowRemote: false, threads: 1, ...options });
  opened.push(embedder);
  return embedder;
}

function unit(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((entry) => entry / norm);
}

function mean(rows: readonly (readonly number[])[]): number[] {
  return unit(rows[0]?.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0)) ?? []);
}

function expectClose(actual: Float32Array | undefined, expected: readonly number[]): void {
  expect(actual?.length).toBe(expected.length);
  for (const [at, entry] of expected.entries()) expect(actual?.[at]).toBeCloseTo(entry, 5);
}

const rows = (ids: readonly number[], type = 0): number[][] => ids.map((id) => tiny.row(id, type));

describe('a transformer', () => {
  it('is mean-pooled without prefixes when nothing is known of it', async () => {
    const embedder = await open(await named('mine/model'));
    const [vector] = await embedder.embed(['one two'], 'document');
    expectClose(vector, mean(rows(tiny.ids('one two'))));
    expect(embedder.fingerprint).toMatchObject({ model: 'mine/model', dtype: 'q8', pooling: 'mean', dimensions: 8 });
    expect(embedder.fingerprint.revision).toMatch(/^[0-9a-f]{64}$/);
    expect((await embedder.selfTest()).map((check) => check.name)).toEqual(['dimensions', 'norm', 'known pair']);
  });

  it('needs no tokenizer_config.json', async () => {
    const name = await named('mine/bare');
    await rm(join(home, name, 'tokenizer_config.json'));
    const embedder = await open(name);
    const text = 'one two unknown Three';
    expect(embedder.countTokens(text)).toBe((await open('mine/model')).countTokens(text));
    expect(await embedder.embed([text], 'document')).toEqual(
      await (await open('mine/model')).embed([text], 'document'),
    );
    expect(embedder.maxTokens).toBe(14);
  });

  it('has the sha256 of every file that its graph names, and is refused where one is missing', async () => {
    const name = await named('mine/spread');
    const graph = join(home, name, 'onnx', 'model_quantized.onnx');
    await writeTinyTransformer(join(home, name), 'spread');
    const first = (await open(name)).fingerprint.revision;
    const segments = join(dirname(graph), 'segments.bin');
    const bytes = await readFile(segments);
    await writeFile(
      segments,
      bytes.map((byte) => byte ^ 1),
    );
    expect((await open(name)).fingerprint.revision).not.toBe(first);
    await rm(segments);
    await expect(open(name)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('segments.bin'),
    });
  });

  it('is pooled and prefixed as its family asks', async () => {
    const e5 = await open(await named('Xenova/e5-small-v2'));
    expect(e5.fingerprint).toMatchObject({ pooling: 'mean', queryPrefix: 'query: ', documentPrefix: 'passage: ' });
    expectClose((await e5.embed(['one'], 'query'))[0], mean(rows(tiny.ids('query : one'))));
    expectClose((await e5.embed(['one'], 'document'))[0], mean(rows(tiny.ids('passage : one'))));
    const bge = await open(await named('Xenova/bge-small-en-v1.5'));
    expectClose((await bge.embed(['one two'], 'document'))[0], unit(tiny.row(2, 0)));
  });

  it('is used as the files beside it say', async () => {
    const embedder = await open(
      await named('mine/described', {
        '1_Pooling/config.json': { word_embedding_dimension: 8, pooling_mode_lasttoken: true },
        'config_sentence_transformers.json': { prompts: { query: 'search ', document: 'document ' } },
        'sentence_bert_config.json': { max_seq_length: 8 },
      }),
    );
    expect(embedder.fingerprint).toMatchObject({
      pooling: 'last',
      queryPrefix: 'search ',
      documentPrefix: 'document ',
    });
    expect(embedder.maxTokens).toBe(5);
    expectClose((await embedder.embed(['one'], 'document'))[0], unit(tiny.row(3, 0)));
  });

  it('gives the vector that the graph itself has pooled, where there is only that', async () => {
    await writeTinyTransformer(join(home, 'mine', 'mdbr-leaf-ir'), 'sentence');
    const embedder = await open('mine/mdbr-leaf-ir');
    expect(embedder.fingerprint).toMatchObject({ pooling: 'none', documentPrefix: '' });
    expectClose((await embedder.embed(['one two'], 'document'))[0], mean(rows(tiny.ids('one two'))));
  });

  it('is refused when its files ask for what cannot be done', async () => {
    const files: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      ['mine/max-pooled', { '1_Pooling/config.json': { pooling_mode_max_tokens: true } }],
      ['mine/projected', { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] }],
      ['mine/mdbr-leaf-mt', {}],
    ];
    for (const [name, content] of files) {
      await expect(open(await named(name, content))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    }
  });

  it('cuts long input and keeps the token that ends it', async () => {
    const embedder = await open('mine/model');
    const words = 'a b c d e f g h i j k l m one two three four'.split(' ');
    const [long] = await embedder.embed([words.join(' ')], 'document');
    expectClose(long, mean(rows(tiny.ids(words.slice(0, 14).join(' ')))));
    expect(embedder.maxTokens).toBe(14);
    expect(embedder.countTokens(words.join(' '))).toBe(17);
    expect(embedder.countTokens('')).toBe(0);
    expect((await embedder.embed(['a '.repeat(200_000)], 'document'))[0]?.length).toBe(8);
  });

  it('gives a unit vector where the model gives nothing, and for an empty text', async () => {
    await writeTinyTransformer(join(home, 'mine', 'zero'), 'zero');
    const [vector] = await (await open('mine/zero')).embed(['one'], 'document');
    expectClose(
      vector,
      Array.from({ length: 8 }, () => 1 / Math.sqrt(8)),
    );
    const [empty] = await (await open('mine/model')).embed([''], 'document');
    expectClose(empty, mean(rows(tiny.ids(''))));
  });

  it('keeps the order of texts, and a vector does not depend on its neighbours', async () => {
    const embedder = await open('mine/model');
    const texts = Array.from({ length: 60 }, (_, at) => ['one', 'two three', 'a b c d', 'ten'][at % 4] ?? '');
    const together = await embedder.embed(texts, 'document');
    for (const [at, text] of texts.entries())
      expect(together[at]).toEqual((await embedder.embed([text], 'document'))[0]);
    expect(await embedder.embed([], 'query')).toEqual([]);
  });

  it('answers a query before the documents that wait', async () => {
    const embedder = await open('mine/model');
    const finished: string[] = [];
    const documents = embedder
      .embed(
        Array.from({ length: 500 }, () => 'one two three'),
        'document',
      )
      .then(() => finished.push('documents'));
    await embedder.embed(['one'], 'document');
    await embedder.embed(['one'], 'query').then(() => finished.push('query'));
    await documents;
    expect(finished).toEqual(['query', 'documents']);
  });

  it('stops at a cancel and goes on with other work', async () => {
    const embedder = await open('mine/model');
    const controller = new AbortController();
    const work = embedder.embed(
      Array.from({ length: 100_000 }, () => 'one'),
      'document',
      controller.signal,
    );
    await embedder.embed(['two'], 'query');
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(embedder.embed(['one'], 'query', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await embedder.embed(['two'], 'query')).toHaveLength(1);
  });

  it('refuses work after it was closed, and what was waiting', async () => {
    const embedder = await open('mine/model');
    const work = embedder.embed(
      Array.from({ length: 1000 }, () => 'one'),
      'document',
    );
    const outcome = expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    await embedder.close();
    await embedder.close();
    await outcome;
    await expect(embedder.embed(['one'], 'query')).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a model that cannot be had', () => {
  const ask = (model: string, dtype = '') =>
    openEmbedder({ model, dtype, cacheDir: home, allowRemote: false, threads: 1 });

  it('is refused with every way to get it', async () => {
    for (const model of [
      'Xenova/not-here',
      './no/such/folder',
      '/no/such/folder',
      '../escape',
      'a/b/c',
      'https://host/x',
      'x\0y',
      ' ',
    ]) {
      await expect(ask(model)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        message: expect.stringContaining(JSON.stringify(model)),
        hint: expect.stringMatching(
          /QUARRY_ALLOW_REMOTE_MODELS.*onnx\/model_quantized\.onnx.*QUARRY_MODEL_CACHE.*QUARRY_MODEL/s,
        ),
      });
    }
  });

  it('is refused when a file is missing or broken', async () => {
    const broken: readonly (readonly [string, string, string | undefined])[] = [
      ['no-tokenizer', 'tokenizer.json', undefined],
      ['bad-tokenizer', 'tokenizer.json', '{"model":'],
      ['odd-tokenizer', 'tokenizer.json', '{"model":{"type":"none"}}'],
      ['bad-config', 'config.json', 'not json'],
      ['no-weights', 'onnx/model_quantized.onnx', undefined],
      ['bad-weights', 'onnx/model_quantized.onnx', 'not onnx'],
      ['bad-pooling', '1_Pooling/config.json', '[1]'],
    ];
    for (const [name, file, content] of broken) {
      await named(`broken/${name}`, content === undefined ? {} : { [file]: content });
      if (content === undefined) await rm(join(home, 'broken', name, file));
      await expect(ask(`broken/${name}`)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    }
  });

  it('is refused for weights that it does not have, naming those it has', async () => {
    await expect(ask('mine/model', 'fp32')).rejects.toThrow(/model\.onnx \(it has q8\)/);
    await expect(ask('mine/model', 'float128')).rejects.toThrow(/no kind of weights \(q8, int8/);
  });
});

describe('a reranker', () => {
  const score = (query: string, passage: string): number => {
    const ids = [2, ...tiny.ids(query).slice(1, -1), 3];
    const all = [...rows(ids), ...rows([...tiny.ids(passage).slice(1, -1), 3], 1)];
    const logits = all.map((row) => row.reduce((sum, entry, at) => sum + entry * (scorer.head[at] ?? 0), 0));
    return 1 / (1 + Math.exp(-logits.reduce((sum, logit) => sum + logit, 0) / all.length));
  };
  let scorer: TinyTransformer;

  it('scores pairs as the model does, each on its own', async () => {
    scorer = await writeTinyTransformer(join(home, 'mine', 'scorer'), 'score');
    const reranker = await openReranker({ model: 'mine/scorer', cacheDir: home, allowRemote: false, threads: 1 });
    opened.push(reranker);
    const passages = ['two three', 'a b c d e f', ''];
    const scores = await reranker.rerank('one', passages);
    for (const [at, passage] of passages.entries()) expect(scores[at]).toBeCloseTo(score('one', passage), 5);
    expect(await reranker.rerank('one', [])).toEqual([]);
    expect(reranker.model).toBe('mine/scorer');
  });

  it('cuts a long query only where the passage needs the room', async () => {
    const reranker = await openReranker({ model: 'mine/scorer', cacheDir: home, allowRemote: false, threads: 1 });
    opened.push(reranker);
    const [actual] = await reranker.rerank('a b c d e f g h i j', ['one two']);
    expect(actual).toBeCloseTo(score('a b c d e f g h i j', 'one two'), 5);
  });

  it('leaves room for the passage whatever the query', async () => {
    const reranker = await openReranker({ model: 'mine/scorer', cacheDir: home, allowRemote: false, threads: 1 });
    opened.push(reranker);
    const [actual] = await reranker.rerank('a b c d e f g h i j', ['one two three four five six seven eight nine']);
    expect(actual).toBeCloseTo(score('a b c d e f', 'one two three four five six seven'), 5);
    await expect(reranker.rerank('one', ['two'], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is refused when it is another kind of model', async () => {
    await expect(
      openReranker({ model: 'mine/model', cacheDir: home, allowRemote: false, threads: 1 }),
    ).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      hint: expect.stringContaining('QUARRY_RERANKER'),
    });
  });
});
