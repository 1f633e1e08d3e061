import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import { writeFiles } from '../../support/benchmark.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

describe('specialists', () => {
  let home: string;
  let quarry: Quarry;

  beforeAll(async () => {
    home = await temporaryFolder();
    quarry = await openTestWorkspace(home);
    const bakery = await writeFiles(join(home, 'bakery'), {
      'ovens.md': '# Ovens\n\nA deck oven holds its heat in the stone and bakes bread on the floor of the chamber.',
      'sourdough.md': '# Sourdough\n\nFeed the starter twice a day and keep it at room temperature.',
    });
    const smithy = await writeFiles(join(home, 'smithy'), {
      'forge.md': '# Forge\n\nA coal forge is hot enough for steel; the oven of a baker is not.',
    });
    await ingestAndWait(quarry, bakery, { collection: 'bakery' });
    await ingestAndWait(quarry, smithy, { collection: 'smithy' });
    await quarry.execute('specialist_create', {
      name: 'baker',
      collections: ['bakery'],
      mode: 'keyword',
      instructions: 'Give temperatures in degrees Celsius.',
      categories: ['bread'],
    });
  });

  afterAll(async () => {
    await quarry.close();
    await removeFolder(home);
  });

  test('searches only what its specialist may read, with its settings, and tells its instructions once', async () => {
    const all = await quarry.execute('search', { query: 'how hot is an oven' });
    expect(new Set(all.output.results.map((hit) => hit.collection))).toEqual(new Set(['bakery', 'smithy']));
    const own = await quarry.execute('search', { query: 'how hot is an oven', specialist: 'baker', limit: 1 });
    expect(own.output.results.map((hit) => [hit.collection, hit.scores.vector])).toEqual([['bakery', null]]);
    expect(own.output.instructions).toBe('Give temperatures in degrees Celsius.');
    expect(own.text).toContain('Give temperatures in degrees Celsius.');
    const other = await quarry.execute('search', { query: 'how hot is an oven', specialist: 'baker', mode: 'hybrid' });
    expect(other.output.results[0]?.scores.vector).not.toBeNull();
  });

  test('refuses a collection that it may not read, an unknown specialist and a retired one', async () => {
    const search = (input: object) => quarry.execute('search', { query: 'oven', ...input });
    await expect(search({ specialist: 'baker', collections: ['smithy'] })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      hint: expect.stringContaining('bakery'),
    });
    await expect(search({ specialist: 'bakr' })).rejects.toMatchObject({
      code: 'SPECIALIST_NOT_FOUND',
      hint: expect.stringContaining('Did you mean baker?'),
    });
    await quarry.execute('specialist_retire', { name: 'baker' });
    await expect(search({ specialist: 'baker' })).rejects.toMatchObject({ code: 'SPECIALIST_NOT_FOUND' });
    expect((await quarry.execute('specialist_list', {})).output.specialists).toEqual([]);
    await quarry.execute('specialist_retire', { name: 'baker', restore: true });
    expect((await search({ specialist: 'baker' })).output.results.length).toBeGreaterThan(0);
  });

  test('never reads more when its collections are gone, and says which are', async () => {
    await quarry.execute('create_collection', { name: 'passing' });
    await quarry.execute('specialist_create', { name: 'passer', collections: ['passing'] });
    await quarry.execute('delete_collection', { name: 'passing', confirm: true });
    const { output } = await quarry.execute('search', { query: 'oven', specialist: 'passer' });
    expect(output.results).toEqual([]);
    expect(Object.keys(output.unavailable)).toEqual(['passing']);
  });

  test('cannot be made of nothing, of collections that are not there, or twice', async () => {
    const create = (input: object) => quarry.execute('specialist_create', input);
    await expect(create({ name: 'x', collections: [] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(create({ name: 'x', collections: ['bakry'] })).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
    await expect(create({ name: 'baker', collections: ['bakery'] })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  test('changes on the revision that was looked at, and refuses a stale one', async () => {
    const made = await quarry.execute('specialist_create', { name: 'smith', collections: ['smithy'], alpha: 0.2 });
    expect(made.output.revision).toBe(1);
    const changed = await quarry.execute('specialist_configure', { name: 'smith', rerank: false, revision: 1 });
    expect(changed.output).toMatchObject({ revision: 2, settings: { alpha: 0.2, rerank: false } });
    await expect(
      quarry.execute('specialist_configure', { name: 'smith', alpha: 0.9, revision: 1 }),
    ).rejects.toMatchObject({ code: 'REVISION_MISMATCH', details: { revision: 2, expected: 1 } });
    const reset = await quarry.execute('specialist_configure', { name: 'smith', alpha: 0.7, resetSettings: true });
    expect(reset.output.settings).toEqual({ alpha: 0.7 });
    expect(reset.output.past.map(({ settings }) => settings)).toEqual([{ alpha: 0.2, rerank: false }, { alpha: 0.2 }]);
  });

  test('puts settings and learned parts in force together, and keeps one of many changes that are made at once', async () => {
    const { registry } = await quarry.services.specialists();
    const { revision } = await registry.create('learner', { collections: ['bakery'] });
    const learned = (version: number) => ({
      settings: { run: `run_${version}`, version, promotedAt: '2026-01-01T00:00:00.000Z' },
    });
    const tries = [0.1, 0.2, 0.3, 0.4].map((alpha, at) =>
      registry.putInForce('learner', revision, { settings: { alpha }, learned: learned(at + 1) }),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const won = await registry.get('learner');
    expect(won.settings.alpha).toBeCloseTo((won.learned.settings?.version ?? 0) / 10);
    const before = won.past[0];
    const back = await registry.putInForce('learner', won.revision, {
      settings: before?.settings ?? {},
      learned: before?.learned ?? {},
    });
    expect(back).toMatchObject({ settings: {}, learned: {} });
    const own = await registry.putInForce('learner', back.revision, { settings: { alpha: 0.5 }, learned: learned(2) });
    expect((await registry.configure('learner', { settings: { alpha: 0.6 } }, own.revision)).learned).toEqual({});
  });

  test('sees at once what another process changes, and finds all after a restart', async () => {
    await quarry.execute('search', { query: 'oven', specialist: 'baker' });
    const other = await openTestWorkspace(home);
    await other.execute('specialist_configure', { name: 'baker', instructions: 'Answer in grams.' });
    const { output } = await quarry.execute('search', { query: 'oven', specialist: 'baker' });
    expect(output.instructions).toBe('Answer in grams.');
    await quarry.close();
    await other.close();
    quarry = await openTestWorkspace(home);
    const { specialists } = (await quarry.execute('specialist_list', { includeRetired: true })).output;
    expect(specialists.find(({ name }) => name === 'baker')).toMatchObject({ instructions: 'Answer in grams.' });
  });

  test('pages of a search end when its specialist changes', async () => {
    const ask = (cursor?: string) =>
      quarry.execute('search', { query: 'oven starter', specialist: 'baker', limit: 1, cursor });
    const first = await ask();
    expect(first.output.nextCursor).not.toBeNull();
    const next = await ask(first.output.nextCursor ?? '');
    expect([next.output.results[0]?.rank, next.output.instructions]).toEqual([2, '']);
    await quarry.execute('specialist_configure', { name: 'baker', diversity: 0.1 });
    await expect(ask(first.output.nextCursor ?? '')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});
