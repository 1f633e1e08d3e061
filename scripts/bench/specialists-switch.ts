import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readOnnx, writeOnnx } from '../../src/core/static-model/onnx-file.js';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { readParagraphs } from './corpus.js';
import { MADE_COLLECTION, putMadeDocuments } from './made-documents.js';
import { percentile } from './measure.js';

const BUNDLED = fileURLToPath(new URL('../../../models/quarry-embed-v1', import.meta.url));
const CHUNKS_PER_DOCUMENT = 20;
const QUERIES = 20;
/** Searches at rest: warmed up first, then measured. */
const WARM_UP = 100;
const AT_REST = 200;
/** Between two searches, as a reader pauses. */
const PAUSE_MS = 20;

/** What searches met while a collection went over to another model. */
export interface SwitchCost {
  readonly chunks: number;
  readonly seconds: number;
  readonly searches: number;
  readonly p95BeforeMs: number;
  readonly p95DuringMs: number;
  /** Answers that were not those of before. */
  readonly wrong: number;
}

/**
 * Searches while a collection is embedded anew with another model and switched. The other model's vectors point the other way:
 * answers are the same under either, and wrong as soon as both are mixed.
 */
export async function benchSwitch(chunks: number): Promise<SwitchCost> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-switch-'));
  const quarry = await openQuarry({ home, logLevel: 'error', allowRemoteModels: false });
  try {
    await quarry.execute('create_collection', { name: MADE_COLLECTION });
    await putMadeDocuments(quarry, { from: 0, to: Math.ceil(chunks / CHUNKS_PER_DOCUMENT) });
    // Cut as the product cuts, so that changing the model leaves every chunk as it is.
    const { output } = await quarry.execute('reindex', { name: MADE_COLLECTION });
    await quarry.waitForJob(output.jobId);
    return await measureSwitch(quarry, await turnedModel(join(home, 'turned')), chunks);
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function measureSwitch(quarry: Quarry, model: string, chunks: number): Promise<SwitchCost> {
  const paragraphs = await readParagraphs();
  const queries: string[] = [];
  const expected: string[] = [];
  for (const text of paragraphs.slice(0, 2 * QUERIES)) {
    const query = text.split(/\s+/).slice(3, 9).join(' ');
    const found = query === '' ? '' : await answer(quarry, query);
    // Whoever finds nothing at rest cannot tell that something is missing.
    if (found === '' || queries.length >= QUERIES) continue;
    queries.push(query);
    expected.push(found);
  }
  const timed = async (at: number): Promise<{ ms: number; isRight: boolean }> => {
    const begun = performance.now();
    const found = await answer(quarry, queries[at % QUERIES] ?? '');
    const ms = performance.now() - begun;
    await pause(PAUSE_MS);
    return { ms, isRight: found !== '' && found === expected[at % QUERIES] };
  };
  for (let at = 0; at < WARM_UP; at++) await timed(at);
  const before: number[] = [];
  for (let at = 0; at < AT_REST; at++) before.push((await timed(at)).ms);
  const begun = performance.now();
  const { output } = await quarry.execute('model_use', { model, measure: false });
  const job = { isOver: false };
  const ended = quarry.waitForJob(output.jobId).then((done) => {
    job.isOver = true;
    if (done.error !== null) throw new TypeError(done.error.message);
  });
  const during: number[] = [];
  let wrong = 0;
  for (let at = 0; !job.isOver; at++) {
    const { ms, isRight } = await timed(at);
    during.push(ms);
    wrong += isRight ? 0 : 1;
  }
  await ended;
  const seconds = (performance.now() - begun) / 1000;
  for (let at = 0; at < QUERIES; at++) wrong += (await timed(at)).isRight ? 0 : 1;
  const [p95BeforeMs, p95DuringMs] = [percentile(before, 0.95), percentile(during, 0.95)];
  return { chunks, seconds, searches: during.length + QUERIES, p95BeforeMs, p95DuringMs, wrong };
}

async function answer(quarry: Quarry, query: string): Promise<string> {
  const { output } = await quarry.execute('search', { query, collections: [MADE_COLLECTION], limit: 5 });
  return output.results.map(({ id }) => id).join(' ');
}

/** The bundled model with every vector turned round. */
async function turnedModel(folder: string): Promise<string> {
  await cp(BUNDLED, folder, { recursive: true });
  const file = join(folder, 'onnx', 'model_quantized.onnx');
  const weights = readOnnx(await readFile(file));
  await writeFile(file, writeOnnx({ ...weights, table: weights.table.map((entry) => -entry) }));
  return folder;
}
