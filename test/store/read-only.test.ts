import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/store/open-store.js';
import { sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';

const storeUrl = new URL('../../src/store/open-store.js', import.meta.url).href;

/** Someone who may read but not write: an ordinary user, or the user `nobody` where the tests run as root. */
function asReader(directory: string, work: string): unknown {
  const script = `
    if (process.getuid?.() === 0) { process.setgid(65534); process.setuid(65534); }
    const { openStore } = await import(${JSON.stringify(storeUrl)});
    const outcome = async (work) => { try { return await work(); } catch (error) { return { code: error.code, hint: error.hint }; } };
    const directory = ${JSON.stringify(directory)};
    console.log(JSON.stringify(await outcome(async () => { ${work} })));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

async function setMode(folder: string, files: number, folders: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await setMode(path, files, folders);
    else await chmod(path, files);
  }
  await chmod(folder, folders);
}

const itOnPosix = process.platform === 'win32' ? it.skip : it;

describe('a folder that cannot be written', () => {
  itOnPosix('can still be searched; a write is refused with a hint', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'reader-'));
    const source = sampleSource('docs');
    const store = await openStore({ directory });
    await store.createCollection(sampleCollection('docs'));
    await store.putSource(source);
    await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'readable words')]);
    await store.close();
    await setMode(directory, 0o444, 0o555);
    try {
      expect(
        asReader(
          directory,
          `const store = await openStore({ directory });
          const hits = await store.searchKeyword('docs', { terms: ['readabl'] }, 5, {});
          const refused = await outcome(() => store.dropCollection('docs'));
          const job = await outcome(() => store.putRecord('run', 'a', 1));
          const findings = await store.check();
          return { texts: hits.map((hit) => hit.chunk.text), refused, job, bad: findings.filter((finding) => !finding.ok) };`,
        ),
      ).toEqual({
        texts: ['readable words'],
        refused: { code: 'PATH_UNREADABLE', hint: expect.any(String) },
        job: { code: 'PATH_UNREADABLE', hint: expect.any(String) },
        bad: [],
      });
      expect(asReader(join(directory, 'new'), 'return openStore({ directory });')).toEqual({
        code: 'PATH_UNREADABLE',
        hint: expect.any(String),
      });
    } finally {
      await setMode(directory, 0o644, 0o755);
      await rm(directory, { recursive: true });
    }
  });
});
