import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import {
  BUNDLED,
  jsonLines,
  type Report,
  reportOf,
  runAndReport,
  runSuite,
  writeFiles,
} from '../../support/benchmark.js';
import {
  ingestAndWait,
  openTestWorkspace,
  removeFolder,
  syncAndWait,
  temporaryFolder,
} from '../../support/workspace.js';

let home = '';
let folder = '';
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

const mean = (report: Report, metric: string): number[] => report.runs.map((run) => run.metrics[metric]?.mean ?? -1);

describe('a run of a suite that brings its documents', () => {
  let report: Report;
  beforeAll(async () => {
    report = await runAndReport(quarry, { suite: 'router-specialist', modes: ['keyword', 'vector', 'hybrid'] });
  });

  it('scores every judged query in every mode, with intervals, latency and cost', () => {
    expect(report.suite).toBe('router-specialist');
    expect(report.runs.map((run) => [run.name, run.queries])).toEqual([
      ['keyword', 59],
      ['vector', 59],
      ['hybrid', 59],
    ]);
    for (const run of report.runs) {
      const { mean: centre = 0, low = 0, high = 0 } = run.metrics['ndcg@10'] ?? {};
      expect(centre).toBeGreaterThan(0.6);
      expect(low).toBeLessThan(centre);
      expect(high).toBeGreaterThan(centre);
      expect(run.timing).toMatchObject({ documents: 27 });
      expect(run.timing?.p95Ms ?? 0).toBeGreaterThanOrEqual(run.timing?.p50Ms ?? 1);
      expect(run.answerability.map((budget) => budget.tokens)).toEqual([500, 1000, 2000]);
      const [small, , large] = run.answerability.map((budget) => budget.mean);
      expect(large).toBeGreaterThanOrEqual(small ?? 1);
      expect(run.abstention).toMatchObject({ answerable: 59, unanswerable: 5 });
      expect(run.chunking?.recall).toBeGreaterThan(0.5);
      expect(run.chunking?.precision).toBeLessThanOrEqual(run.chunking?.precisionOmega ?? 0);
      expect(Object.keys(run.perQuery ?? {})).toHaveLength(59);
    }
  });

  it('compares every pair on every metric of quality, corrected together', () => {
    expect(report.comparisons).toHaveLength(3 * 6);
    for (const comparison of report.comparisons) {
      expect(comparison.pAdjusted).toBeGreaterThanOrEqual(comparison.p);
      expect(comparison.wins + comparison.ties + comparison.losses).toBe(59);
      const [a, b] = [comparison.a, comparison.b].map((name) => report.runs.find((run) => run.name === name));
      const expected = (b?.metrics[comparison.metric]?.mean ?? 0) - (a?.metrics[comparison.metric]?.mean ?? 0);
      expect(comparison.difference).toBeCloseTo(expected, 10);
    }
  });

  it('writes a TREC file that scores the same from outside', async () => {
    const history = await quarry.execute('benchmark_history', { suite: 'router-specialist' });
    const runs = history.output['runs'] as { id: string; name: string; trecFile: string }[]; // Checked by the operation.
    for (const { name, trecFile } of runs) {
      const input = { run: trecFile, qrels: `${BUNDLED}router-specialist/qrels/test.tsv`, complete: true };
      const scored = await reportOf(quarry, 'benchmark_score', input);
      const original = report.runs.find((run) => run.name === name);
      for (const [metric, interval] of Object.entries(scored.runs[0]?.metrics ?? {}))
        expect(interval.mean).toBeCloseTo(original?.metrics[metric]?.mean ?? -1, 12);
    }
  });

  it('gives the same scores and fingerprints a second time, from the index it kept', async () => {
    const again = await runAndReport(quarry, { suite: `${BUNDLED}router-specialist` });
    const byName = new Map(again.runs.map((run) => [run.name, run]));
    for (const run of report.runs) {
      expect(byName.get(run.name)).toMatchObject({ metrics: run.metrics, fingerprint: run.fingerprint });
      expect(byName.get(run.name)?.timing?.indexMs).toBeNull();
    }
  });

  it('stays out of sight of searches and lists', async () => {
    expect((await quarry.services.collections.list()).map((collection) => collection.name)).toEqual([]);
    const { output } = await quarry.execute('search', { query: 'circuit breaker' });
    expect(output['results']).toEqual([]);
  });

  it('is exported as one page that needs nothing else', async () => {
    const path = join(folder, 'report.html');
    await quarry.execute('benchmark_export', { output: path });
    const html = await readFile(path, 'utf8');
    expect(html.match(/<svg viewBox/g)?.length).toBeGreaterThanOrEqual(5);
    expect(html).not.toMatch(/<script|https?:\/\/|<link|@import|url\(/);
    for (const ending of ['md', 'csv', 'tex', 'json', 'txt']) {
      await quarry.execute('benchmark_export', { output: join(folder, `report.${ending}`) });
      expect(await readFile(join(folder, `report.${ending}`), 'utf8')).toContain('hybrid');
    }
  });

  it('compares two runs with the queries that moved and both rankings', async () => {
    const ids = report.runs.map((run) => String(run.id));
    const compared = await reportOf(quarry, 'benchmark_compare', { runs: [ids[0] ?? '', ids[1] ?? ''], moved: 3 });
    expect(compared.moved).toHaveLength(3);
    const [first] = compared.moved;
    expect(Math.abs(first?.difference ?? 0)).toBeGreaterThanOrEqual(Math.abs(compared.moved[2]?.difference ?? 1));
    expect(first?.rankingA.length).toBe(5);
    expect(first?.text).not.toBe('');
  });
});

describe('folding and self hits', () => {
  it('counts a document once however many of its chunks are found, and drops the query itself where told', async () => {
    const long = Array.from(
      { length: 40 },
      (_, i) => `## Part ${i}\n\nThe heron stands in the river and waits for fish, part ${i}.`,
    ).join('\n\n');
    const root = await writeFiles(join(folder, 'fold'), {
      'documents/heron.md': `# Heron\n\n${long}\n`,
      'documents/q1.md': '# Question\n\nheron river fish\n',
      'queries.jsonl': jsonLines([{ _id: 'q1', text: 'heron river fish' }]),
      'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\theron\t1\n',
      'suite.json': JSON.stringify({ documents: 'documents', dropSelfHits: true }),
    });
    const report = await runAndReport(quarry, { suite: root, metrics: ['ndcg', 'p@1', 'recall@1'] });
    for (const run of report.runs) expect(run.perQuery?.['q1']).toEqual({ ndcg: 1, 'p@1': 1, 'recall@1': 1 });
  });
});

describe('a sweep', () => {
  it('runs each configuration once, with one index per chunk size', async () => {
    const job = await runSuite(quarry, {
      suite: 'router-specialist',
      modes: ['keyword', 'hybrid'],
      alphas: [0.2, 0.36],
      blends: ['convex', 'rrf'],
      maxTokens: [64, 128],
      metrics: ['ndcg@10'],
    });
    const report = await reportOf(quarry, 'benchmark_report', { runs: [job.id] });
    expect(report.runs.map((run) => run.name)).toEqual([
      ...[
        'keyword maxTokens=64',
        'hybrid alpha=0.2 maxTokens=64',
        'hybrid maxTokens=64',
        'hybrid blend=rrf maxTokens=64',
      ],
      ...[
        'keyword maxTokens=128',
        'hybrid alpha=0.2 maxTokens=128',
        'hybrid maxTokens=128',
        'hybrid blend=rrf maxTokens=128',
      ],
    ]);
    expect(new Set(report.runs.map((run) => run.fingerprint)).size).toBe(8);
    expect(new Set(report.runs.map((run) => run.timing?.chunks)).size).toBe(2);
    // More than four runs are compared with the first alone.
    expect(new Set(report.comparisons.map((comparison) => comparison.a))).toEqual(new Set(['keyword maxTokens=64']));
  });
});

describe('cancelling', () => {
  it('ends the job and leaves nothing half made behind', async () => {
    const { output } = await quarry.execute('benchmark_run', { suite: 'ui-specialist', modes: ['hybrid'] });
    const cancelled = await quarry.services.jobs.cancel(String(output['jobId']));
    expect(cancelled.state).toBe('cancelled');
    const history = await quarry.execute('benchmark_history', { suite: 'ui-specialist' });
    expect(history.output['total']).toBe(0);
    const report = await runAndReport(quarry, { suite: 'ui-specialist', modes: ['keyword'], metrics: ['ndcg@10'] });
    expect(mean(report, 'ndcg@10')[0]).toBeGreaterThan(0.5);
  });
});

describe('judgments on a living collection', () => {
  const page = (title: string, body: string): string => `# ${title}\n\n${body}\n`;
  let docs = '';
  let suite = '';

  beforeAll(async () => {
    docs = await writeFiles(join(folder, 'living'), {
      'heron.md': page('Heron', 'The grey heron waits for fish at the edge of the river. It nests in tall trees.'),
      'kite.md': page('Kite', 'The red kite turns above the fields and steers with its forked tail.'),
      'wren.md': page('Wren', 'The wren sings louder than any bird of its size and hides in the hedge.'),
    });
    suite = await writeFiles(join(folder, 'living-suite'), {
      'queries.jsonl': jsonLines([
        { _id: 'h', text: 'which bird waits for fish' },
        { _id: 'k', text: 'bird with a forked tail' },
        { _id: 'w', text: 'small bird with a loud song' },
      ]),
      'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nh\theron\t2\nk\tkite.md\t1\nw\twren\t1\n',
      'excerpts.jsonl': jsonLines([
        { 'query-id': 'h', 'corpus-id': 'heron', quote: 'waits for fish at the edge of the river' },
        { 'query-id': 'k', 'corpus-id': 'kite.md', quote: 'steers with its forked tail' },
        { 'query-id': 'w', 'corpus-id': 'wren', quote: 'sings louder than any bird of its size' },
      ]),
      'suite.json': JSON.stringify({ collection: 'birds', origin: 'authored' }),
    });
    await ingestAndWait(quarry, docs, { collection: 'birds' });
  });

  it('are found by the end of the path', async () => {
    const report = await runAndReport(quarry, { suite, modes: ['keyword'], metrics: ['success@1'] });
    expect(report.runs[0]?.stale).toEqual([]);
    expect(mean(report, 'success@1')).toEqual([1]);
  });

  it('follow a quotation to another page, and are flagged and left out when it is gone or changed', async () => {
    await rename(join(docs, 'heron.md'), join(docs, 'waders.md'));
    await writeFile(join(docs, 'kite.md'), page('Kite', 'A page that was written anew.'));
    await rm(join(docs, 'wren.md'));
    await syncAndWait(quarry);
    const report = await runAndReport(quarry, { suite, modes: ['keyword'], metrics: ['success@1'] });
    const [run] = report.runs;
    expect(run?.stale).toEqual([
      { queryId: 'k', documentId: 'kite.md', reason: 'changed' },
      { queryId: 'w', documentId: 'wren', reason: 'gone' },
    ]);
    expect(run?.queries).toBe(1);
    expect(mean(report, 'success@1')).toEqual([1]);
    expect(report.warnings.join('\n')).toMatch(/2 judgments are stale \(1 documents gone, 1 quotations changed/);
    expect(report.warnings.join('\n')).toMatch(/1 judgments were found in another document/);
  });
});

describe('a mined suite', () => {
  it('is made from structure, marked wherever it is shown, and the same for the same seed', async () => {
    await ingestAndWait(quarry, `${BUNDLED}router-specialist/documents`, { collection: 'router' });
    const made = await quarry.execute('benchmark_create_suite', {
      name: 'mined-router',
      collection: 'router',
      queries: 40,
    });
    expect(made.output).toMatchObject({ origin: 'mined', queries: 40 });
    const again = await quarry.execute('benchmark_create_suite', {
      name: 'mined-again',
      collection: 'router',
      queries: 40,
    });
    expect(again.output['types']).toEqual(made.output['types']);
    const report = await runAndReport(quarry, { suite: 'mined-router', modes: ['hybrid'] });
    expect(report.origin).toBe('mined');
    expect(report.runs[0]?.stale).toEqual([]);
    const { text } = await quarry.execute('benchmark_report', { runs: [String(report.runs[0]?.id)] });
    expect(text).toContain('MINED from structure: these numbers flatter');
    await expect(
      quarry.execute('benchmark_create_suite', { name: 'mined-router', collection: 'router' }),
    ).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
  });
});

describe('deleting', () => {
  it('asks first, then removes the record and the rankings', async () => {
    const report = await runAndReport(quarry, { suite: 'prompt-architect', modes: ['keyword'], metrics: ['ndcg@10'] });
    const id = String(report.runs[0]?.id);
    await expect(quarry.execute('benchmark_delete', { id })).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    const { output } = await quarry.execute('benchmark_delete', { id, confirm: true });
    expect(output['deleted']).toEqual([id]);
    await expect(quarry.execute('benchmark_report', { runs: [id] })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(readFile(join(home, 'workspaces/default/benchmark/runs', `${id}.trec.gz`))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('bad input', () => {
  it.each([
    ['benchmark_run', { suite: 'no-such-suite' }, 'SUITE_NOT_FOUND'],
    ['benchmark_run', { suite: 'router-specialist', metrics: ['ndgc@10'] }, 'INPUT_INVALID'],
    ['benchmark_run', { suite: 'router-specialist', alphas: [2] }, 'INPUT_INVALID'],
    ['benchmark_run', { suite: 'router-specialist', colection: 'x' }, 'INPUT_INVALID'],
    ['benchmark_run', { suite: 'router-specialist', split: 'train' }, 'SUITE_INVALID'],
    ['benchmark_score', { run: '/no/run', qrels: '/no/qrels' }, 'PATH_NOT_FOUND'],
    ['benchmark_compare', { runs: ['run_unknown'] }, 'RUN_NOT_FOUND'],
    ['benchmark_export', { output: '/tmp/report.xyz' }, 'INPUT_INVALID'],
    ['benchmark_gate', { suite: 'router-specialist', baseline: '/no/baseline.json' }, 'PATH_NOT_FOUND'],
    ['benchmark_create_suite', { name: '../escape' }, 'INPUT_INVALID'],
  ])('%s %j is refused with %s', async (name, input, code) => {
    await expect(quarry.execute(name, input)).rejects.toMatchObject({ code });
  });

  it('paths are refused to callers over HTTP', async () => {
    for (const input of [{ run: '/etc/passwd', qrels: '/etc/passwd' }])
      await expect(quarry.execute('benchmark_score', input, { door: 'rest' })).rejects.toMatchObject({
        code: 'PATH_UNREADABLE',
      });
    await expect(quarry.execute('benchmark_run', { suite: '/etc' }, { door: 'mcp-http' })).rejects.toMatchObject({
      code: 'PATH_UNREADABLE',
    });
    await expect(quarry.execute('benchmark_export', { output: '/tmp/x.html' }, { door: 'rest' })).rejects.toMatchObject(
      { code: 'PATH_UNREADABLE' },
    );
  });
});
