import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatBaseline, makeBaseline, parseBaseline } from '../../../src/core/benchmark/baseline.js';
import { judgeGate } from '../../../src/core/benchmark/gate.js';
import type { RunRecord } from '../../../src/core/benchmark/run-record.js';
import type { KnowledgeStore } from '../../../src/core/ports.js';
import { LOCAL_REACH } from '../../../src/core/reach.js';
import { createRandom } from '../../../src/core/statistics/random.js';
import type { Job } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { createServices } from '../../../src/services/services.js';
import { BUNDLED, jsonLines, writeFiles } from '../../support/benchmark.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const SUITE = `${BUNDLED}field-guide`;
let home = '';
let folder = '';
let quarry: Quarry;
let baseline = '';

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  baseline = join(folder, 'baseline.json');
  const { output } = await quarry.execute('benchmark_gate', {
    suite: SUITE,
    baseline,
    update: true,
    modes: ['keyword', 'hybrid'],
  });
  expect((await finishJob(quarry, output['jobId'])).error).toBeNull();
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function gate(suite: string, seed = 1): Promise<Job> {
  const { output } = await quarry.execute('benchmark_gate', { suite, baseline, seed });
  return finishJob(quarry, output['jobId']);
}

/** The same workspace with a fault planted in its store; the gate runs the same suites on it. */
async function gateWith(fault: (store: KnowledgeStore) => Partial<KnowledgeStore>): Promise<Job> {
  const { context } = quarry.services;
  const broken = new Proxy(context.store, {
    get(store, key) {
      const planted = Reflect.get(fault(store), key) as unknown;
      const value = planted ?? (Reflect.get(store, key) as unknown);
      return typeof value === 'function' ? value.bind(store) : value;
    },
  });
  const services = createServices({ ...context, store: broken });
  const request = {
    suite: SUITE,
    baseline,
    tolerance: 0.01,
    seed: 1,
    update: false,
    overwrite: false,
    confirm: false,
    sweep: {
      modes: [],
      alphas: [],
      blends: [],
      rankConstants: [],
      candidates: [],
      maxTokens: [],
      rerank: false,
      diversity: 0,
    },
  };
  const job = await (await services.benchmark()).startGate(request, LOCAL_REACH);
  let done = await services.jobs.wait(job.id, 10_000);
  while (done.finishedAt === null) done = await services.jobs.wait(job.id, 10_000);
  return done;
}

describe('the gate lets pass', () => {
  it('an unchanged product, and says so', async () => {
    const job = await gate(SUITE);
    expect(job.error).toBeNull();
    expect(job.result).toMatchObject({ passed: true, changed: ['seed'] });
    expect(JSON.stringify(job.result)).toContain('score the same on every query');
  });

  it('re-ordered ingests under other seeds', async () => {
    const files = await quarry.services.context.suiteFiles();
    const suite = await files.open(`${BUNDLED}prompt-architect`);
    const documents: { _id: string; title: string; text: string }[] = [];
    for await (const { id, title, text } of files.corpus(suite)) documents.push({ _id: id, title, text });
    const root = join(folder, 'shuffled');
    await cp(suite.folder, root, { recursive: true });
    await rm(join(root, 'documents'), { recursive: true });
    await writeFile(join(root, 'suite.json'), JSON.stringify({ name: 'prompt-architect' }));
    const own = join(folder, 'shuffled.json');
    for (let seed = 0; seed <= 4; seed++) {
      const random = createRandom(seed);
      const order = documents.map((document) => ({ document, key: random() })).sort((a, b) => a.key - b.key);
      await writeFile(join(root, 'corpus.jsonl'), jsonLines(order.map(({ document }) => document)));
      const { output } = await quarry.execute('benchmark_gate', {
        suite: root,
        baseline: own,
        seed,
        update: seed === 0,
      });
      const job = await finishJob(quarry, output['jobId']);
      expect([seed, job.error]).toEqual([seed, null]);
    }
  });
});

