import { describe, expect, it } from '@jest/globals';
import { advise } from '../../../src/core/benchmark/advise.js';
import { changedParts } from '../../../src/core/benchmark/baseline.js';
import { checkIds } from '../../../src/core/benchmark/check-ids.js';
import { mineQueries } from '../../../src/core/benchmark/mine-queries.js';
import type { BenchmarkReport, ReportRun } from '../../../src/core/benchmark/report.js';
import { toCsv, toLatex, toMarkdown } from '../../../src/core/benchmark/report-files.js';
import { toHtml } from '../../../src/core/benchmark/report-html.js';
import { toTable } from '../../../src/core/benchmark/report-text.js';
import { nameRun } from '../../../src/core/benchmark/run-name.js';
import { BENCHMARK_RETRIEVAL } from '../../../src/core/retrieval/settings.js';
import type { Chunk, Document } from '../../../src/core/types.js';

const NASTY = '<img src=x onerror="alert(1)"> & | "q" \\ _ % # $ ~ ^ { }';

const run = (name: string, mean: number): ReportRun => ({
  id: 'run_1',
  name,
  mode: 'hybrid',
  fingerprint: 'f',
  queries: 3,
  metrics: { 'ndcg@10': { mean, low: mean - 0.1, high: mean + 0.1 } },
  perQuery: { [NASTY]: { 'ndcg@10': mean } },
  timing: { p50Ms: 1, p95Ms: 2, indexMs: null, documents: 1, chunks: 1, bytesOnDisk: 1 },
  configuration: { nasty: NASTY },
  answerability: [],
  abstention: null,
  chunking: null,
  stale: [],
});

const report = (parts: Partial<BenchmarkReport> = {}): BenchmarkReport => ({
  suite: NASTY,
  origin: 'mined',
  runs: [run(NASTY, 0.5), run('=SUM(A1)', 0.6)],
  comparisons: [],
  warnings: [NASTY],
  moved: [
    {
      query: NASTY,
      text: NASTY,
      metric: 'ndcg@10',
      a: 0,
      b: 1,
      difference: 1,
      rankingA: [{ document: NASTY, grade: null }],
      rankingB: [{ document: NASTY, grade: 2 }],
    },
  ],
  ...parts,
});

