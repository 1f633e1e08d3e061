import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RETRIEVAL_MODES } from '../src/core/retrieval/settings.js';
import { mean } from '../src/core/statistics/mean.js';
import { openQuarry, type Quarry } from '../src/quarry.js';
import { openSuite } from '../src/suites/open-suite.js';
import { compare } from './evaluate/compare.js';
import { foldDocuments, type Scores, scoreRanking } from './evaluate/rankings.js';

const SUITE = fileURLToPath(new URL('../../eval/field-guide', import.meta.url));
const DEPTH = 100;
/** How the documents of the suite are divided: the collection of the one at a place. */
const DIVISIONS: Readonly<Record<string, (at: number) => number>> = {
  'one collection': () => 0,
  '8 + 12 + 20 + the rest': (at) => (at < 8 ? 0 : at < 20 ? 1 : at < 40 ? 2 : 3),
  'eight equal collections': (at) => at % 8,
};

/** Paths below the documents' folder, in order. */
async function documentsOf(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  return paths.filter((path) => path.endsWith('.md')).sort();
}

async function ingestDivided(quarry: Quarry, place: string, collectionAt: (at: number) => number): Promise<void> {
  const paths = await documentsOf(join(SUITE, 'documents'));
  for (const [at, path] of paths.entries()) {
    const target = join(place, `part${collectionAt(at)}`, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(SUITE, 'documents', path), target);
  }
  for (const part of new Set(paths.map((_, at) => `part${collectionAt(at)}`))) {
    const { output } = await quarry.execute('ingest', { target: join(place, part), collection: part });
    await quarry.waitForJob(output.jobId);
  }
}

/** nDCG@10 of every judged question by mode, and how often the first document answers. */
async function measure(collectionAt: (at: number) => number): Promise<Map<string, { ndcg: Scores; first: number }>> {
  const place = await mkdtemp(join(tmpdir(), 'quarry-division-'));
  const quarry = await openQuarry({ home: join(place, 'home'), logLevel: 'error' });
  try {
    await ingestDivided(quarry, place, collectionAt);
    const { queries, qrels } = await openSuite(SUITE);
    const collections = await quarry.services.collections.list();
    const found = new Map<string, { ndcg: Scores; first: number }>();
    for (const mode of RETRIEVAL_MODES) {
      const ndcg = new Map<string, number>();
      const first: number[] = [];
      for (const { id, text } of queries) {
        const judgments = qrels.get(id);
        if (judgments === undefined) continue;
        const hits = await quarry.services.retrieve.rank({
          query: text,
          collections,
          settings: { mode },
          depth: DEPTH,
        });
        const documents = foldDocuments(hits.map(({ candidate }) => idOf(candidate.document.uri)));
        const scores = scoreRanking(documents, judgments);
        ndcg.set(id, scores['nDCG@10']);
        first.push(scores['S@1']);
      }
      found.set(mode, { ndcg: new Map([['field-guide', ndcg]]), first: mean(first) });
    }
    return found;
  } finally {
    await quarry.close();
    await rm(place, { recursive: true, force: true });
  }
}

function idOf(uri: string): string {
  return decodeURIComponent(uri)
    .replace(/^.*\/part\d\//, '')
    .replace(/\.md$/, '');
}

process.stdout.write(
  '| field-guide, nDCG@10 | keyword | vector | hybrid | hybrid, first right |\n|---|---|---|---|---|\n',
);
let whole: Awaited<ReturnType<typeof measure>> | undefined;
for (const [name, collectionAt] of Object.entries(DIVISIONS)) {
  const divided = await measure(collectionAt);
  whole ??= divided; // The first is all in one collection.
  const base = whole;
  const cell = (mode: string): string => {
    const own = divided.get(mode)?.ndcg ?? new Map();
    const { mean: difference } = compare(base.get(mode)?.ndcg ?? new Map(), own);
    const values = [...(own.get('field-guide')?.values() ?? [])];
    return `${mean(values).toFixed(4)} (${difference.mean >= 0 ? '+' : ''}${difference.mean.toFixed(4)} [${difference.low.toFixed(4)}, ${difference.high.toFixed(4)}])`;
  };
  const first = divided.get('hybrid')?.first.toFixed(4) ?? '';
  process.stdout.write(`| ${name} | ${cell('keyword')} | ${cell('vector')} | ${cell('hybrid')} | ${first} |\n`);
}
