import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeyFiles } from '../../src/access/key-files.js';
import { type ApiKey, hashKey } from '../../src/core/access/api-key.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

let folder: string;
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'keys');
});
afterEach(() => removeFolder(join(folder, '..')));

const key = (digit: string): ApiKey => ({
  id: `key_${digit.repeat(16)}`,
  name: 'a key',
  workspaceId: 'ws_0123456789abcdef',
  scopes: ['read', 'write'],
  hash: hashKey(digit),
  createdAt: `2026-01-0${digit}T00:00:00.000Z`,
  createdBy: 'owner',
  expiresAt: null,
});
const NOW = '2026-05-01T00:00:00.000Z';
const LATER = '2026-05-02T00:00:00.000Z';

describe('keys on disk', () => {
  test('are found as they were made, oldest first', async () => {
    const keys = createKeyFiles(folder);
    expect(await keys.ids()).toEqual([]);
    expect(await keys.find(key('1').id)).toBeUndefined();
    await keys.create(key('2'));
    await keys.create(key('1'));
    expect(await keys.find(key('1').id)).toEqual({ ...key('1'), revokedAt: null, replaced: null, lastUsedAt: null });
    expect((await keys.list()).map(({ id }) => id)).toEqual([key('1').id, key('2').id]);
    await expect(keys.create(key('1'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  test('stay ended whatever other processes do to them at the same moment', async () => {
    const [one, two] = [createKeyFiles(folder), createKeyFiles(folder)];
    await one.create(key('1'));
    const { id } = key('1');
    const [, first, second] = await Promise.all([
      one.revoke(id, NOW),
      two.replace(id, 'key_a', LATER),
      one.replace(id, 'key_b', LATER),
      two.touch(id, NOW),
      two.revoke(id, LATER),
    ]);
    expect([first, second].sort()).toEqual([false, true]);
    const found = await two.find(id);
    expect(found?.revokedAt).not.toBeNull();
    expect(found?.replaced?.by).toBe(first ? 'key_a' : 'key_b');
    expect(found?.lastUsedAt).toBe(NOW);
  });

  test('a damaged end is an end, and a damaged key lets nobody in', async () => {
    const keys = createKeyFiles(folder);
    for (const digit of ['1', '2', '3']) await keys.create(key(digit));
    await writeFile(join(folder, `${key('1').id}.revoked.json`), '{"at"');
    await writeFile(join(folder, `${key('2').id}.replaced.json`), '');
    await writeFile(
      join(folder, `${key('3').id}.json`),
      (await readFile(join(folder, `${key('3').id}.json`))).subarray(9),
    );
    expect((await keys.find(key('1').id))?.revokedAt).toBe('1970-01-01T00:00:00.000Z');
    expect((await keys.find(key('2').id))?.replaced?.endsAt).toBe('1970-01-01T00:00:00.000Z');
    await expect(keys.find(key('3').id)).rejects.toMatchObject({ code: 'STORE_BROKEN' });
  });

  test('where it cannot be told whether there are keys, nobody hears that there are none', async () => {
    await writeFile(folder, 'a file in the place of the folder');
    await expect(createKeyFiles(folder).ids()).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  });
});
