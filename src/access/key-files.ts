import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ApiKey, KeyRecord } from '../core/access/api-key.js';
import type { KeyStore } from '../core/access/ports.js';
import { SCOPES } from '../core/access/scope.js';
import { QuarryError, systemCode } from '../core/errors.js';
import { createDurably } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';

const KEY_FILE = /^(key_[0-9a-f]{16})\.json$/;

const KEY = z.object({
  id: z.string(),
  name: z.string(),
  workspaceId: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
});
const REVOKED = z.object({ at: z.string() });
const REPLACED = z.object({ by: z.string(), endsAt: z.string() });

/** What is taken for the moment of an end whose file cannot be understood: an end it is all the same. */
const LONG_AGO = '1970-01-01T00:00:00.000Z';

/**
 * Keys as files of one folder: `key_<id>.json` is made once and never changed, and so are `.revoked.json` and
 * `.replaced.json` beside it. As nothing is read, changed and written back, a revocation cannot be lost to another writer.
 */
export function createKeyFiles(folder: string): KeyStore {
  const path = (id: string, ending: string): string => join(folder, `${id}${ending}`);
  const put = async (file: string, value: object): Promise<boolean> => {
    await makeFolder(folder, { mode: 0o700 });
    return createDurably(file, `${JSON.stringify(value)}\n`);
  };
  const find = async (id: string): Promise<KeyRecord | undefined> => {
    const [text, revoked, replaced, used] = await Promise.all(
      ['.json', '.revoked.json', '.replaced.json', '.used'].map((ending) => readIfThere(path(id, ending))),
    );
    if (text === undefined) return undefined;
    const key = parse(KEY, text);
    if (key === undefined) throw brokenKey(path(id, '.json'));
    const isMoment = used !== undefined && !Number.isNaN(Date.parse(used));
    return {
      ...key,
      revokedAt: revokedIn(revoked),
      replaced: replacedIn(replaced),
      lastUsedAt: isMoment ? used : null,
    };
  };
  return {
    find,
    async create(key: ApiKey) {
      if (await put(path(key.id, '.json'), key)) return;
      throw new QuarryError('ALREADY_EXISTS', `There is a key ${key.id} already.`, { hint: 'Make the key again.' });
    },
    async list() {
      const records = await Promise.all((await idsIn(folder)).map(find));
      return records
        .filter((record) => record !== undefined)
        .sort((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? -1 : 1));
    },
    ids: () => idsIn(folder),
    async revoke(id, at) {
      await put(path(id, '.revoked.json'), { at });
    },
    replace: (id, by, endsAt) => put(path(id, '.replaced.json'), { by, endsAt }),
    discard: (id) => rm(path(id, '.json'), { force: true }),
    async touch(id, at) {
      await writeFile(path(id, '.used'), at, { mode: 0o600 }).catch(() => undefined); // A home on a full or read-only disk still serves.
    },
  };
}

/** Only a folder that is not there holds no keys; one that cannot be read may hold some. */
async function idsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw unreadable(folder, error);
  });
  return names.flatMap((name) => KEY_FILE.exec(name)?.[1] ?? []);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // The caller knows what a file means that cannot be understood.
  }
}

function revokedIn(text: string | undefined): string | null {
  return text === undefined ? null : (parse(REVOKED, text)?.at ?? LONG_AGO);
}

function replacedIn(text: string | undefined): KeyRecord['replaced'] {
  return text === undefined ? null : (parse(REPLACED, text) ?? { by: '', endsAt: LONG_AGO });
}

function unreadable(path: string, cause: unknown): QuarryError {
  return new QuarryError('PATH_UNREADABLE', `The keys at ${path} cannot be read.`, {
    hint: 'Give the user of this process the right to read them; until then no key is accepted.',
    cause,
  });
}

function brokenKey(path: string): QuarryError {
  return new QuarryError('STORE_BROKEN', `The file of a key is damaged: ${path}.`, {
    hint: 'Nobody gets in by this key. Move the file away, and make a new key with quarry key create.',
  });
}
