import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Job, JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { plantPersonal, plantSecrets } from '../../core/curation/planted-secrets.js';
import { BUNDLED, jsonLines, runAndReport } from '../../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';
import { topicPages } from './topic-documents.js';

let root: string;
let quarry: Quarry;

/** Runs an operation that starts a job, and waits for it to succeed. */
async function run(name: string, input: JsonObject): Promise<JsonObject> {
  const job = await attempt(name, input);
  expect({ name, state: job.state, error: job.error }).toEqual({ name, state: 'succeeded', error: null });
  return job.result as JsonObject; // Results of these jobs are objects.
}

async function attempt(name: string, input: JsonObject): Promise<Job> {
  const { output } = await quarry.execute(name as 'dataset_mine', input); // Any job of this room.
  return finishJob(quarry, output['jobId']);
}

async function show(name: string, input: JsonObject = {}): Promise<JsonObject> {
  return (await quarry.execute('dataset_show', { name, limit: 100, ...input })).output as unknown as JsonObject; // Checked by the operation.
}

async function examplesOf(name: string, input: JsonObject = {}): Promise<JsonObject[]> {
  return (await show(name, input))['examples'] as JsonObject[]; // By its schema.
}

async function importRows(name: string, rows: readonly object[], input: JsonObject = {}): Promise<JsonObject> {
  const path = join(root, `${name}-${rows.length}.jsonl`);
  await writeFile(path, jsonLines(rows));
  return run('dataset_import', { name, path, ...input });
}