describe('reports', () => {
  it('mark mined numbers in every form', () => {
    expect(toTable(report())).toContain('MINED');
    expect(toMarkdown(report())).toContain('MINED');
    expect(toHtml(report(), [])).toContain('MINED');
    expect(toLatex(report())).toContain('flatter');
  });

  it('let no text become markup', () => {
    const html = toHtml(report(), [{ name: NASTY, recall: [0.5], precision: [0.5] }]);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('"q"');
    expect(toMarkdown(report())).not.toContain('<img');
    expect(
      toMarkdown(report())
        .split('\n')
        .filter((line) => line.startsWith('| ')).length,
    ).toBeGreaterThan(3);
    expect(toLatex(report())).not.toMatch(/[^\\][_%#$]/);
  });

  it('keep formulas out of spreadsheets', () => {
    const csv = toCsv(report());
    expect(csv).toContain("'=SUM(A1)");
    expect(csv.split('\r\n')).toHaveLength(4);
    expect(csv).toContain('0.6');
  });

  it('put the best mean of a table for a paper in bold', () => {
    expect(toLatex(report()).match(/\\textbf\{0\.6000\}/g)).toHaveLength(1);
  });
});

describe('advice', () => {
  it('names the number that it follows from', () => {
    const advice = advise(report(), { byType: [{ type: 'typo', queries: 9, mean: 0.1 }], missed: ['q1'] });
    const text = advice.map(({ finding, suggestion }) => `${finding} ${suggestion}`).join('\n');
    expect(text).toMatch(/mined/);
    expect(text).toMatch(/3 queries: the intervals are wide/);
    expect(text).toMatch(/type typo score 0\.100 against 0\.600/);
    expect(text).toMatch(/For 1 queries nothing relevant was found/);
  });

  it('says nothing without runs', () => {
    expect(advise(report({ runs: [] }), undefined)).toEqual([]);
  });
});

describe('checkIds', () => {
  const qrels = new Map([
    ['q1', new Map([['d1', 1]])],
    ['q2', new Map([['d2', 1]])],
  ]);
  const documents = (...ids: string[]) => ids.map((id, i) => ({ id, score: -i }));

  it('is silent when all is well', () => {
    expect(
      checkIds(
        new Map([
          ['q1', documents('d1')],
          ['q2', documents('d2')],
        ]),
        qrels,
        { complete: false },
      ),
    ).toEqual([]);
  });

  it.each([
    [new Map([['1', documents('d1')]]), /No query of the run is judged.*"1".*"q1"/],
    [new Map([['q1', documents('d1')]]), /1 of 2 judged queries are missing from the run \("q2"\); they are left out/],
    [
      new Map([
        ['q1', documents('d1')],
        ['q2', documents('d2')],
        ['q3', documents('d1')],
      ]),
      /1 queries of the run have no judgments/,
    ],
    [
      new Map([
        ['q1', documents('D1')],
        ['q2', documents('D2')],
      ]),
      /No document of the run is judged: the ids do not match.*"D1".*"d1"/,
    ],
    [
      new Map([
        ['q1', documents('d1', 'x', 'y', 'z')],
        ['q2', documents('d2', 'x', 'y')],
      ]),
      /Fewer than half/,
    ],
  ])('warns loudly', (results, message) => {
    expect(checkIds(results, qrels, { complete: false }).join('\n')).toMatch(message);
  });
});

describe('mineQueries', () => {
  const document = (text: string, format: Document['format']): Document =>
    // Only these fields are read by the miner.
    ({ text, format, title: 'Guide', uri: 'u', contentHash: 'h' }) as Document;
  const chunk = (text: string, headingPath: string[]): Chunk => ({ text, headingPath }) as unknown as Chunk; // Only these are read.

  it('asks for sections, comments and sentences, quoting the document word for word', () => {
    const prose = 'Backups are copied every night to a second region by the scheduler. They are kept for a month.';
    const mined = mineQueries(document(prose, 'markdown'), [chunk(prose, ['Guide', 'How backups are kept'])], 1);
    expect(mined.map((query) => query.type)).toEqual(['heading', 'known-item']);
    expect(mined[0]?.text).toBe('How backups are kept');
    const code =
      '/** Adds two numbers and keeps the sign. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}';
    const [query] = mineQueries(document(code, 'code'), [chunk(code, [])], 1);
    expect(query).toMatchObject({ type: 'docstring', text: 'Adds two numbers and keeps the sign.' });
    for (const { quote } of mined) expect(prose).toContain(quote);
    expect(code).toContain(query?.quote);
  });

  it('puts a name before headings that say nothing', () => {
    const [query] = mineQueries(
      document('x', 'markdown'),
      [chunk('A sentence long enough to be quoted here.', ['Guide', 'Usage'])],
      1,
    );
    expect(query?.text).toBe('Guide Usage');
  });
});

describe('names and configurations', () => {
  it('tell what differs from the defaults and matters to the mode', () => {
    expect(nameRun(BENCHMARK_RETRIEVAL)).toBe('hybrid');
    expect(nameRun({ ...BENCHMARK_RETRIEVAL, alpha: 0.7 }, { maxTokens: 64 })).toBe('hybrid alpha=0.7 maxTokens=64');
    expect(nameRun({ ...BENCHMARK_RETRIEVAL, mode: 'keyword', alpha: 0.7 })).toBe('keyword');
    expect(nameRun({ ...BENCHMARK_RETRIEVAL, blend: 'rrf', alpha: 0.7 })).toBe('hybrid blend=rrf');
  });

  it('name the parts that changed, whatever the order of keys', () => {
    expect(
      changedParts({ a: { x: 1, y: 2 }, b: 1, collection: 'p' }, { b: 2, a: { y: 2, x: 1 }, collection: 'q' }),
    ).toEqual(['b']);
  });
});
