import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/schema.js';
import { LOCAL_REACH } from '../../../src/core/reach.js';
import type { Job, JsonObject } from '../../../src/core/types.js';
import type { Door } from '../../../src/operations/call.js';
import type { Quarry } from '../../../src/quarry.js';
import { createServices, type Services } from '../../../src/services/services.js';
import { writeTinyTransformer } from '../../embed/tiny-transformer.js';
import { writeOtherModel } from '../../support/other-model.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const TOPICS = ['bread', 'bicycle', 'volcano', 'violin', 'harbour', 'beehive', 'glacier', 'printer'];
let folder: string;
let turned: string;
let shorter: string;
let home: string;
const opened: Quarry[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  turned = await writeOtherModel(join(folder, 'turned'), 'turned round');
  shorter = await writeOtherModel(join(folder, 'shorter'), 'shorter');
  await mkdir(join(folder, 'docs'));
  for (const topic of TOPICS) {
    const care = `Keep the ${topic} dry and clean, and look after it twice a year. `.repeat(4);
    const text = `# The ${topic}\n\nAll that is known of the ${topic}.\n\n## Care of the ${topic} in winter\n\n${care}\n`;
    await writeFile(join(folder, 'docs', `${topic}.md`), text);
  }
});

afterAll(() => removeFolder(folder));

beforeEach(async () => {
  home = await temporaryFolder();
});

afterEach(async () => {
  for (const quarry of opened.splice(0)) await quarry.close();
  await removeFolder(home);
});

async function open(overrides: Partial<Config> = {}): Promise<Quarry> {
  const quarry = await openTestWorkspace(home, overrides);
  opened.push(quarry);
  return quarry;
}

async function filled(): Promise<Quarry> {
  const quarry = await open();
  await ingestAndWait(quarry, join(folder, 'docs'));
  return quarry;
}

async function use(quarry: Quarry, model: string, more: JsonObject = {}, door: Door = 'library'): Promise<Job> {
  const { output } = await quarry.execute('model_use', { model, ...more }, { door });
  return finishJob(quarry, output['jobId']);
}

/** Titles found by meaning alone, best first. */
async function byMeaning(quarry: Quarry, query: string): Promise<string[]> {
  const { output } = await quarry.execute('search', { query, mode: 'vector', limit: 20 });
  // The output of a search holds results with titles.
  return (output['results'] as { title: string }[]).map(({ title }) => title);
}

async function expectFound(quarry: Quarry): Promise<void> {
  for (const topic of TOPICS) expect((await byMeaning(quarry, `care of the ${topic}`))[0]).toBe(`The ${topic}`);
}

const modelsOf = async ({ services }: Quarry): Promise<string[]> =>
  (await services.context.store.listCollections()).map(({ name, fingerprint }) => `${name}: ${fingerprint.model}`);

const tables = async (): Promise<string[]> =>
  (await readdir(join(home, 'workspaces', 'default'), { recursive: true })).filter((path) =>
    /k_[^/\\]*\.lance$/.test(path),
  );