const checksOf = (result: JsonObject): Map<string, JsonObject> =>
  new Map((result['findings'] as JsonObject[]).map((finding) => [String(finding['check']), finding])); // By its summary.

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
  for (const [name, text] of Object.entries(topicPages())) {
    const path = join(root, 'docs', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await ingestAndWait(quarry, join(root, 'docs'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

test.each(['{"torn":', ''])('a dataset whose newest version file holds %j can be deleted', async (text) => {
  await importRows('torn', [{ anchor: 'which page is torn', positive: 'The page that lost its lower half.' }]);
  const versions = join(root, 'home', 'workspaces', 'default', 'datasets', 'torn', 'versions');
  await writeFile(join(versions, '000000001.json'), text);
  await expect(quarry.execute('dataset_show', { name: 'torn' })).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  await expect(quarry.execute('dataset_delete', { name: 'torn' })).rejects.toMatchObject({
    code: 'CONFIRMATION_REQUIRED',
    message: expect.stringContaining('damaged'),
  });
  const { output } = await quarry.execute('dataset_delete', { name: 'torn', confirm: true });
  expect(output).toEqual({ name: 'torn', versions: null, rows: null });
  await expect(quarry.execute('dataset_delete', { name: 'torn', confirm: true })).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
});

describe('mining and negatives', () => {
  test('a preview reports every yield with samples and writes nothing', async () => {
    const result = await run('dataset_mine', { name: 'mined' });
    const yields = result['yields'] as JsonObject[]; // By its summary.
    expect(yields).toHaveLength(8);
    expect(yields.find((entry) => entry['miner'] === 'headings')).toMatchObject({ pairs: 12, documents: 12 });
    expect(yields.find((entry) => entry['miner'] === 'questions')?.['samples']).toHaveLength(4);
    await expect(quarry.execute('dataset_show', { name: 'mined' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });

  test('mining twice adds nothing twice, and every pair knows its place', async () => {
    const first = await run('dataset_mine', { name: 'mined', preview: false, miners: ['headings'] });
    expect(first).toMatchObject({ written: 36, version: 1 });
    expect(await run('dataset_mine', { name: 'mined', preview: false, miners: ['headings'] })).toMatchObject({
      written: 0,
      known: 36,
      version: 1,
    });
    const mined = await examplesOf('mined');
    // Nobody said what the pages are written in, but it shows.
    expect(mined.filter(({ language }) => language === 'en').length).toBeGreaterThan(mined.length * 0.8);
    for (const { fields, provenance } of mined as { fields: JsonObject; provenance: JsonObject }[]) {
      const found = await quarry.execute('verify_citation', {
        document: String(provenance['documentId']),
        quote: String(fields['positive']),
        start: Number(provenance['start']),
        contentHash: String(provenance['contentHash']),
      });
      expect(found.output).toMatchObject({ status: 'exact' });
    }
  });

  test('negatives come from other documents, below the margin, with every skip counted', async () => {
    const preview = await run('dataset_negatives', { name: 'mined' });
    expect(preview).toMatchObject({ anchors: 36, preview: true });
    const result = await run('dataset_negatives', { name: 'mined', preview: false, perAnchor: 3, maxScore: 0.9 });
    expect(result['withNegatives']).toBeGreaterThan(30);
    expect(result['skipped']).toMatchObject({ 'same-document': expect.any(Number), margin: expect.any(Number) });
    expect((result['margins'] as JsonObject[]).length).toBeGreaterThan(0);
    for (const { fields, provenance } of (await examplesOf('mined', { kind: 'triplet' })) as {
      fields: JsonObject;
      provenance: JsonObject;
    }[]) {
      expect(fields['negatives']).toHaveLength((provenance['negativeDocuments'] as string[]).length);
      expect(provenance['negativeDocuments']).not.toContain(provenance['documentId']);
      expect(fields['negatives']).not.toContain(fields['positive']);
    }
  });

  test('negatives have the form of positives: the passages of the same split, or chunks where asked for', async () => {
    await run('dataset_mine', { name: 'formed', preview: false, miners: ['headings'] });
    await run('dataset_split', { name: 'formed', train: 0.5, validation: 0.25, test: 0.25 });
    const splitOf = new Map(
      (await examplesOf('formed')).map((example) => [(example['fields'] as JsonObject)['positive'], example['split']]),
    );
    expect(await run('dataset_negatives', { name: 'formed', form: 'chunks' })).toMatchObject({ form: 'chunks' });
    expect(await run('dataset_negatives', { name: 'formed', preview: false })).toMatchObject({ form: 'dataset' });
    const triplets = await examplesOf('formed', { kind: 'triplet' });
    expect(triplets.length).toBeGreaterThan(10);
    for (const { fields, split } of triplets) {
      const { negatives } = fields as { negatives: string[] }; // A triplet's fields.
      for (const negative of negatives) expect(splitOf.get(negative)).toBe(split);
    }
  });

  test('splits keep documents whole, prove it, and do not move when rows are added', async () => {
    const proof = await run('dataset_split', { name: 'mined', train: 0.5, validation: 0.25, test: 0.25 });
    expect(proof).toMatchObject({ crossing: 0, movedRows: 0 });
    const before = new Map((await examplesOf('mined')).map((example) => [example['id'], example['split']]));
    await run('dataset_mine', { name: 'mined', preview: false, miners: ['questions'] });
    expect(await run('dataset_split', { name: 'mined', train: 0.5, validation: 0.25, test: 0.25 })).toMatchObject({
      crossing: 0,
      movedRows: 0,
    });
    for (const example of await examplesOf('mined')) {
      if (before.has(example['id'] ?? '')) expect(example['split']).toBe(before.get(example['id'] ?? ''));
    }
  });
});

describe('audit and export', () => {
  const clean = (at: number): { anchor: string; positive: string } => ({
    anchor: `How is part ${at} of the loom set up?`,
    positive: `Part ${at} of the loom is set up by tying the ${['warp', 'weft', 'heddle', 'shuttle'][at % 4]} number ${at * 7} to the beam, then turning it ${at + 3} times until the cloth lies flat.`,
  });

  test('finds every planted secret, personal value and leak, and what is clean is left alone', async () => {
    const sensitive = [
      ...plantSecrets(20, 3),
      ...(['email', 'phone', 'ip-address', 'card-number', 'iban'] as const).flatMap((kind) =>
        plantPersonal(kind, 4, 4),
      ),
    ];
    const leaked = (await readFile(join(BUNDLED, 'router-specialist', 'excerpts.jsonl'), 'utf8'))
      .split('\n')
      .flatMap((line) =>
        line === ''
          ? []
          : [String((JSON.parse(line) as JsonObject)['quote'] ?? (JSON.parse(line) as JsonObject)['text'])],
      ) // Lines of JSON objects.
      .filter((quote) => quote.split(/\s+/).length >= 14)
      .slice(0, 10);
    expect(leaked).toHaveLength(10);
    await importRows('faulty', [
      ...Array.from({ length: 60 }, (_, at) => clean(at)),
      ...sensitive.map((value, at) => ({
        anchor: `What was noted in entry ${at}?`,
        positive: `Entry number ${at} of the log says that ${value} was seen there.`,
      })),
      ...leaked.map((quote, at) => ({ anchor: `Question number ${at} about it?`, positive: quote })),
      { anchor: 'The same text stands on both sides here', positive: 'The same text stands on both sides here' },
    ]);
    const report = await run('dataset_audit', { name: 'faulty' });
    const checks = checksOf(report);
    expect(
      Number(checks.get('secret')?.['examples']) + Number(checks.get('personal')?.['examples']),
    ).toBeGreaterThanOrEqual(40);
    expect(checks.get('leak')).toMatchObject({
      examples: 10,
      shown: expect.arrayContaining([
        expect.objectContaining({ evidence: expect.stringContaining('suite router-specialist (test split)') }),
      ]),
    });
    expect(checks.get('echo')).toMatchObject({ examples: 1 });
    expect(JSON.stringify(report)).not.toContain(sensitive[0] ?? 'missing');
    const flagged = await examplesOf('faulty', { text: 'of the loom' });
    expect(flagged).toHaveLength(60);
  });

  test('an export of it is refused for its secrets, then for the leak, until the suite is named; the card says so', async () => {
    const path = join(root, 'refused');
    const refused = await attempt('dataset_export', { name: 'faulty', path, format: 'pair' });
    expect(refused.error).toMatchObject({
      code: 'GATE_FAILED',
      message: expect.stringContaining('secrets or personal data'),
    });
    const firewall = await attempt('dataset_export', { name: 'faulty', path, format: 'pair', sensitive: 'redact' });
    expect(firewall.error).toMatchObject({
      code: 'GATE_FAILED',
      message: expect.stringContaining('test split of suite "router-specialist"'),
    });
    await expect(readFile(join(path, 'README.md'))).rejects.toMatchObject({ code: 'ENOENT' });
    await run('dataset_export', {
      name: 'faulty',
      path,
      format: 'pair',
      sensitive: 'redact',
      overrideSuites: ['router-specialist'],
    });
    expect(await readFile(join(path, 'README.md'), 'utf8')).toContain('overridden by name');
    const unlicensed = await attempt('dataset_export', {
      name: 'faulty',
      path: `${path}-2`,
      sensitive: 'redact',
      overrideSuites: ['router-specialist'],
      publish: true,
    });
    expect(unlicensed.error).toMatchObject({ code: 'GATE_FAILED', message: expect.stringContaining('unknown') });
  });

  test('cleaning needs confirmation, drops and redacts, and can be undone', async () => {
    await expect(quarry.execute('dataset_audit', { name: 'faulty', action: 'clean' })).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    });
    const cleaned = await run('dataset_audit', { name: 'faulty', action: 'clean', confirm: true });
    expect(cleaned).toMatchObject({ dropped: expect.any(Number), redacted: expect.any(Number) });
    const again = checksOf(await run('dataset_audit', { name: 'faulty' }));
    for (const check of ['secret', 'personal', 'leak', 'echo', 'near-duplicate']) expect(again.has(check)).toBe(false);
    expect(Number(cleaned['rows'])).toBeGreaterThanOrEqual(60);
    await run('dataset_export', { name: 'faulty', path: join(root, 'cleaned'), format: 'jsonl' });
    const restored = await quarry.execute('dataset_edit', { name: 'faulty', restore: 1 });
    expect(restored.output).toMatchObject({ dataset: { version: 3, rows: 111 } });
  });

  test('a crossing edge in imported splits is found and stops the export until the dataset is split', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({ ...clean(at + 500), split: at < 10 ? 'train' : 'test' }));
    await importRows('crossed', [
      ...rows,
      { ...clean(500), positive: `${clean(500).positive} Indeed.`, split: 'test' },
    ]);
    expect(checksOf(await run('dataset_audit', { name: 'crossed', vectors: false })).has('crosses-splits')).toBe(true);
    const refused = await attempt('dataset_export', { name: 'crossed', path: join(root, 'crossed') });
    expect(refused.error).toMatchObject({ code: 'GATE_FAILED', message: expect.stringContaining('cross the splits') });
    const half = await attempt('dataset_export', { name: 'crossed', path: join(root, 'crossed'), splits: ['train'] });
    expect(half.error).toMatchObject({ code: 'GATE_FAILED', message: expect.stringContaining('cross the splits') });
    expect(await run('dataset_split', { name: 'crossed' })).toMatchObject({
      crossing: 0,
      movedRows: expect.any(Number),
    });
    await run('dataset_export', { name: 'crossed', path: join(root, 'crossed') });
  });

  test('a row that came after the split is not exported for training beside the test row that it repeats', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({ ...clean(at + 700), split: at < 10 ? 'train' : 'test' }));
    await importRows('late', [...rows, { ...clean(715), positive: `${clean(715).positive} Indeed.` }]);
    const exported = await run('dataset_export', { name: 'late', path: join(root, 'late'), format: 'pair' });
    expect(exported).toMatchObject({ rows: 20, leftOut: { 'no split yet (run dataset_split)': 1 } });
    expect(await readFile(join(root, 'late', 'data', 'train.jsonl'), 'utf8')).not.toContain('Indeed');
  });

  test('finds a leak in whatever field of whatever kind it stands', async () => {
    const [query = ''] = (await readFile(join(BUNDLED, 'router-specialist', 'queries.jsonl'), 'utf8'))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [String((JSON.parse(line) as JsonObject)['text'])])) // Lines of JSON objects.
      .filter((text) => text.split(/\s+/).length >= 6);
    const hidden = `Before it stands something else. ${query.toUpperCase()} And after it too.`;
    await importRows('leaky', [
      { anchor: query, positive: 'This is the answer to it.' },
      { anchor: 'What is the answer to this one?', positive: hidden },
      { anchor: 'And to this?', positive: 'Nobody knows it yet.', negatives: ['Something else', hidden] },
      { query: 'Is it in a graded passage?', passage: hidden, grade: 1 },
      { sentence1: 'Some sentence or other', sentence2: hidden, score: 0.5 },
      { instruction: 'Tell me what you know', input: '', output: hidden },
      { instruction: 'Tell me more of it', input: hidden, output: 'No more is known.' },
      {
        messages: ['system', 'user', 'assistant'].map((role) => ({
          role,
          content: role === 'system' ? hidden : 'Yes',
        })),
      },
      { messages: ['user', 'assistant'].map((role) => ({ role, content: role === 'user' ? 'Say it' : hidden })) },
      { anchor: 'Where is the loom kept?', positive: 'The loom is kept in the shed behind the house.' },
    ]);
    const leak = checksOf(await run('dataset_audit', { name: 'leaky', vectors: false })).get('leak');
    expect(leak).toMatchObject({ examples: 9 });
  });

  test('the same version exported twice gives the same bytes, and its checksums hold', async () => {
    for (const name of ['once', 'twice'])
      await run('dataset_export', { name: 'crossed', path: join(root, name), format: 'pair' });
    const sums = await readFile(join(root, 'once', 'SHA256SUMS'), 'utf8');
    expect(await readFile(join(root, 'twice', 'SHA256SUMS'), 'utf8')).toBe(sums);
    expect(sums.trim().split('\n').length).toBeGreaterThanOrEqual(5);
  });

  test('a BEIR export is scored by our own benchmark, and comes back as it was', async () => {
    const path = join(root, 'suite');
    await run('dataset_export', { name: 'mined', path, format: 'beir' });
    const report = await runAndReport(quarry, { suite: path, split: 'train', modes: ['keyword'] });
    expect(report.runs).toHaveLength(1);
    const scores = JSON.stringify(report.runs[0]);
    expect(scores).toContain('ndcg@10');
    const imported = await run('dataset_import', { name: 'returned', path });
    expect(imported).toMatchObject({ broken: 0, format: 'beir' });
    const judged = await show('returned');
    const exported = await show('mined', { state: 'unreviewed' });
    expect(judged['matched']).toBe(exported['matched']);
  });
});

