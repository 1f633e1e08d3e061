import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderDataSheet } from '../../../src/core/curation/data-sheet.js';
import { factsOf } from '../../../src/core/curation/example-facts.js';
import { BeirTables, type BeirText, qrelsLines } from '../../../src/core/curation/formats/beir.js';
import { sizeCategory, writeCard } from '../../../src/core/curation/formats/dataset-card.js';
import { EXPORT_FORMATS, exportColumns, toExportRows } from '../../../src/core/curation/formats/export-shapes.js';
import { importRecord } from '../../../src/core/curation/formats/import-records.js';
import { isLicenceAllowed, joinLicences, OPEN_LICENCES } from '../../../src/core/curation/licence-policy.js';
import { makeExample } from '../../datasets/sample-examples.js';

const pair = makeExample({
  kind: 'pair',
  fields: { anchor: 'How do I start?', positive: 'Run it.' },
  licence: 'MIT',
  split: 'train',
});
const triplet = makeExample({
  kind: 'triplet',
  fields: { anchor: 'keys', positive: 'Keys rotate.', negatives: ['Locks.', 'Doors.'] },
  split: 'test',
});
const scored = makeExample({ kind: 'scored', fields: { sentence1: 'a b', sentence2: 'a c', score: 0.5 } });
const judged = makeExample({
  kind: 'judged',
  fields: { query: 'keys', passage: 'Keys rotate.', grade: 3 },
  split: 'test',
});
const instruction = makeExample({ kind: 'instruction', fields: { instruction: 'Add.', input: '1, 2', output: '3' } });
const chat = makeExample({
  kind: 'chat',
  fields: {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ],
  },
});
const all = [pair, triplet, scored, judged, instruction, chat];
const lines = (format: (typeof EXPORT_FORMATS)[number], negatives = 2): string[] =>
  all.flatMap((example) => toExportRows(example, format, negatives)).map((row) => JSON.stringify(row));

describe('exports follow the published schemas letter by letter', () => {
  test('sentence-transformers', () => {
    expect(lines('pair')).toEqual([
      '{"anchor":"How do I start?","positive":"Run it."}',
      '{"anchor":"keys","positive":"Keys rotate."}',
      '{"anchor":"keys","positive":"Keys rotate."}',
    ]);
    expect(lines('triplet')).toEqual([
      '{"anchor":"keys","positive":"Keys rotate.","negative":"Locks."}',
      '{"anchor":"keys","positive":"Keys rotate.","negative":"Doors."}',
    ]);
    expect(lines('n-tuple')).toEqual([
      '{"anchor":"keys","positive":"Keys rotate.","negative_1":"Locks.","negative_2":"Doors."}',
    ]);
    expect(lines('n-tuple', 3)).toEqual([]);
    expect(lines('scored')).toEqual([
      '{"sentence1":"a b","sentence2":"a c","score":0.5}',
      '{"sentence1":"keys","sentence2":"Keys rotate.","score":1}',
    ]);
  });

  test('OpenAI chat, Alpaca and ShareGPT', () => {
    expect(lines('openai')).toEqual([
      '{"messages":[{"role":"user","content":"How do I start?"},{"role":"assistant","content":"Run it."}]}',
      '{"messages":[{"role":"user","content":"Add.\\n\\n1, 2"},{"role":"assistant","content":"3"}]}',
      '{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}',
    ]);
    expect(lines('alpaca')).toEqual([
      '{"instruction":"How do I start?","input":"","output":"Run it."}',
      '{"instruction":"Add.","input":"1, 2","output":"3"}',
    ]);
    expect(lines('sharegpt')).toEqual([
      '{"conversations":[{"from":"human","value":"How do I start?"},{"from":"gpt","value":"Run it."}]}',
      '{"conversations":[{"from":"human","value":"Add.\\n\\n1, 2"},{"from":"gpt","value":"3"}]}',
      '{"conversations":[{"from":"system","value":"Be brief."},{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]}',
    ]);
  });

  test('questions stay chats when they have got negatives; chats without a last answer are none', () => {
    const asked = makeExample({
      kind: 'triplet',
      fields: { anchor: '鍵はどこですか？', positive: 'In the box.', negatives: ['Out.'] },
    });
    const messages = (['user', 'assistant', 'user'] as const).map((role) => ({ role, content: 'Say more.' }));
    const open = makeExample({ kind: 'chat', fields: { messages } });
    for (const format of ['openai', 'sharegpt'] as const) {
      expect(toExportRows(asked, format, 1)).toHaveLength(1);
      expect(toExportRows(open, format, 1)).toEqual([]);
    }
  });

  test('BEIR', () => {
    const tables = new BeirTables(true);
    const entries = [...all, ...all].flatMap((example) => tables.add(example) ?? []);
    const texts = (list: readonly BeirText[]): string[] => list.map(({ text }) => text).sort();
    expect(texts(entries.flatMap((entry) => entry.queries))).toEqual(['How do I start?', 'keys']);
    const documents = ['Doors.', 'Keys rotate.', 'Locks.', 'Run it.'];
    expect(texts(entries.flatMap((entry) => entry.documents))).toEqual(documents);
    const judgments = tables.judgments('test');
    expect(judgments).toMatchObject([{ score: 3 }]);
    const [header, line] = [...qrelsLines(judgments)];
    expect(header).toBe('query-id\tcorpus-id\tscore\n');
    expect(line).toMatch(/^q_[0-9a-f]{16}\td_[0-9a-f]{16}\t3\n$/);
    expect(new BeirTables(false).add({ ...pair, split: '' })).toMatchObject({ split: 'test' });
    expect(new BeirTables(true).add({ ...pair, split: '' })).toMatchObject({ split: 'train' });
  });

  test('every flat format names exactly the columns of its rows', () => {
    for (const format of EXPORT_FORMATS) {
      const columns = exportColumns(format, 2)?.map((column) => column.name);
      if (columns === undefined) continue;
      for (const row of all.flatMap((example) => toExportRows(example, format, 2)))
        expect(Object.keys(row)).toEqual(columns);
    }
  });
});