describe('a model that is taken into use', () => {
  it.each(['turned', 'shorter'] as const)('embeds everything anew, stays, and goes again (%s)', async (name) => {
    const quarry = await filled();
    await quarry.execute('note_create', {
      title: 'Lantern',
      text: 'The lantern hangs at the door.',
      collection: 'notes',
    });
    const job = await use(quarry, join(folder, name));
    expect(job.error).toBeNull();
    expect(job.counts['reembedded']).toBe(TOPICS.length + 1);
    expect(await modelsOf(quarry)).toEqual([`default: ${name}`, `notes: ${name}`]);
    await expectFound(quarry);
    expect((await byMeaning(quarry, 'the lantern at the door'))[0]).toBe('Lantern');
    expect(await tables()).toHaveLength(2);
    const { output } = await quarry.execute('model_status', {});
    expect(output).toMatchObject({ model: name, decidedBy: 'workspace', otherCollections: [], problem: '' });
    const later = await open();
    await expectFound(later);
    await later.execute('note_create', { title: 'Kettle', text: 'The kettle sings.', collection: 'notes' });
    expect((await byMeaning(quarry, 'the kettle sings'))[0]).toBe('Kettle');
    await use(later, 'bundled');
    expect(await modelsOf(quarry)).toEqual(['default: quarry-embed-v1', 'notes: quarry-embed-v1']);
    await expectFound(quarry);
  });

  it('never mixes vectors, and loses nothing of what is written meanwhile, wherever', async () => {
    const quarry = await filled();
    const other = await open();
    const written: string[] = [];
    let isDone = false;
    const write = async (): Promise<void> => {
      for (let n = 0; !isDone || n < 3; n++) {
        const title = `Memo ${n} of the ${['lighthouse', 'orchard', 'foundry', 'theatre'][n % 4]}`;
        await other.execute('note_create', { title, text: `${title} tells of number ${n}.` });
        written.push(title);
      }
    };
    const search = async (): Promise<void> => {
      while (!isDone) {
        await expectFound(other);
        await expectFound(quarry);
      }
    };
    const change = async (): Promise<void> => {
      for (const model of [turned, shorter]) expect((await use(quarry, model)).error).toBeNull();
      isDone = true;
    };
    await Promise.all([change().finally(() => (isDone = true)), write(), search()]);
    const { output } = await quarry.execute('note_stats', {});
    expect(output['total']).toBe(written.length);
    for (const title of written) expect(await byMeaning(quarry, title)).toContain(title);
    expect(await modelsOf(quarry)).toEqual(['default: shorter']);
  });

  it('has what was written, deleted and made between its embedding and the switch', async () => {
    const quarry = await filled();
    await quarry.execute('note_create', { title: 'Anvil', text: 'The anvil rings.', id: 'anvil' });
    const other = await open();
    const { models, jobs } = await overtaken(quarry, 'exclusively', async () => {
      await other.execute('note_create', { title: 'Lantern', text: 'The lantern hangs at the door.' });
      await other.execute('note_delete', { id: 'anvil' });
      await other.execute('note_create', { title: 'Kettle', text: 'The kettle sings.', collection: 'later' });
      await expect(other.execute('reindex', { name: 'default' })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    });
    const order = { model: turned, dtype: '', measure: false, suites: [], seed: 1 };
    const job = await (await models()).start(order, LOCAL_REACH);
    expect((await jobs.wait(job.id, 120_000)).error).toBeNull();
    await jobs.close();
    expect(await modelsOf(quarry)).toEqual(['default: turned', 'later: turned']);
    expect((await byMeaning(quarry, 'the lantern at the door'))[0]).toBe('Lantern');
    expect((await byMeaning(quarry, 'the kettle sings'))[0]).toBe('Kettle');
    expect(await byMeaning(quarry, 'the anvil rings')).not.toContain('Anvil');
    await expectFound(quarry);
  });

  it('is the one of a workspace that has nothing yet', async () => {
    const quarry = await open();
    expect((await use(quarry, shorter)).error).toBeNull();
    await ingestAndWait(quarry, join(folder, 'docs'));
    expect(await modelsOf(quarry)).toEqual(['default: shorter']);
    expect((await use(quarry, shorter)).counts['reembedded']).toBe(0);
  });
});

/** Services of an open workspace, before whose first call of one method of the store something else happens: another model is taken into use. */
async function overtaken(
  quarry: Quarry,
  method: 'searchVector' | 'putDocuments' | 'exclusively',
  happens = async (): Promise<void> => {
    const other = await open();
    expect((await use(other, turned)).error).toBeNull();
  },
): Promise<Services> {
  const { context } = quarry.services;
  const call = context.store[method].bind(context.store) as (...input: unknown[]) => Promise<unknown>; // Whichever it is, it is passed on.
  let isOvertaken = false;
  const store = new Proxy(context.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== method) return typeof value === 'function' ? value.bind(target) : value;
      return async (...input: unknown[]) => {
        if (!isOvertaken) {
          isOvertaken = true;
          await happens();
        }
        return call(...input);
      };
    },
  });
  return createServices({ ...context, store });
}

describe('what a change of models overtakes', () => {
  it('is read again: a search', async () => {
    const quarry = await filled();
    const { search } = await overtaken(quarry, 'searchVector');
    const request = { query: 'care of the violin', collections: [], filter: {}, limit: 3, context: 'none' } as const;
    const { hits } = await search.search({
      ...request,
      settings: { mode: 'vector' },
    });
    expect(hits[0]?.citation.title).toBe('The violin');
    expect(await modelsOf(quarry)).toEqual(['default: turned']);
  });

  it('is read again: what is similar', async () => {
    const quarry = await filled();
    const { items } = await quarry.services.context.store.listDocuments('default', {}, { offset: 0, limit: 20 });
    const { search } = await overtaken(quarry, 'searchVector');
    const before = await quarry.services.search.findSimilar({
      id: items[0]?.id,
      collections: [],
      filter: {},
      limit: 3,
    });
    const { hits } = await search.findSimilar({ id: items[0]?.id, collections: [], filter: {}, limit: 3 });
    expect(hits.map(({ citation }) => citation.title)).toEqual(before.hits.map(({ citation }) => citation.title));
    expect(await modelsOf(quarry)).toEqual(['default: turned']);
  });

  it('is read again: a ranking of collections that were looked up before', async () => {
    const quarry = await filled();
    const collections = await quarry.services.collections.list();
    expect((await use(quarry, turned)).error).toBeNull();
    const [best] = await quarry.services.retrieve.rank({
      query: 'care of the violin',
      collections,
      settings: { mode: 'vector' },
      depth: 1,
    });
    expect(best?.candidate.document.title).toBe('The violin');
  });

  it('is embedded again: a note', async () => {
    const quarry = await filled();
    const { notes } = await overtaken(quarry, 'putDocuments');
    await notes.create('default', { title: 'Lantern', text: 'The lantern hangs at the door.' });
    expect(await modelsOf(quarry)).toEqual(['default: turned']);
    expect((await byMeaning(quarry, 'the lantern at the door'))[0]).toBe('Lantern');
  });

  it('is embedded again: a sync', async () => {
    const quarry = await filled();
    const more = join(home, 'more');
    await mkdir(more);
    await writeFile(join(more, 'lantern.md'), '# Lantern\n\nThe lantern hangs at the door.\n');
    const { ingest, jobs } = await overtaken(quarry, 'putDocuments');
    const { job } = await ingest.ingest({ target: more }, LOCAL_REACH);
    expect((await jobs.wait(job.id, 60_000)).error).toBeNull();
    await jobs.close();
    expect((await byMeaning(quarry, 'the lantern at the door'))[0]).toBe('Lantern');
    await expectFound(quarry);
  });
});

