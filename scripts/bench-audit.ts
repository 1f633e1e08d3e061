import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Example, parseExample } from '../src/core/curation/example.js';
import { createRandom } from '../src/core/training/random.js';
import { openQuarry } from '../src/quarry.js';

/**
 * Times the audit of a large dataset: `node dist/scripts/bench-audit.js [examples] [--no-vectors]`. Prints the time of the
 * whole job and the most memory that the process held. Texts are random words with Zipf's frequencies, 40 to 200 a
 * passage; one passage in fifty is a near-duplicate of an earlier one, one in a thousand holds an e-mail address.
 */

const VOCABULARY = 20_000;

function* makeExamples(count: number): Generator<Example> {
  const random = createRandom(7);
  const word = (): string => `w${Math.floor(VOCABULARY ** random.next()).toString(36)}`;
  const words = (size: number): string[] => Array.from({ length: size }, word);
  const recent: string[][] = [];
  for (let at = 0; at < count; at++) {
    const copied = at % 50 === 49 ? recent[random.below(recent.length)] : undefined;
    const passage = copied === undefined ? words(40 + random.below(160)) : [...copied.slice(0, -2), word(), word()];
    recent[at % 500] = passage;
    const extra = at % 1_000 === 999 ? ` Write to petra.hansen${at}@quince.org.` : '';
    const parsed = parseExample({
      kind: 'pair',
      fields: { anchor: words(4 + random.below(8)).join(' '), positive: `${passage.join(' ')}.${extra}` },
      category: `class ${at % 7}`,
      licence: 'MIT',
      provenance: {
        documentId: `doc_${Math.floor(at / 5)}`,
        uri: `file:///bench/${Math.floor(at / 5)}.md`,
        method: 'bench',
      },
    });
    if ('example' in parsed) yield parsed.example;
  }
}

const [size = '100000', ...flags] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
const quarry = await openQuarry({ home, allowRemoteModels: false, logLevel: 'warn' });
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 100);
try {
  const store = await quarry.services.context.datasetStore();
  const about = { description: '', licence: 'MIT', languages: [], tags: [] };
  const started = performance.now();
  const append = makeExamples(Number(size));
  await store.commit('bench', {
    parent: 0,
    createdAt: new Date().toISOString(),
    message: 'bench',
    about,
    notes: {},
    append,
  });
  console.log(`written in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const { output } = await quarry.execute('dataset_audit', { name: 'bench', vectors: !flags.includes('--no-vectors') });
  let job = await quarry.services.jobs.get(String(output['jobId']));
  let stage = '';
  while (job.finishedAt === null) {
    job = await quarry.services.jobs.wait(job.id, 1_000);
    if (job.progress.stage !== stage)
      console.log(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${job.progress.stage}`);
    stage = job.progress.stage;
  }
  const used = process.cpuUsage(cpu);
  console.log(
    `${size} examples: ${job.state} in ${((performance.now() - begun) / 1000).toFixed(1)} s, ${((used.user + used.system) / 1e6).toFixed(1)} CPU s, at most ${Math.round(peak / 2 ** 20)} MB`,
  );
  console.log(JSON.stringify(job.result).slice(0, 1_500));
} finally {
  clearInterval(watch);
  await quarry.close();
  await rm(home, { recursive: true, force: true });
}
