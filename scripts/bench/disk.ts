import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { bytesBelow } from '../../src/store/sync-files.js';
import { makePage, pagePath, readParagraphs, writePages } from './corpus.js';
import { putMadeDocuments } from './made-documents.js';
import { type Measurement, measured } from './measure.js';

const PAGES = 200;
const SYNCS = 60;
const CHANGED = 2;
/** Documents of the collection whose folding is measured: enough for an approximate vector index. */
const LARGE_DOCUMENTS = 600;
/** Changes that are folded one by one: enough for some that wait and some that do not. */
const FOLDS = 30;

/** CPU-milliseconds of this process while `work` runs: on a busy machine they tell more than the clock. */
async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function finish(quarry: Quarry, jobId: unknown): Promise<void> {
  const job = await quarry.waitForJob(String(jobId));
  if (job.state !== 'succeeded') throw new RangeError(`The job ended as ${job.state}: ${job.error?.message ?? ''}`);
}

async function ingest(home: string, folder: string): Promise<void> {
  const quarry = await openQuarry({ home, logLevel: 'error' });
  await finish(quarry, (await quarry.execute('ingest', { target: folder })).output['jobId']);
  await quarry.close();
}

async function syncChanged(home: string, folder: string): Promise<{ before: number; after: number }> {
  const quarry = await openQuarry({ home, logLevel: 'error' });
  const paragraphs = await readParagraphs();
  for (let sync = 1; sync <= SYNCS; sync++) {
    for (let n = 0; n < CHANGED; n++) {
      const page = (sync * CHANGED + n) % PAGES;
      await writeFile(pagePath(folder, page), makePage(paragraphs, page + sync * PAGES));
    }
    await finish(quarry, (await quarry.execute('sync', {})).output['jobId']);
  }
  const before = await bytesBelow(home);
  await quarry.close();
  return { before, after: await bytesBelow(home) };
}

async function benchGrowth(root: string): Promise<Measurement[]> {
  const folder = join(root, 'pages');
  const [grown, fresh] = [join(root, 'grown'), join(root, 'fresh')];
  await writePages(folder, PAGES);
  await ingest(grown, folder);
  const { before, after } = await syncChanged(grown, folder);
  await ingest(fresh, folder);
  const unit = 'times';
  const name = `home after ${SYNCS} syncs of ${CHANGED} changed pages of ${PAGES}, over a fresh ingest`;
  const size = await bytesBelow(fresh);
  return [
    measured('fresh home', size / 1e6, 'MB'),
    measured(`${name}, while open`, before / size, unit, { atMost: 5 }),
    measured(`${name}, closed`, after / size, unit, { atMost: 5 }),
  ];
}

/** What folding costs after one changed document, against the first build of the same indexes. */
async function benchFold(root: string): Promise<Measurement[]> {
  const quarry = await openQuarry({ home: join(root, 'home'), logLevel: 'error' });
  try {
    const { store } = quarry.services.context;
    const fold = () => cpuMsOf(() => store.maintain('bench'));
    await quarry.execute('create_collection', { name: 'bench' });
    await putMadeDocuments(quarry, { from: 0, to: LARGE_DOCUMENTS });
    const first = await fold();
    let sum = 0;
    for (let edition = 1; edition <= FOLDS; edition++) {
      await putMadeDocuments(quarry, { from: edition, to: edition + 1, edition });
      sum += await fold();
    }
    const mean = sum / FOLDS;
    const name = `${(LARGE_DOCUMENTS * 20).toLocaleString('en')} chunks`;
    return [
      measured(`first fold, ${name}`, first, 'CPU-ms'),
      measured(`fold after one changed document, mean of ${FOLDS}, ${name}`, mean, 'CPU-ms'),
      measured(`the same over the first fold, ${name}`, mean / first, 'times', { atMost: 0.2 }),
    ];
  } finally {
    await quarry.close();
  }
}

/** Disk after many small syncs, and what the end of each costs. */
export async function benchDisk(): Promise<Measurement[]> {
  const root = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  try {
    return [...(await benchGrowth(root)), ...(await benchFold(root))];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
