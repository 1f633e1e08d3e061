import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import { MOST_LOG_BYTES } from '../../../src/services/specialists/query-log.js';
import { writeFiles } from '../../support/benchmark.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

describe('feedback', () => {
  let home: string;
  let quarry: Quarry;

  beforeAll(async () => {
    home = await temporaryFolder();
    quarry = await openTestWorkspace(home);
    const folder = await writeFiles(join(home, 'docs'), {
      'pumps.md': '# Pumps\n\nA centrifugal pump loses its prime when air gets into the suction pipe.',
      'valves.md': '# Valves\n\nA gate valve is either open or closed and never throttles the flow.',
    });
    await ingestAndWait(quarry, folder);
  });

  afterAll(async () => {
    await quarry.close();
    await removeFolder(home);
  });

  async function reopen(queryLog: 'off' | 'on' | 'explore'): Promise<void> {
    await quarry.close();
    quarry = await openTestWorkspace(home, { queryLog });
  }

  test('is not remembered unless it is opted in', async () => {
    await quarry.execute('search', { query: 'pump loses prime' });
    await expect(quarry.execute('record_feedback', { task: 'pump loses prime', success: true })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('QUARRY_QUERY_LOG'),
    });
    const { output } = await quarry.execute('feedback_report', {});
    expect(output).toMatchObject({ isOn: false, searches: 0, feedback: 0 });
  });

  test('is kept with the search that it is about, scrubbed of secrets and personal data', async () => {
    await reopen('on');
    const query = 'pump of jane.doe@kontor-nord.de loses prime, key AKIAQ3ZK7W2MNB5TXR4Y';
    const { output } = await quarry.execute('search', { query });
    const used = output.results[0]?.id ?? '';
    const { output: told } = await quarry.execute('record_feedback', { task: query, used: [used], success: true });
    expect(told.isMatched).toBe(true);
    expect(told.task).toContain('pump of');
    expect(told.task).not.toMatch(/jane\.doe|AKIAQ3ZK7W2MNB5TXR4Y/);
    const { feedback } = await quarry.services.specialists();
    expect(JSON.stringify(await feedback.searches())).not.toMatch(/jane\.doe|AKIAQ3ZK7W2MNB5TXR4Y/);
    expect((await feedback.feedback())[0]).toMatchObject({ used: [used], search: { placement: null } });
  });

  test('becomes candidates that wait for a judge, once each, and labels nothing', async () => {
    const { output } = await quarry.execute('feedback_queue', { dataset: 'heard' });
    expect(output).toEqual({ dataset: 'heard', candidates: 1, added: 1 });
    expect((await quarry.execute('feedback_queue', { dataset: 'heard' })).output.added).toBe(0);
    const shown = await quarry.execute('dataset_show', { name: 'heard' });
    expect(JSON.stringify(shown.output)).toContain('needs-review');
    const work = await quarry.execute('curate_next', { name: 'heard', judge: 'agent-1' });
    expect(work.output.task).toBe('grade');
  });

  test('says nothing when nothing is said', async () => {
    await expect(quarry.execute('record_feedback', { task: 'pump' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('explores only where it is opted in, and then shows the first result elsewhere now and then', async () => {
    const orders = async (times: number) => {
      const seen = new Set<string>();
      for (let time = 0; time < times; time++) {
        const { output } = await quarry.execute('search', { query: 'pump valve flow pipe' });
        expect(output.results.map(({ rank }) => rank)).toEqual(output.results.map((_, at) => at + 1));
        seen.add(output.results.map(({ id }) => id).join(' '));
      }
      return seen.size;
    };
    expect(await orders(5)).toBe(1);
    await reopen('explore');
    expect(await orders(250)).toBe(2);
  });

  test('is forgotten when it is too old or too much, the oldest first, and whole when somebody says so', async () => {
    await reopen('on');
    const { store, clock } = quarry.services.context;
    const day = (before: number) => new Date(Date.parse(clock.now()) - before * 86_400_000).toISOString();
    const search = (query: string, at: string) => ({
      at,
      query,
      specialist: '',
      shown: [],
      relevance: null,
      isDoubtful: false,
      placement: null,
      draft: null,
    });
    const put = (at: string, query: string) =>
      store.putRecord('query-log', `${at} x`, { searches: [search(query, at)] });
    await put(day(91), 'of long ago');
    await put(day(2), `large and older ${'x'.repeat(MOST_LOG_BYTES - 1_000)}`);
    await put(day(1), `large ${'x'.repeat(4_000)}`);
    await store.deleteRecord('query-log-pruned', 'query-log-pruned');
    const { feedback } = await quarry.services.specialists();
    // What is too old is in no answer even before it is deleted.
    expect((await feedback.searches()).map(({ query }) => query)).not.toContain('of long ago');
    await quarry.execute('search', { query: 'valve' });
    await feedback.searches();
    const kept = JSON.stringify((await store.listRecords('query-log')).map(({ key }) => key.slice(0, 10)));
    expect(kept).not.toContain(day(91).slice(0, 10));
    expect(kept).not.toContain(day(2).slice(0, 10));
    expect(kept).toContain(day(1).slice(0, 10));
    await expect(quarry.execute('feedback_forget', {})).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    const { output } = await quarry.execute('feedback_forget', { confirm: true });
    // Of this process and of those before, which wrote all before they ended.
    expect(output.forgotten).toBeGreaterThan(255);
    expect((await quarry.execute('feedback_report', {})).output).toMatchObject({ searches: 0, feedback: 0 });
  });

  test('remembers every search of many that come at once', async () => {
    await Promise.all(Array.from({ length: 60 }, () => quarry.execute('search', { query: 'gate valve' })));
    expect((await quarry.execute('feedback_report', {})).output.searches).toBe(60);
  });
});