describe('imports', () => {
  const defaults = { source: 'file.jsonl', licence: 'MIT', language: 'en' };

  test('understand what every export writes', () => {
    for (const format of ['pair', 'triplet', 'n-tuple', 'scored', 'openai', 'alpaca', 'sharegpt', 'jsonl'] as const) {
      for (const example of all) {
        for (const row of toExportRows(example, format, 2)) {
          const parsed = importRecord(JSON.parse(JSON.stringify(row)), defaults);
          expect({ format, parsed }).toMatchObject({ format, parsed: { example: { id: expect.any(String) } } });
          if (format === 'jsonl') expect(parsed).toEqual({ example });
        }
      }
    }
  });

  test('read the columns of CSV files, with numbers as text and negatives as JSON', () => {
    const row = { query: 'q', passage: 'p', grade: '2', split: 'dev', licence: 'CC0-1.0' };
    expect(importRecord(row, defaults)).toMatchObject({
      example: { kind: 'judged', fields: { grade: 2 }, split: 'validation', licence: 'CC0-1.0', language: 'en' },
    });
    expect(importRecord({ anchor: 'a', positive: 'b', negatives: '["c", "d"]' }, defaults)).toMatchObject({
      example: { kind: 'triplet', fields: { negatives: ['c', 'd'] } },
    });
  });

  test('take names in any case, and say of a line that it is not JSON', () => {
    expect(importRecord({ ' Question': 'a', ANSWER: 'b', Licence: 'ISC' }, defaults)).toMatchObject({
      example: { fields: { anchor: 'a', positive: 'b' }, licence: 'ISC' },
    });
    expect(importRecord(undefined, defaults)).toEqual({ problem: 'it is not JSON' });
    expect(importRecord({ anchor: 'a', positive: ' ' }, defaults)).toEqual({ problem: 'positive is empty or no text' });
  });

  test('say what is wrong instead of guessing, whatever they are given', () => {
    expect(importRecord({ foo: 'a', bar: 'b' }, defaults)).toEqual({
      problem: 'no known pair of texts among its fields (foo, bar)',
    });
    expect(importRecord({ sentence1: 'a', sentence2: 'b', score: 7 }, defaults)).toMatchObject({
      problem: expect.stringContaining('score'),
    });
    expect(importRecord({ kind: 'pair', fields: { anchor: 'a' } }, defaults)).toMatchObject({
      problem: expect.stringContaining('positive'),
    });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = importRecord(value, defaults);
        expect('example' in parsed || parsed.problem.length > 0).toBe(true);
      }),
      { seed: 4 },
    );
  });
});

