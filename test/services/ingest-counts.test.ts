import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

test('a job that is cancelled halfway counts exactly what is stored, and a sync brings the rest', async () => {
  const home = await temporaryFolder();
  const folder = join(home, 'pages');
  await mkdir(folder);
  const total = 700;
  for (let i = 0; i < total; i++)
    await writeFile(join(folder, `page-${i}.md`), `# Page ${i}\n\nWhat stands on page ${i}, and nowhere else.\n`);
  const quarry = await openTestWorkspace(join(home, 'home'));
  try {
    const { output } = await quarry.execute('ingest', { target: folder });
    let isAsked = false;
    const job = await quarry.waitForJob(output.jobId, {
      onChange: ({ counts }) => {
        if (isAsked || (counts['added'] ?? 0) === 0) return;
        isAsked = true;
        void quarry.services.jobs.cancel(output.jobId);
      },
    });
    expect(job.state).toBe('cancelled');
    const stored = (await quarry.execute('list_documents', {})).output.total;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(total);
    // A batch that was on its way to the disk when the cancel came may be stored beyond what was counted.
    expect(job.counts['added']).toBeLessThanOrEqual(stored);
    expect(job.counts['chunks']).toBe(job.counts['added']);

    const again = await quarry.execute('sync', {});
    const done = await quarry.waitForJob(again.output.jobId);
    expect(done.counts).toMatchObject({ added: total - stored, unchanged: stored });
    expect((await quarry.execute('list_documents', {})).output.total).toBe(total);
  } finally {
    await quarry.close();
    await removeFolder(home);
  }
});

test('removing a source ends the job that is still bringing it in, and nothing of it comes back', async () => {
  const home = await temporaryFolder();
  const folder = join(home, 'pages');
  await mkdir(folder);
  for (let i = 0; i < 700; i++) await writeFile(join(folder, `page-${i}.md`), `# Page ${i}\n\nText of page ${i}.\n`);
  const quarry = await openTestWorkspace(join(home, 'home'));
  try {
    const { output } = await quarry.execute('ingest', { target: folder });
    const firstBatch = new Promise<void>((resolve) => {
      void quarry.waitForJob(output.jobId, { onChange: ({ counts }) => (counts['added'] ?? 0) > 0 && resolve() });
    });
    await firstBatch;
    const removed = await quarry.execute('remove_source', { source: output.sourceId, confirm: true });
    expect(removed.output.removedDocuments).toBeGreaterThan(0);
    expect((await quarry.waitForJob(output.jobId)).state).toBe('cancelled');
    expect((await quarry.execute('list_documents', {})).output.total).toBe(0);
    expect((await quarry.execute('list_sources', {})).output.sources).toEqual([]);
  } finally {
    await quarry.close();
    await removeFolder(home);
  }
});
