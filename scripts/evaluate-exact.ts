/**
 * Compares what search finds with what the engine finds by exact search without anything kept in memory, query by query:
 * `npm run evaluate:exact -- [FOLDER...]`, suites of `eval/` when none is named.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RETRIEVAL_MODES, type RetrievalMode } from '../src/core/retrieval/settings.js';
import { openQuarry, type Quarry } from '../src/quarry.js';
import type { RetrieveService } from '../src/services/retrieve.js';
import { createServices } from '../src/services/services.js';
import { openStore } from '../src/store/open-store.js';
import { openSuite } from '../src/suites/open-suite.js';

const SUITES = ['field-guide', 'look-ups', 'prompt-architect', 'router-specialist', 'ui-specialist'];
const DEPTH = 10;
/** Scores of the engine are of single precision. */
const DIGITS = 5;
/** Until everything that is kept in memory is there. */
const WARM_UP = 50;
/**
 * Where the last of the chunks that a leg nominates has the score of those behind it, either way of searching takes any of
 * them, which may move a place of the list.
 */
const LEAST_SHARE = 0.99;
/** Nothing is kept in memory, and no index is ever good enough. */
const EXACT = { residentBytes: 0, minRecall: 2 };

/** Scores of the best chunks, which of several with the same score stand there being chance. */
type Ask = (query: string, mode: RetrievalMode) => Promise<string>;

async function askerOf(retrieve: RetrieveService, quarry: Quarry): Promise<Ask> {
  const collections = await quarry.services.context.store.listCollections();
  return async (query, mode) => {
    const hits = await retrieve.rank({ query, collections, settings: { mode }, depth: DEPTH });
    return hits.map(({ fused }) => fused.toFixed(DIGITS)).join(' ');
  };
}

async function compareSuite(folder: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-exact-'));
  const quarry = await openQuarry({ home, logLevel: 'error' });
  try {
    const { output } = await quarry.execute('benchmark_run', { suite: folder, modes: ['keyword'] });
    await quarry.waitForJob(String(output.jobId));
    const { context, retrieve } = quarry.services;
    const exact = await openStore({ directory: join(home, 'workspaces', 'default'), vectorPolicy: EXACT });
    try {
      const ours = await askerOf(retrieve, quarry);
      const theirs = await askerOf(createServices({ ...context, store: exact }).retrieve, quarry);
      const { queries } = await openSuite(folder);
      for (const { text } of queries.slice(0, WARM_UP)) await ours(text, 'hybrid');
      const cells: string[] = [];
      for (const mode of RETRIEVAL_MODES) {
        let same = 0;
        for (const { text } of queries) if ((await ours(text, mode)) === (await theirs(text, mode))) same += 1;
        cells.push(`${same} of ${queries.length}`);
        if (same < queries.length * LEAST_SHARE) process.exitCode = 1;
      }
      return `| ${basename(folder)} | ${cells.join(' | ')} |`;
    } finally {
      await exact.close();
    }
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

const named = process.argv.slice(2).map((folder) => resolve(folder));
const own = SUITES.map((suite) => fileURLToPath(new URL(`../../eval/${suite}`, import.meta.url)));
process.stdout.write(`| same scores of the first ${DEPTH} | ${RETRIEVAL_MODES.join(' | ')} |\n|---|---|---|---|\n`);
for (const folder of named.length > 0 ? named : own) process.stdout.write(`${await compareSuite(folder)}\n`);