describe('writeCard', () => {
  const version = {
    name: 'demo',
    version: 3,
    parent: 2,
    createdAt: '2026-01-02T03:04:05.000Z',
    message: 'Split',
    about: {
      description: 'Pairs <script> | about\nkeys',
      licence: 'Apache-2.0',
      languages: ['en', 'no'],
      tags: ['quarry', 'a: b'],
    },
    rows: 2,
    segments: [],
    notes: {},
  };

  test('has the header that the hub reads, and shows overrides', () => {
    const file = { path: 'data/train.jsonl', sha256: 'x', bytes: 1, rows: 2 };
    const card = writeCard({
      version,
      format: 'pair',
      examples: [pair, triplet].map(factsOf),
      files: [{ split: 'train', file }],
      overrides: ['2 examples touch the test split of suite s; overridden by name'],
      leftOut: { rejected: 4, nothing: 0 },
      checks: ['Splits: none crosses.'],
    });
    expect(card.split('---\n')[1]).toBe(
      [
        'pretty_name: "demo"',
        'license: apache-2.0',
        'language:',
        '- en',
        '- "no"',
        'size_categories:',
        '- n<1K',
        'task_categories:',
        '- sentence-similarity',
        '- feature-extraction',
        'tags:',
        '- quarry',
        '- "a: b"',
        'configs:',
        '- config_name: default',
        '  data_files:',
        '  - split: train',
        '    path: data/train.jsonl',
        '',
      ].join('\n'),
    );
    expect(card).toContain('| MIT | 1 |');
    expect(card).toContain('| unknown | 1 |');
    expect(card).toContain('- rejected: 4');
    expect(card).not.toContain('nothing: 0');
    expect(card).toContain('**2 examples touch the test split');
    expect(card).toContain('Pairs \\<script\\> \\| about keys');
  });

  test('names the languages of people that examples are written in, not those of code', () => {
    const examples = ['en', 'en', 'go', 'php', 'python', 'de-AT', ''].map((language) => factsOf({ ...pair, language }));
    const about = { ...version.about, languages: [] };
    const parts = { format: 'pair', examples, files: [], overrides: [], leftOut: {}, checks: [] } as const;
    const card = writeCard({ version: { ...version, about }, ...parts });
    expect(/language:\n((?:- .*\n)+)/.exec(card)?.[1]).toBe('- de-AT\n- en\n');
  });

  test.each([
    [['MIT', 'MIT'], ['license: mit']],
    [['GPL-3.0-only'], ['license: gpl-3.0']],
    [['', ''], ['license: unknown']],
    [['Custom EULA 1'], ['license: other', 'license_name: "custom-eula-1"']],
    [
      ['MIT', '', 'CC0-1.0'],
      ['license:', '- cc0-1.0', '- mit', '- unknown'],
    ],
  ])('takes the licences of the examples where none was said: %j', (licences, wanted) => {
    const card = writeCard({
      version: { ...version, about: { ...version.about, licence: '' } },
      format: 'pair',
      examples: licences.map((licence) => factsOf({ ...pair, licence })),
      files: [{ split: 'train', file: { path: 'data/train.jsonl', sha256: 'x', bytes: 1, rows: 2 } }],
      overrides: [],
      leftOut: {},
      checks: [],
    });
    expect(card.split('\n').slice(2, 2 + wanted.length)).toEqual(wanted);
  });

  test('puts sizes where the hub puts them', () => {
    expect([999, 1_000, 10_000, 99_999, 100_000].map(sizeCategory)).toEqual([
      'n<1K',
      '1K<n<10K',
      '10K<n<100K',
      '10K<n<100K',
      '100K<n<1M',
    ]);
  });
});

test.each([
  [['MIT', 'MIT'], 'MIT'],
  [['MIT', 'Apache-2.0', 'MIT'], 'Apache-2.0 AND MIT'],
  [['Apache-2.0 AND MIT', 'ISC'], 'Apache-2.0 AND ISC AND MIT'],
  [['MIT OR GPL-3.0-only', 'ISC'], 'ISC AND (MIT OR GPL-3.0-only)'],
  [['MIT', ''], ''],
  [[], ''],
])('texts under %j stand together under %j', (licences, wanted) => {
  expect(joinLicences(licences)).toBe(wanted);
});

describe('isLicenceAllowed', () => {
  test.each([
    ['MIT', true],
    ['mit', true],
    ['MIT OR GPL-3.0-only', true],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT OR GPL-3.0-only) AND Apache-2.0', true],
    ['Apache-2.0 WITH LLVM-exception', true],
    ['GPL-3.0-only', false],
    ['', false],
    ['MIT OR', false],
    ['(MIT', false],
    ['MIT Apache-2.0', false],
    ['see LICENSE file', false],
  ])('%j: %s', (expression, isAllowed) => {
    expect(isLicenceAllowed(expression, OPEN_LICENCES)).toBe(isAllowed);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('(', ')', 'MIT', 'OR', 'AND', 'WITH', 'x')), (tokens) => {
        expect(typeof isLicenceAllowed(tokens.join(' '), OPEN_LICENCES)).toBe('boolean');
      }),
      { seed: 3 },
    );
  });
});

test('the data sheet escapes every text and loads nothing', () => {
  const evil = '"><img src=x onerror=alert(1)>\'&';
  const html = renderDataSheet({
    title: evil,
    lead: evil,
    facts: [[evil, evil]],
    charts: [{ title: evil, bars: [{ label: evil, count: 3 }] }],
    tables: [{ title: evil, header: [evil], rows: [[evil]] }],
    samples: [{ id: evil, texts: [[evil, evil]] }],
  });
  expect(html).not.toContain('<img');
  expect(html).not.toMatch(/<script|https?:\/\//);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
});
