import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QuarryError } from '../../src/core/errors.js';
import { readCorpusFile } from '../../src/suites/read-corpus.js';
import { createSuiteFiles } from '../../src/suites/suite-files.js';
import { collect } from './collect.js';

const files = createSuiteFiles({ bundled: '/nowhere' });
let folder = '';
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarry-suites-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(content: string | Buffer, name = 'file'): Promise<string> {
  serial += 1;
  const path = join(folder, `${serial}-${name}`);
  await writeFile(path, content);
  return path;
}

const refusal = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('run files', () => {
  it('are read with any white space, in any order, with comments and blank lines, ignoring ranks', async () => {
    const path = await put(
      '# made by hand\n\nq1 Q0 d1 9 0.5 tag\r\n q2\tQ0  d2 1 -1e-3 tag more words\nq1 Q0 d3 1 2 last',
    );
    const { results, tag } = await files.readRun(path);
    expect([...results]).toEqual([
      [
        'q1',
        [
          { id: 'd1', score: 0.5 },
          { id: 'd3', score: 2 },
        ],
      ],
      ['q2', [{ id: 'd2', score: -0.001 }]],
    ]);
    expect(tag).toBe('last');
  });

  it('may be gzipped, whatever their name', async () => {
    const { results } = await files.readRun(await put(gzipSync('q Q0 d 1 1 t\n')));
    expect(results.get('q')).toEqual([{ id: 'd', score: 1 }]);
  });

  it('hold infinite scores', async () => {
    const { results } = await files.readRun(await put('q Q0 d 1 -inf t\nq Q0 e 1 Infinity t\n'));
    expect(results.get('q')?.map((document) => document.score)).toEqual([-Infinity, Infinity]);
  });

  it.each([
    ['q Q0 d 1 1\n', /:1: 5 columns instead of six/],
    ['q Q0 d 1 1 t\nq Q0 d 2 0.5 t\n', /:2: document "d" was already given for query "q" in line 1/],
    ['q Q0 d 1 1 t\n\nx Q0 d 1 1 t\nq Q0 d 2 0.5 t\n', /:4: document "d" .* in line 1/],
    ['q Q0 d 1 nan t\n', /:1: the score "nan" is not a number/],
    ['q Q0 d 1 1,5 t\n', /the score "1,5" is not a number/],
    ['\n\n', /holds no results/],
    ['', /holds no results/],
  ])('are refused with file and line: %j', async (content, message) => {
    const path = await put(content);
    await expect(files.readRun(path)).rejects.toEqual(refusal('RUN_INVALID', message));
    await expect(files.readRun(path)).rejects.toEqual(
      expect.objectContaining({ message: expect.stringContaining(path) }),
    );
  });

  it('that are damaged gzip, folders or absent are told apart', async () => {
    const whole = gzipSync('q Q0 d 1 1 t\n'.repeat(10_000));
    await expect(files.readRun(await put(whole.subarray(0, 40)))).rejects.toEqual(
      refusal('RUN_INVALID', /not a whole gzip file/),
    );
    await expect(files.readRun(join(folder, 'none'))).rejects.toEqual(refusal('PATH_NOT_FOUND', /no file/));
    await expect(files.readRun(folder)).rejects.toEqual(refusal('PATH_NOT_FOUND', /is a folder/));
  });

  it('come back as they were written, ids with spaces and many blocks included', async () => {
    const id = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => `d${text.replace(/[\s\p{C}]+/gu, ' ')}x`);
    const runs = fc.dictionary(id, fc.uniqueArray(id, { maxLength: 8, minLength: 1 }), {
      minKeys: 1,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const results = new Map(
          Object.entries(run).map(([query, ids]) => [
            query,
            ids.map((document, i) => ({ id: document, score: 1 - i / 3 })),
          ]),
        );
        const path = join(folder, 'round.trec.gz');
        await files.writeRun(path, results, { tag: 'my tag', replace: true });
        const back = await files.readRun(path);
        expect(back).toEqual({ results, tag: 'my-tag' });
      }),
      { numRuns: 30 },
    );
  });

  it('longer than a block keep every line', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `q${i % 7} Q0 dé${i} 1 ${60_000 - i} t`);
    const { results } = await files.readRun(await put(lines.join('\n')));
    expect([...results.values()].reduce((sum, list) => sum + list.length, 0)).toBe(60_000);
    expect(results.get('q3')?.at(-1)).toEqual({ id: 'dé59993', score: 7 });
  });
});

