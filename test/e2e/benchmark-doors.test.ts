import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { JsonObject } from '../../src/core/types.js';
import { jsonLines, writeFiles } from '../support/benchmark.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const MAIN = join('dist', 'src', 'main.js');
let root = '';
let suite = '';

/** Eight birds, each with a question that shares words with its page. */
const BIRDS: readonly (readonly [id: string, page: string, question: string])[] = [
  ['heron', 'The grey heron waits for fish at the edge of the river.', 'bird that waits for fish'],
  ['kite', 'The red kite turns above the fields and steers with its forked tail.', 'forked tail over fields'],
  ['wren', 'The wren sings louder than any bird of its size from the hedge.', 'small bird singing loud in a hedge'],
  ['swift', 'The swift eats, drinks and sleeps in the air for months.', 'sleeps in the air'],
  ['owl', 'The barn owl hunts mice at night by hearing alone.', 'hunts mice at night'],
  ['jay', 'The jay buries acorns in autumn and forgets some, so oaks grow.', 'buries acorns'],
  ['coot', 'The coot has a white shield on its forehead and quarrels on the pond.', 'white forehead on the pond'],
  ['stork', 'The white stork nests on chimneys and claps its bill.', 'nests on chimneys'],
];

beforeAll(async () => {
  root = await temporaryFolder();
  suite = await writeFiles(join(root, 'birds'), {
    'corpus.jsonl': jsonLines(BIRDS.map(([_id, text]) => ({ _id, title: _id, text }))),
    'queries.jsonl': jsonLines(BIRDS.map(([id, , text]) => ({ _id: `q-${id}`, text }))),
    'qrels/test.tsv': `query-id\tcorpus-id\tscore\n${BIRDS.map(([id]) => `q-${id}\t${id}\t1\n`).join('')}`,
  });
});
afterAll(async () => {
  await removeFolder(root);
});

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: root,
  QUARRY_HOME: join(root, 'home'),
  QUARRY_TOOLSETS: 'all',
  QUARRY_ALLOW_REMOTE_MODELS: 'false',
});

function quarry(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env: environment() }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

interface Report {
  readonly suite: string;
  readonly runs: readonly {
    name: string;
    mode: string;
    queries: number;
    fingerprint: string;
    metrics: Record<string, { mean: number }>;
  }[];
  readonly comparisons: readonly { a: string; b: string; metric: string; verdict: string }[];
}

