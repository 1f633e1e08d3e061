import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { modelThreads } from '../../src/embed/model-threads.js';
import { loadTokenizer } from '../../src/embed/model-tokenizer.js';
import { openEmbedder } from '../../src/embed/open-embedder.js';
import { readParagraphs, seededNumbers } from './corpus.js';
import { type Measurement, measured, percentile } from './measure.js';
import { writeMiniLmShaped } from './minilm-shaped.js';

const BUNDLED = resolve('models/quarry-embed-v1');
const CHILD = fileURLToPath(new URL('./embed-child.js', import.meta.url));
const TOKENS = 256;
const TRANSFORMER_TEXTS = 24;
const STATIC_TEXTS = 3000;
const ROUNDS = 5;

const Opened = z.object({ openMs: z.number() });
const Embedded = z.object({ embedMs: z.number(), peakBytes: z.number() });

/** The part of onnxruntime that is called; it comes with transformers.js and is resolved from there. */
interface Runtime {
  readonly InferenceSession: {
    create(
      file: string,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { readonly data: unknown }>> }>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, shape: readonly number[]) => object;
}

function loadRuntime(): Runtime {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve('@xenova/transformers'))('onnxruntime-node') as Runtime; // Its own types say the same.
}

/** Texts of about 256 tokens each, every one different. */
async function makeTexts(count: number): Promise<string[]> {
  const embedder = await openEmbedder({ model: BUNDLED, dtype: '', cacheDir: '', allowRemote: false, threads: 0 });
  const paragraphs = await readParagraphs();
  const next = seededNumbers(9);
  return Array.from({ length: count }, (_, n) => {
    let text = `Text ${n}.`;
    while (embedder.countTokens(text) < TOKENS) text += ` ${paragraphs[Math.floor(next() * paragraphs.length)]}`;
    const words = text.split(' ');
    let keep = words.length;
    while (embedder.countTokens(words.slice(0, keep).join(' ')) > TOKENS) keep = Math.floor(keep * 0.97);
    return words.slice(0, keep).join(' ');
  });
}

async function ask<T>(child: ChildProcess, schema: z.ZodType<T>, texts?: readonly string[]): Promise<T> {
  const answer = once(child, 'message');
  if (texts !== undefined) child.send([...texts]);
  const [message] = await answer;
  return schema.parse(message);
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(entries.map(async (entry) => stat(join(folder, entry))));
  return sizes.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

/** Runs the transformer's graph alone, on inputs that were tokenised before. */
async function openRaw(folder: string, texts: readonly string[]): Promise<() => Promise<void>> {
  const { InferenceSession, Tensor } = loadRuntime();
  const options = {
    intraOpNumThreads: modelThreads(0),
    interOpNumThreads: 1,
    enableMemPattern: false,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const session = await InferenceSession.create(join(folder, 'onnx', 'model_quantized.onnx'), options);
  const request = {
    model: folder,
    dtype: '',
    cacheDir: '',
    allowRemote: false,
    threads: 0,
    setting: 'QUARRY_MODEL' as const,
  };
  const tokenizer = await loadTokenizer({ path: folder, name: folder, dtype: 'q8', revision: '' }, request);
  const feeds = texts.map((text) => {
    const { ids, types } = tokenizer.encode(text, 512);
    const toTensor = (values: readonly number[]): object =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    return { input_ids: toTensor(ids), attention_mask: toTensor(ids.map(() => 1)), token_type_ids: toTensor(types) };
  });
  return async () => {
    for (const feed of feeds) await session.run(feed);
  };
}

/** Loading, speed, memory and size of the bundled model and of a MiniLM-shaped transformer, through the same pipeline. */
export async function benchEmbed(): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-minilm-'));
  await writeMiniLmShaped(folder, join(BUNDLED, 'tokenizer.json'));
  const texts = await makeTexts(STATIC_TEXTS);
  const few = texts.slice(0, TRANSFORMER_TEXTS);
  const bundled = fork(CHILD, [BUNDLED], { serialization: 'advanced' });
  const bundledOpen = await ask(bundled, Opened);
  const transformer = fork(CHILD, [folder], { serialization: 'advanced' });
  const transformerOpen = await ask(transformer, Opened);
  try {
    const raw = await openRaw(folder, few);
    const rates = { bundled: [] as number[], transformer: [] as number[], raw: [] as number[] };
    let memory = { bundled: 0, transformer: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const fast = await ask(bundled, Embedded, texts);
      const slow = await ask(transformer, Embedded, few);
      const begun = performance.now();
      await raw();
      rates.raw.push((1000 * few.length) / (performance.now() - begun));
      rates.bundled.push((1000 * texts.length) / fast.embedMs);
      rates.transformer.push((1000 * few.length) / slow.embedMs);
      memory = { bundled: fast.peakBytes, transformer: slow.peakBytes };
    }
    const middle = {
      bundled: percentile(rates.bundled, 0.5),
      transformer: percentile(rates.transformer, 0.5),
      raw: percentile(rates.raw, 0.5),
    };
    return [
      measured('bundled model: open', bundledOpen.openMs, 'ms', { atMost: 300 }),
      measured('bundled model: embed 256-token chunks', middle.bundled, 'chunks/s', { atLeast: 3000 }),
      measured('bundled model: peak memory of its process', memory.bundled / 2 ** 20, 'MiB'),
      measured('bundled model: files', (await folderBytes(BUNDLED)) / 1e6, 'MB', { atMost: 16 }),
      measured('MiniLM-shaped: open', transformerOpen.openMs, 'ms'),
      measured('MiniLM-shaped: embed 256-token chunks', middle.transformer, 'chunks/s'),
      measured('MiniLM-shaped: raw onnxruntime on the same tensors', middle.raw, 'chunks/s'),
      measured('MiniLM-shaped: pipeline over raw', middle.transformer / middle.raw, 'times', { atLeast: 0.85 }),
      measured('MiniLM-shaped: peak memory of its processes', memory.transformer / 2 ** 20, 'MiB'),
      measured('MiniLM-shaped: files', (await folderBytes(folder)) / 1e6, 'MB'),
      measured('bundled model over MiniLM-shaped: chunks/s', middle.bundled / middle.transformer, 'times'),
    ];
  } finally {
    bundled.disconnect();
    transformer.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}
