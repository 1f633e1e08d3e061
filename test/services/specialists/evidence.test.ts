import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationInput } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import { runSuite, writeFiles } from '../../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

describe('evidence of specialists', () => {
  let home: string;
  let quarry: Quarry;

  beforeAll(async () => {
    home = await temporaryFolder();
    quarry = await openTestWorkspace(home, { queryLog: 'on' });
    const { output } = await quarry.execute('specialist_ready_made', { name: 'router-specialist' });
    await finishJob(quarry, output.jobId);
    const extra = await writeFiles(join(home, 'extra'), {
      'one.md': '# Session tokens\n\nThe session token of the gateway expires after 30 minutes of silence.',
    });
    const other = await writeFiles(join(home, 'other'), {
      'two.md': '# Tokens\n\nThe session token of the gateway expires after 90 minutes of silence.',
    });
    await ingestAndWait(quarry, extra, { collection: 'extra' });
    await ingestAndWait(quarry, other, { collection: 'extra' });
  });

  afterAll(async () => {
    await quarry.close();
    await removeFolder(home);
  });

  const show = async (name: string) => (await quarry.execute('specialist_show', { name })).output.evidence;

  test('a ready-made one knows its documents, and asks for its suite to be run', async () => {
    const evidence = await show('router-specialist');
    expect(evidence).toMatchObject({
      documents: 27,
      suites: [],
      unrun: ['router-specialist'],
      searches: 0,
      neverFound: null,
    });
    expect(evidence.recommendations).toEqual([
      expect.objectContaining({ because: ['router-specialist'], action: expect.stringContaining('benchmark_run') }),
    ]);
  });

  test('shows its suites with intervals, and says when it has changed since', async () => {
    const job = await runSuite(quarry, { suite: 'router-specialist', specialist: 'router-specialist' });
    expect(job.error).toBeNull();
    const [suite] = (await show('router-specialist')).suites;
    expect(suite).toMatchObject({ suite: 'router-specialist', isOutdated: false });
    const ndcg = suite?.metrics['ndcg@10'];
    expect((ndcg?.low ?? 1) < (ndcg?.mean ?? 0) && (ndcg?.mean ?? 1) < (ndcg?.high ?? 0)).toBe(true);
    await quarry.execute('specialist_configure', { name: 'router-specialist', alpha: 0.9 });
    const changed = await show('router-specialist');
    expect(changed.suites[0]?.isOutdated).toBe(true);
    expect(changed.recommendations.map(({ because }) => because)).toEqual([['router-specialist']]);
  });

  test('names the queries with nothing relevant and the documents that nothing finds', async () => {
    for (let time = 0; time < 20; time++)
      await quarry.execute('search', { query: 'circuit breakers', specialist: 'router-specialist', limit: 2 });
    for (let time = 0; time < 2; time++)
      await quarry.execute('search', { query: 'zebra ledger of the vineyard', specialist: 'router-specialist' });
    const evidence = await show('router-specialist');
    expect(evidence.gaps).toEqual([expect.objectContaining({ query: 'zebra ledger of the vineyard', times: 2 })]);
    expect(evidence.neverFound?.length).toBeGreaterThan(0);
    expect(evidence.neverFound?.some(({ title }) => title.toLowerCase().includes('circuit'))).toBe(false);
    const because = evidence.recommendations.flatMap((one) => one.because);
    expect(because).toContain('zebra ledger of the vineyard (2 times)');
  });

  test('compares specialists on a suite that both ran', async () => {
    await quarry.execute('specialist_create', { name: 'words', collections: ['router-specialist'], mode: 'keyword' });
    await runSuite(quarry, { suite: 'router-specialist', specialist: 'words' });
    const { output, text } = await quarry.execute('specialist_compare', { names: ['router-specialist', 'words'] });
    const ndcg = output.comparisons.find(({ metric }) => metric === 'ndcg@10');
    expect(ndcg?.a).toContain('router-specialist');
    expect(ndcg?.b).toContain('words');
    expect(text).toContain('beside');
  });

  test('may not be judged on a collection that it may not read', async () => {
    const input = { suite: 'router-specialist', collection: 'extra', specialist: 'words' };
    await expect(quarry.execute('benchmark_run', input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(
      quarry.execute('benchmark_run', { suite: 'router-specialist', specialist: 'wrds' }),
    ).rejects.toMatchObject({ code: 'SPECIALIST_NOT_FOUND' });
  });

  test('finds what contradicts across sources, with quotes, and queues it for judging', async () => {
    const input: OperationInput<'find_patterns'> = {
      collections: ['extra'],
      kinds: ['contradiction'],
      dataset: 'findings',
    };
    const { output } = await quarry.execute('find_patterns', input);
    expect(output).toMatchObject({ documents: 2, queued: 1, isPartial: false });
    const quotes = output.patterns.flatMap(({ evidence }) => evidence.map(({ quote }) => quote));
    expect(
      quotes.some((quote) => quote.includes('30 minutes')) && quotes.some((quote) => quote.includes('90 minutes')),
    ).toBe(true);
    expect((await quarry.execute('find_patterns', input)).output.queued).toBe(0);
    const groups = await quarry.execute('find_patterns', { specialist: 'words', kinds: ['cluster'] });
    expect(
      groups.output.patterns.reduce((sum, { summary }) => sum + Number(/(\d+) documents/.exec(summary)?.[1]), 0),
    ).toBe(27);
  });
});