describe('on the command line', () => {
  it('a BEIR folder is run in one command and printed as one object', async () => {
    const { code, stdout } = await quarry(
      'benchmark',
      'run',
      '--suite',
      suite,
      '--modes',
      'keyword,vector,hybrid',
      '--json',
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report; // The operation checks its own output.
    expect(report.suite).toBe('birds');
    expect(report.runs.map((run) => [run.name, run.mode, run.queries])).toEqual([
      ['keyword', 'keyword', 8],
      ['vector', 'vector', 8],
      ['hybrid', 'hybrid', 8],
    ]);
    expect(report.runs[0]?.metrics['ndcg@10']?.mean).toBeGreaterThan(0.9);
    expect(report.runs[0]?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(report.comparisons[0]).toMatchObject({ a: 'keyword', b: 'vector', metric: 'ndcg@10' });
  });

  it('a run file is scored, and a mismatch of ids is a loud warning', async () => {
    const run = join(root, 'some.run');
    const qrels = join(root, 'some.qrels');
    await writeFile(run, 'q1 Q0 b 1 1 t\nq1 Q0 a 2 1 t\nq9 Q0 a 1 1 t\n');
    await writeFile(qrels, 'q1 0 a 1\nq2 0 a 1\n');
    const words = ['benchmark', 'score', '--run', run, '--qrels', qrels, '--metrics', 'mrr,p@5,ndcg@10'];
    const scored = JSON.parse((await quarry(...words, '--json')).stdout) as Report & { warnings: string[] };
    expect(scored.runs[0]).toMatchObject({ queries: 1, metrics: { mrr: { mean: 0.5 }, 'p@5': { mean: 0.2 } } });
    expect(scored.comparisons).toEqual([]);
    const shown = await quarry(...words, '--complete');
    expect(shown.stdout).toMatch(/WARNING: 1 of 2 judged queries are missing.*counted as 0/);
    expect(shown.stdout).toMatch(/WARNING: 1 queries of the run have no judgments/);
    expect(shown.stdout).toMatch(/0\.2500/);
  });

  it('two run files are compared', async () => {
    const qrels = join(root, 'pair.qrels');
    const ids = Array.from({ length: 12 }, (_, i) => `q${i}`);
    await writeFile(qrels, ids.map((id) => `${id} 0 a 1\n`).join(''));
    await writeFile(join(root, 'old.run'), ids.map((id) => `${id} Q0 b 1 2 t\n${id} Q0 a 2 1 t\n`).join(''));
    await writeFile(join(root, 'new.run'), ids.map((id) => `${id} Q0 a 1 2 t\n`).join(''));
    const words = ['--run', join(root, 'new.run'), '--against', join(root, 'old.run'), '--qrels', qrels];
    const { stdout } = await quarry('benchmark', 'score', ...words, '--metrics', 'mrr', '--json');
    const report = JSON.parse(stdout) as Report & { moved: unknown[] };
    expect(report.runs.map((run) => run.name)).toEqual(['old.run', 'new.run']);
    expect(report.comparisons).toMatchObject([
      { a: 'old.run', b: 'new.run', difference: 0.5, p: 2 / 4096, wins: 12, verdict: 'better' },
    ]);
    expect(report.moved).toHaveLength(10);
  });

  it('bad files end with exit code 2 and say file and line', async () => {
    const run = join(root, 'bad.run');
    await writeFile(run, 'q1 Q0 a 1 1 t\nq1 Q0 a 2 0.5 t\n');
    const { code, stderr } = await quarry('benchmark', 'score', '--run', run, '--qrels', run);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.run:');
  });

  it('the gate writes a baseline, passes, and fails with exit code 1 after a regression', async () => {
    const baseline = join(root, 'baseline.json');
    const gate = ['benchmark', 'gate', '--baseline', baseline, '--suite'];
    expect((await quarry(...gate, suite, '--update')).code).toBe(0);
    const passed = await quarry(...gate, suite);
    expect([passed.code, passed.stdout]).toEqual([0, expect.stringContaining('Nothing but the code has changed.')]);
    const again = await quarry(...gate, suite, '--update');
    expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('--overwrite --confirm')]);
    // Every page speaks of nothing: the queries find only what shares their function words.
    await writeFile(join(suite, 'corpus.jsonl'), jsonLines(BIRDS.map(([_id]) => ({ _id, text: 'lorem ipsum' }))));
    const failed = await quarry(...gate, suite);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining('GATE_FAILED')]);
    expect(JSON.parse(await readFile(baseline, 'utf8'))).toMatchObject({ suite: 'birds' });
  });
});

describe('over MCP', () => {
  it('an agent runs, waits, compares and gets an explanation', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env: environment() }),
    );
    const call = async (name: string, input: JsonObject): Promise<{ data: JsonObject; text: string }> => {
      const answer = await client.callTool({ name, arguments: input });
      expect([name, answer.isError ?? false]).toEqual([name, false]);
      const [content] = answer.content as { text: string }[]; // Tools of this server answer with one text.
      return { data: answer.structuredContent as JsonObject, text: content?.text ?? '' };
    };
    try {
      const { tools } = await client.listTools();
      const reads = tools.filter(
        (tool) => tool.name.startsWith('benchmark_') && tool.annotations?.readOnlyHint === true,
      );
      expect(reads.map((tool) => tool.name).sort()).toEqual([
        ...['benchmark_compare', 'benchmark_history', 'benchmark_report', 'benchmark_score', 'benchmark_suites'],
        'benchmark_summary',
      ]);
      expect((await call('benchmark_suites', {})).text).toContain('field-guide');
      const { data } = await call('benchmark_run', { suite: 'router-specialist', modes: ['keyword', 'hybrid'] });
      for (;;) {
        const { data: job } = await call('job_status', { id: String(data['jobId']), waitSeconds: 20 });
        if (job['finishedAt'] !== null) break;
      }
      const compared = await call('benchmark_compare', { runs: [String(data['jobId'])], moved: 3 });
      expect(compared.data['comparisons']).toHaveLength(6);
      expect(compared.text).toMatch(/hybrid.*keyword/);
      const summary = await call('benchmark_summary', { runs: [String(data['jobId'])] });
      expect(summary.data['advice']).not.toEqual([]);
      expect(summary.text).toContain('Suite router-specialist, 59 queries.');
    } finally {
      await client.close();
    }
  });
});