describe('the gate catches', () => {
  it('every tenth document missing', async () => {
    const root = join(folder, 'holes');
    await cp(SUITE, root, { recursive: true });
    const files = await quarry.services.context.suiteFiles();
    let n = 0;
    for await (const { id } of files.corpus(await files.open(root))) {
      if (n++ % 10 === 0) await rm(join(root, 'documents', `${id}.md`));
    }
    const job = await gate(root);
    expect(job.error).toMatchObject({ code: 'GATE_FAILED' });
    expect(job.error?.message).toContain('corpus');
  });

  it('a keyword leg that knows only long words', async () => {
    const isKnown = (term: string): boolean => term.length > 7;
    const job = await gateWith((store) => ({
      async searchKeyword(...[collection, query, limit, filter]: Parameters<KnowledgeStore['searchKeyword']>) {
        return store.searchKeyword(collection, { ...query, terms: query.terms.filter(isKnown) }, limit, filter);
      },
      async termStatistics(...[collection, terms]: Parameters<KnowledgeStore['termStatistics']>) {
        return store.termStatistics(collection, terms.filter(isKnown));
      },
    }));
    expect(job.error?.code ?? job.result).toBe('GATE_FAILED');
  });

  it('a blend that mixes scores of the wrong hits', async () => {
    const job = await gateWith((store) => ({
      async searchVector(...parameters: Parameters<KnowledgeStore['searchVector']>) {
        const found = await store.searchVector(...parameters);
        const scores = found.map((candidate) => candidate.similarity).reverse();
        return found.map((candidate, i) => ({ ...candidate, similarity: scores[i] ?? null }));
      },
    }));
    expect(job.error).toMatchObject({ code: 'GATE_FAILED' });
    expect(job.error?.message).toContain('hybrid');
  });
});

describe('the rule', () => {
  const runsOf = (values: readonly number[]) => {
    const queries = values.map((_, i) => `q${i}`);
    const scores = { queries, values: new Map([['ndcg@10', Float64Array.from(values)]]) };
    // Only these fields of a record are read here.
    const record = {
      name: 'hybrid',
      mode: 'hybrid',
      fingerprint: 'f',
      configuration: {},
      suite: 's',
      split: 'test',
    } as unknown as RunRecord;
    return [{ record, scores }];
  };
  const about = { suiteHash: 'h', seed: 1, version: '1', createdAt: '2026-01-01T00:00:00.000Z' };
  const verdict = (before: readonly number[], after: readonly number[], tolerance = 0.01) => {
    const text = formatBaseline(makeBaseline(runsOf(before), about));
    return judgeGate(parseBaseline(text, 'baseline.json'), runsOf(after), { tolerance, metrics: ['ndcg@10'], seed: 1 });
  };
  const steady = Array.from({ length: 200 }, (_, i) => (i % 10) / 10);

  it('passes a significant drop within the tolerance', () => {
    const after = steady.map((value) => Math.max(0, value - 0.005));
    expect(verdict(steady, after)).toMatchObject({ passed: true, comparisons: [{ verdict: 'worse' }] });
    expect(verdict(steady, after, 0.001).passed).toBe(false);
  });

  it('passes a large drop that is not significant', () => {
    const after = steady.map((value, i) => (i < 3 ? 0 : value));
    const few = verdict(steady.slice(0, 5), after.slice(0, 5));
    expect(few).toMatchObject({ passed: true, comparisons: [{ verdict: 'no evidence of a difference' }] });
    expect(few.comparisons[0]?.difference).toBeLessThan(-0.05);
  });

  it('passes twenty of twenty other seeds on scores that only jitter', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      const after = steady.map((value) => (random() < 0.05 ? Math.min(1, Math.max(0, value + random() - 0.5)) : value));
      expect([seed, verdict(steady, after).passed]).toEqual([seed, true]);
    }
  });

  it('passes what got better', () => {
    expect(
      verdict(
        steady,
        steady.map((value) => value + 0.05),
      ),
    ).toMatchObject({ passed: true, comparisons: [{ verdict: 'better' }] });
  });

  it('holds scores through the file to four digits', async () => {
    const third = [1 / 3, 2 / 3, 1];
    expect(verdict(third, third).comparisons[0]?.verdict).toBe('identical');
    expect(JSON.parse(await readFile(baseline, 'utf8'))).toMatchObject({ suite: 'field-guide' });
  });
});

describe('a baseline that does not fit', () => {
  it.each([
    ['text', 'not json', /is not JSON/],
    ['shape', '{"format": "quarry-baseline-1"}', /is not a baseline/],
  ])('is refused: %s', async (_, content, message) => {
    const path = join(folder, 'bad.json');
    await writeFile(path, content);
    await expect(quarry.execute('benchmark_gate', { suite: SUITE, baseline: path })).rejects.toMatchObject({
      code: 'RUN_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('is refused when queries or judgments have changed', async () => {
    const other = await writeFiles(join(folder, 'other'), {
      'queries.jsonl': jsonLines([{ _id: 'q', text: 'x' }]),
      'qrels/test.tsv': 'q\td\t1\n',
      'corpus.jsonl': jsonLines([{ _id: 'd', text: 'x' }]),
    });
    await expect(quarry.execute('benchmark_gate', { suite: other, baseline })).rejects.toMatchObject({
      code: 'RUN_INVALID',
    });
  });
});