describe('what it gained', () => {
  it('is measured on the suites of the workspace, paired', async () => {
    const quarry = await filled();
    await quarry.execute('benchmark_create_suite', { name: 'own', collection: 'default' });
    const job = await use(quarry, shorter);
    const { gains, lines } = job.result as { gains: JsonObject[]; lines: string[] }; // as a model job gives it
    expect(gains).toEqual([expect.objectContaining({ suite: 'own', metric: 'ndcg@10', low: expect.any(Number) })]);
    expect(lines.join('\n')).toMatch(/own: ndcg@10 \d\.\d+ before, \d\.\d+ after/);
    const { output } = await quarry.execute('benchmark_history', { suite: 'own' });
    expect(output['total'] ?? (output['runs'] as unknown[]).length).toBe(2);
  });

  it('is not known without a suite, and the answer says how to make one', async () => {
    const quarry = await filled();
    expect((await use(quarry, shorter)).result).toMatchObject({
      gains: [],
      lines: [expect.stringContaining('shorter'), expect.stringContaining('benchmark create-suite')],
    });
  });

  it('is asked of no suite that there is not', async () => {
    const quarry = await filled();
    await expect(use(quarry, shorter, { suites: ['nothing'] })).rejects.toMatchObject({ code: 'SUITE_NOT_FOUND' });
  });
});

describe('nothing changes', () => {
  it('when the model fails its self-test', async () => {
    const quarry = await filled();
    const zero = await writeOtherModel(join(folder, 'zero'), 'zero');
    const tiny = join(folder, 'tiny');
    await writeTinyTransformer(tiny, 'zero');
    for (const model of [zero, tiny]) {
      const job = await use(quarry, model);
      expect(job.error).toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        message: expect.stringMatching(/self-test|first input/),
      });
      expect(await modelsOf(quarry)).toEqual(['default: quarry-embed-v1']);
    }
    expect((await quarry.execute('model_status', {})).output).toMatchObject({ decidedBy: 'default' });
    await expectFound(quarry);
  });

  it('when there is no such model', async () => {
    const quarry = await filled();
    for (const [model, hint] of [
      ['Some/model', 'QUARRY_ALLOW_REMOTE_MODELS'],
      [join(folder, 'docs'), 'config.json'],
      [join(folder, 'nowhere'), 'config.json'],
    ] as const)
      await expect(use(quarry, model)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        hint: expect.stringContaining(hint),
      });
  });

  it('when a setting names another model, which is said, and which keeps from mixing', async () => {
    const quarry = await filled();
    const set = await open({ model: shorter });
    await expect(use(set, turned)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('Unset'),
    });
    expect((await set.execute('model_status', {})).output).toMatchObject({
      model: 'shorter',
      decidedBy: 'setting',
      otherCollections: ['default'],
    });
    expect((await use(quarry, turned)).error).toBeNull();
    await expect(byMeaning(set, 'bread')).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
      hint: expect.stringContaining('Unset QUARRY_MODEL'),
    });
    expect((await use(set, shorter)).error).toBeNull();
    await expectFound(quarry);
  });

  it('when it is cancelled, and nothing is left behind', async () => {
    const quarry = await filled();
    const { output } = await quarry.execute('model_use', { model: turned });
    const waiting = quarry.execute('model_use', { model: shorter });
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await quarry.execute('job_cancel', { id: String(output['jobId']) });
    const job = await finishJob(quarry, output['jobId']);
    const names = await modelsOf(quarry);
    expect(names).toEqual([`default: ${job.state === 'cancelled' ? 'quarry-embed-v1' : 'turned'}`]);
    expect(await tables()).toHaveLength(1);
    await expectFound(quarry);
  });
});

describe('a caller over HTTP', () => {
  it('names folders below the allowed roots alone, and fetches nothing that the owner has not allowed', async () => {
    const quarry = await open({ allowedRoots: [folder] });
    await ingestAndWait(quarry, join(folder, 'docs'));
    for (const door of ['rest', 'mcp-http'] as const) {
      await expect(use(quarry, home, {}, door)).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
      await expect(use(quarry, 'Some/model', {}, door)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
      });
    }
    expect((await use(quarry, turned, {}, 'rest')).error).toBeNull();
    expect(JSON.stringify((await quarry.execute('model_status', {})).output)).not.toContain(folder);
    await expectFound(quarry);
  });
});
