import { openTestWorkspace } from '../support/workspace.js';

/** Runs a job that ends only by being cancelled; says its id, then how it ended. */
const quarry = await openTestWorkspace(process.argv[2] ?? '');
const job = await quarry.services.jobs.start({
  kind: 'test',
  subject: 'endless',
  input: {},
  work: async ({ signal, report }) => {
    report({ stage: 'wait', done: 1, total: 4 });
    process.stdout.write('started\n');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    signal.throwIfAborted();
    return null;
  },
});
process.stdout.write(`${job.id}\n`);
const alive = setInterval(() => undefined, 1_000);
const { state } = await quarry.waitForJob(job.id);
clearInterval(alive);
process.stdout.write(`${state}\n`);
await quarry.close();