describe('datasets', () => {
  test('are sampled to a budget, balanced', async () => {
    const rows = Array.from({ length: 90 }, (_, at) => ({
      anchor: `Subject ${at}`,
      positive: `Text number ${at} about ${['tea', 'rain', 'glass'][at % 3]} and more.`,
      category: at < 80 ? 'large' : 'small',
    }));
    await importRows('whole', rows);
    expect(
      await run('dataset_create', { name: 'part', from: 'whole', budget: 30, balance: 'category', method: 'k-centre' }),
    ).toMatchObject({ rows: 30 });
    expect((await show('part'))['statistics']).toMatchObject({
      byCategory: [
        { label: 'large', count: 20 },
        { label: 'small', count: 10 },
      ],
    });
  });

  test('are edited, tagged, compared and deleted, each step confirmed or kept', async () => {
    const [first] = await examplesOf('part');
    const id = String(first?.['id']);
    await quarry.execute('dataset_edit', { name: 'part', ids: [id], review: 'accepted', addTags: ['good'] });
    expect(await examplesOf('part', { tag: 'good' })).toMatchObject([{ id, review: 'accepted' }]);
    await expect(quarry.execute('dataset_edit', { name: 'part', ids: [id], remove: true })).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    });
    await quarry.execute('dataset_edit', { name: 'part', ids: [id], remove: true, confirm: true });
    expect((await show('part', { diff: 1 }))['diff']).toMatchObject({
      removed: 1,
      removedIds: [id],
      added: 0,
      unchanged: 29,
    });
    await expect(quarry.execute('dataset_edit', { name: 'part', review: 'accepted' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    // Each of these would else seem to be done, and nothing would have changed.
    for (const wrong of [
      { ids: [id], review: 'accepted' },
      {},
      { restore: 1, split: 'test', review: 'accepted' },
      { restore: 1, applyLabels: 'grade' },
    ] as const) {
      await expect(quarry.execute('dataset_edit', { name: 'part', ...wrong })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      });
    }
    await expect(
      quarry.execute('dataset_edit', {
        name: 'part',
        ids: [String((await examplesOf('part'))[0]?.['id'])],
        fields: { anchor: 'x' },
      }),
    ).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    await expect(quarry.execute('dataset_delete', { name: 'part' })).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    });
    expect((await quarry.execute('dataset_delete', { name: 'part', confirm: true })).output).toMatchObject({
      name: 'part',
      versions: 3,
    });
  });

  test('broken records are told with their lines; a wrong format is refused', async () => {
    const path = join(root, 'broken.jsonl');
    await writeFile(
      path,
      `${jsonLines([
        { anchor: 'a b c', positive: 'd e f' },
        { anchor: 'g h i', positive: 'j k l' },
      ])}{"anchor": \n`,
    );
    const job = await attempt('dataset_import', { name: 'broken', path });
    expect(job).toMatchObject({
      state: 'succeeded',
      counts: { read: 2, broken: 1, added: 2 },
      issues: [{ uri: `${path}:3` }],
    });
    const wrong = await attempt('dataset_import', { name: 'broken', path, format: 'csv' });
    expect(wrong.error).toMatchObject({ code: 'DATASET_INVALID' });
    await expect(
      quarry.execute('dataset_import', { name: 'x', path: join(root, 'nowhere.csv') }),
    ).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });

  test('callers over HTTP name only paths inside the allowed roots', async () => {
    for (const [name, input] of [
      ['dataset_import', { name: 'x', path: '/etc/passwd', format: 'csv' }],
      ['dataset_export', { name: 'mined', path: join(root, 'outside') }],
    ] as const) {
      await expect(quarry.execute(name, input, { door: 'rest' })).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
    }
  });
});
