import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { openStore } from '../../src/store/open-store.js';
import { keywords, sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { LOOP_DOCUMENTS, type LoopStep, loopText } from './ingest-loop.js';
import { temporaryStore } from './temporary-store.js';

const KILLS = 20;
const source = sampleSource('docs');

/** Small generator, so that every run kills at the same steps (though not at the same instants). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs the loop until it has said `lines` lines, kills it in the middle of the step it then began, and tells what it said. */
async function killAfter(directory: string, first: number, lines: number): Promise<LoopStep[]> {
  const script = fileURLToPath(new URL('./ingest-loop.js', import.meta.url));
  const child = spawn(process.execPath, [script, directory, String(first)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: LoopStep[] = [];
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const step: LoopStep = JSON.parse(line);
    said.push(step);
    if (said.length >= lines && step.state === 'begin') child.kill('SIGKILL');
  }
  await ended;
  return said;
}

/** Every document is whole: its row, its chunks, the keyword index and the vectors tell one version. */
async function expectWhole(store: KnowledgeStore): Promise<Map<number, number>> {
  const versions = new Map<number, number>();
  const page = await store.listDocuments('docs', {}, { offset: 0, limit: 1000 });
  expect(new Set(page.items.map(({ id }) => id)).size).toBe(page.items.length);
  let chunks = 0;
  for (const head of page.items) {
    const number = Number(head.uri.replace('.md', ''));
    const version = Number(head.revision);
    const rows = sampleDocument(source, head.uri, loopText(number, version), {
      revision: head.revision,
      tags: head.tags,
    });
    expect(await store.getDocument('docs', head.id)).toEqual(rows.document);
    const stored = await store.listChunks('docs', head.id);
    expect(stored.map(({ id }) => id)).toEqual(rows.chunks.map(({ id }) => id));
    chunks += stored.length;
    versions.set(number, version);
  }
  expect(await store.collectionStats('docs')).toMatchObject({ documents: page.total, chunks });
  const hits = await store.searchKeyword('docs', keywords('paragraph document version'), 1000, {});
  expect(new Set(hits.map(({ chunk }) => chunk.id)).size).toBe(hits.length);
  expect(hits).toHaveLength(chunks);
  return versions;
}

describe('a store whose writer is killed', () => {
  it(`holds each document whole or not at all after ${KILLS} kills, and loses nothing that was acknowledged`, async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
      const random = seeded(42);
      const known = new Map<number, { version: number; isGone: boolean }>();
      let first = 1;
      for (let round = 0; round < KILLS; round++) {
        const said = await killAfter(directory, first, 1 + Math.floor(random() * 24));
        const last = said.at(-1);
        const open = new Set(last?.state === 'begin' ? last.documents : []);
        for (const { step, state, version, documents } of said) {
          if (state !== 'done') continue;
          for (const number of documents) known.set(number, { version, isGone: step === 'delete' });
        }
        first = Math.max(first, ...said.map(({ version }) => version)) + 1;
        const reopened = await openStore({ directory });
        expect(await reopened.recover()).toBe(0);
        const versions = await expectWhole(reopened);
        for (let number = 0; number < LOOP_DOCUMENTS; number++) {
          const acknowledged = known.get(number);
          if (open.has(number))
            known.delete(number); // the step that was cut short may have happened or not
          else if (acknowledged === undefined) continue;
          else
            expect([number, versions.get(number)]).toEqual([
              number,
              acknowledged.isGone ? undefined : acknowledged.version,
            ]);
        }
        for (const finding of await reopened.check()) expect(finding).toMatchObject({ ok: true });
        await reopened.close();
      }
      await store.maintain('docs');
      await expectWhole(store);
    } finally {
      await dispose();
    }
  });
});
