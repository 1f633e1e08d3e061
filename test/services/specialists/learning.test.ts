import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jargonTrade } from '../../../scripts/specialists/jargon-trade.js';
import { drawSome, writeSuite } from '../../../scripts/specialists/made-collection.js';
import type { OperationInput } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import { writeFiles } from '../../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

describe('learning again and again', () => {
  let home: string;
  let quarry: Quarry;

  beforeAll(async () => {
    home = await temporaryFolder();
    quarry = await openTestWorkspace(home, { queryLog: 'on' });
    const trade = jargonTrade(1);
    await writeSuite(join(home, 'trade'), trade, drawSome(trade.questions, 200, 3));
    const pages = await writeFiles(
      join(home, 'pages'),
      Object.fromEntries(
        trade.documents.slice(0, 60).map(({ id, title, text }) => [`${id}.md`, `# ${title}\n\n${text}\n`]),
      ),
    );
    await ingestAndWait(quarry, pages, { collection: 'trade' });
    const create = (name: string, suites: string[]) =>
      quarry.execute('specialist_create', { name, collections: ['trade'], suites });
    await create('learner', [join(home, 'trade')]);
    await writeSuite(join(home, 'nowhere'), trade, drawSome(trade.questions, 20, 3));
    await create('broken', [join(home, 'nowhere')]);
    await rm(join(home, 'nowhere'), { recursive: true });
    await create('unjudged', []);
  });

  afterAll(async () => {
    await quarry.close();
    await removeFolder(home);
  });

  async function learn(input: OperationInput<'learn'>) {
    const { output } = await quarry.execute('learn', input);
    await finishJob(quarry, output.jobId);
    return (await quarry.execute('learning_reports', { jobs: [output.jobId] })).output;
  }

  test('trains, proves and promotes within its budget, and tells why where it cannot', async () => {
    const output = await learn({ budgetMinutes: 60 });
    const reports = new Map(output.reports.map((report) => [report.specialist, report]));
    expect(reports.get('unjudged')?.skipped).toContain('No suite');
    expect(reports.get('broken')).toMatchObject({ runs: [], skipped: expect.stringContaining('nowhere') });
    const runs = reports.get('learner')?.runs ?? [];
    expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    // What was mined trains, and is kept apart from what waits for a judge.
    expect(reports.get('learner')?.mined).toBeGreaterThan(20);
    const [run = ''] = runs.map((one) => one.run);
    const recipe = await quarry.execute('train_configuration', { run });
    expect(recipe.output).toMatchObject({ dataset: 'mined-learner' });
    expect(reports.get('unjudged')?.next.join(' ')).toMatch(/Name a suite by which it is judged/);
    const shown = await quarry.execute('specialist_show', { name: 'learner' });
    const promoted = runs.filter(({ isPromoted }) => isPromoted).map(({ run }) => run);
    expect(promoted).toContain(shown.output.learned.adapter?.run);
    expect((await quarry.execute('learning_reports', {})).output.reports).toHaveLength(3);
  });

  test('does not try its luck again while nothing has changed', async () => {
    const output = await learn({ specialists: ['learner'], budgetMinutes: 60 });
    expect(output.reports[0]).toMatchObject({ runs: [], skipped: expect.stringContaining('since the last proof') });
    expect((await quarry.execute('train_list', { specialist: 'learner' })).output.runs).toHaveLength(2);
  });
});