describe('judgment files', () => {
  it('are TREC or BEIR, with or without a header, told apart by their columns', async () => {
    const beir = await files.readQrels(await put('query-id\tcorpus-id\tscore\nq1\ta doc\t2\nq1\tb\t0\n'));
    expect([...(beir.get('q1') ?? [])]).toEqual([
      ['a doc', 2],
      ['b', 0],
    ]);
    const trec = await files.readQrels(await put('q1 0 a 1\nq2\t0\tb\t-2\r\n'));
    expect(trec.get('q2')?.get('b')).toBe(-2);
    const headless = await files.readQrels(await put('q1\ta\t1.0\n'));
    expect(headless.get('q1')?.get('a')).toBe(1);
  });

  it.each([
    ['q 0 d 1\nq 0 d 1\n', /:2: document "d" was already judged for query "q" in line 1/],
    ['q 0 d x\n', /:1: the grade "x" is not a whole number/],
    ['q 0 d 0.5\n', /the grade "0.5"/],
    ['q d\n', /:1: expected three or four columns/],
    ['', /holds no judgments/],
  ])('are refused with file and line: %j', async (content, message) => {
    await expect(files.readQrels(await put(content))).rejects.toEqual(refusal('SUITE_INVALID', message));
  });
});

describe('any bytes at all', () => {
  const words = fc.constantFrom(
    'q1',
    'Q0',
    'd',
    '1',
    '-1',
    '0.5',
    'nan',
    '\t',
    ' ',
    '\n',
    '\r\n',
    '#',
    '<top>',
    '<num>',
    '{"_id":',
    '"x"',
    '}',
    '\u0000',
    '\ud800',
    '\ufeff',
    'é',
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(words, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
    fc.string().map((text) => gzipSync(text)),
    fc.string().map((text) => gzipSync(text).subarray(0, 15)),
  );
  const isKnown = (error: unknown): boolean =>
    error instanceof QuarryError && error.code !== 'INTERNAL' && error.hint !== undefined;

  it('are read or refused with a hint, never a crash', async () => {
    const root = join(folder, 'fuzz');
    await mkdir(join(root, 'qrels'), { recursive: true });
    await fc.assert(
      fc.asyncProperty(content, content, async (one, other) => {
        const path = join(root, 'qrels/test.tsv');
        await writeFile(path, one);
        await writeFile(join(root, 'queries.jsonl'), other);
        await writeFile(join(root, 'corpus.jsonl'), other);
        const attempts = [
          () => files.readRun(path),
          () => files.readQrels(path),
          () => files.open(root),
          () => collect(readCorpusFile(join(root, 'corpus.jsonl'))),
        ];
        for (const attempt of attempts) {
          try {
            await attempt();
          } catch (error) {
            expect([error, isKnown(error)]).toEqual([error, true]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('suite folders', () => {
  async function suite(name: string, parts: Record<string, string | Buffer>): Promise<string> {
    const root = join(folder, name);
    for (const [path, content] of Object.entries(parts)) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), content);
    }
    return root;
  }

  it('in BEIR layout open without a manifest, keep only judged queries and stream their corpus', async () => {
    const root = await suite('beir', {
      'queries.jsonl': '{"_id": "q1", "text": "one"}\n{"_id": 2, "text": "two"}\n{"_id": "train", "text": "x"}\n',
      'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td1\t1\n2\td1\t1\ngone\td1\t1\n',
      'qrels/train.tsv': 'query-id\tcorpus-id\tscore\ntrain\td1\t1\n',
      'corpus.jsonl.gz': gzipSync(
        '{"_id": "d1", "title": "T", "text": "body", "metadata": {}}\n{"_id": "d2", "text": "x"}\n',
      ),
    });
    const opened = await files.open(root);
    expect(opened.queries.map((query) => query.id)).toEqual(['q1', '2']);
    expect(opened.split).toBe('test');
    expect(opened.manifest).toMatchObject({ name: 'beir', origin: 'imported', dropSelfHits: false });
    expect(opened.warnings).toEqual([expect.stringMatching(/1 judged queries are not in queries.jsonl.*gone/)]);
    expect(opened.hasCorpus).toBe(true);
    const documents = await collect(files.corpus(opened));
    expect(documents).toEqual([
      { id: 'd1', title: 'T', text: 'body', format: 'plain' },
      { id: 'd2', title: '', text: 'x', format: 'plain' },
    ]);
    expect((await files.open(root, 'train')).queries.map((query) => query.id)).toEqual(['train']);
    await expect(files.open(root, 'dev')).rejects.toEqual(refusal('SUITE_INVALID', /no judgments called "dev"/));
  });

  it('read TREC topics of several ages and tab-separated queries', async () => {
    const topics =
      '<top>\n<num> Number: 301\n<title> International\n Organized Crime\n<desc> Description:\nx\n</top>\n<top><num>302</num><title>polio</title></top>\n';
    const root = await suite('topics', { 'queries.jsonl': topics, 'qrels/test.tsv': '301 0 d 1\n302 0 d 1\n' });
    expect((await files.open(root)).queries.map(({ id, text }) => [id, text])).toEqual([
      ['301', 'International Organized Crime'],
      ['302', 'polio'],
    ]);
    const tabs = await suite('tabs', { 'queries.jsonl': '1\twhat is it\n', 'qrels/dev.tsv': '1 0 d 1\n' });
    expect(await files.open(tabs)).toMatchObject({ split: 'dev', queries: [{ id: '1', text: 'what is it' }] });
  });

  it('are refused when broken, saying where', async () => {
    const good = { 'queries.jsonl': '{"_id": "q", "text": "x"}\n', 'qrels/test.tsv': 'q 0 d 1\n' };
    const broken: [string, Record<string, string>, RegExp][] = [
      [
        'json',
        { ...good, 'queries.jsonl': '{"_id": "q", "text": "x"}\n{oops\n' },
        /queries\.jsonl:2: not a JSON object/,
      ],
      ['shape', { ...good, 'queries.jsonl': '{"_id": "q"}\n' }, /queries\.jsonl:1: text/],
      [
        'twice',
        { ...good, 'queries.jsonl': '{"_id": "q", "text": "x"}\n{"_id": "q", "text": "y"}\n' },
        /"q" occurs twice/,
      ],
      ['foreign', { ...good, 'qrels/test.tsv': 'other 0 d 1\n' }, /no query of queries.jsonl is judged/],
      ['unjudged', { 'queries.jsonl': good['queries.jsonl'] }, /has no judgments/],
      ['manifest', { ...good, 'suite.json': '{"documents": "../../etc"}' }, /must be a folder below the suite/],
      ['type', { ...good, 'suite.json': '{"dropSelfHits": "yes"}' }, /dropSelfHits/],
    ];
    for (const [name, parts, message] of broken) {
      await expect(files.open(await suite(`bad-${name}`, parts))).rejects.toEqual(refusal('SUITE_INVALID', message));
    }
    await expect(files.open(join(folder, 'nothing'))).rejects.toEqual(refusal('PATH_NOT_FOUND', /no suite folder/));
  });

  it.each([
    ['beir', false],
    ['beir', true],
    ['trec', false],
    ['trec', true],
  ] as const)('are written as %s (gzip %s) and read back', async (format, gzip) => {
    const root = await suite('export-source', {
      'queries.jsonl': '{"_id": "q1", "text": "a <b> & c"}\n',
      'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\tone\t2\nq1\tsub/two\t-1\n',
      'suite.json': '{"documents": "documents"}',
      'documents/one.md': '# One\n\nText <b> here.\n',
      'documents/sub/two.md': 'No heading.\n',
    });
    const opened = await files.open(root);
    const target = join(folder, `export-${format}-${gzip}`);
    const written = await files.exportSuite(opened, { folder: target, format, gzip, overwrite: false });
    expect(written).toHaveLength(3);
    if (format === 'trec') {
      await mkdir(join(target, 'qrels'));
      await rename(written[0]?.path ?? '', join(target, 'queries.jsonl'));
      await rename(written[1]?.path ?? '', join(target, 'qrels/test.txt'));
    }
    const back = await files.open(target);
    expect([back.queries, back.qrels]).toEqual([opened.queries, opened.qrels]);
    if (format === 'beir') {
      const texts = async (from: typeof back) =>
        (await collect(files.corpus(from))).map(({ id, title, text }) => [id, title, text]);
      expect(await texts(back)).toEqual(await texts(opened));
    }
    await expect(files.exportSuite(opened, { folder: target, format, gzip, overwrite: false })).rejects.toEqual(
      refusal('ALREADY_EXISTS', /already there/),
    );
  });

  it('that were saved open as they were', async () => {
    const root = join(folder, 'saved');
    const saved = {
      manifest: {
        name: 'mine',
        title: 'Mine',
        description: 'd',
        origin: 'mined' as const,
        documents: null,
        collection: 'docs',
        dropSelfHits: true,
        licence: '',
      },
      split: 'test',
      queries: [{ id: 'q 1', text: 'línea\nzwei', type: 'heading' }],
      qrels: new Map([
        [
          'q 1',
          new Map([
            ['file:///a b.md', 2],
            ['https://x/é', 0],
          ]),
        ],
      ]),
      excerpts: [{ queryId: 'q 1', documentId: 'file:///a b.md', quote: 'tab\there', contentHash: 'abc' }],
    };
    await files.save(root, saved);
    const { manifest, queries, qrels, excerpts, split } = await files.open(root);
    expect({ manifest, queries, qrels, excerpts, split }).toEqual(saved);
    expect(await readFile(join(root, 'qrels/test.tsv'), 'utf8')).toMatch(/^query-id\tcorpus-id\tscore\n/);
    expect((await files.list(folder)).suites.map((entry) => entry.name)).toContain('mine');
  });
});
