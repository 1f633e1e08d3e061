import { createInterface } from 'node:readline';
import { openStore } from '../../src/store/open-store.js';
import { sampleVector } from '../contract/knowledge-samples.js';

/** How many documents the loop expects, each with this many paragraphs that name one edition. */
export const LOOP_DOCUMENTS = 40;
/** See {@link LOOP_DOCUMENTS}. */
export const LOOP_PARAGRAPHS = 3;

/** Word on the command line that starts the loop. */
export const READ_LOOP = 'read-loop';

/** What the loop tells at its end. */
export interface ReadLoopReport {
  readonly rounds: number;
  readonly wrong: readonly string[];
}

/** Reads in every way, again and again, until its input ends; then tells what went wrong. */
const [, , directory, word] = process.argv;
if (directory !== undefined && word === READ_LOOP) {
  let isAsked = true;
  createInterface({ input: process.stdin }).once('close', () => {
    isAsked = false;
  });
  const store = await openStore({ directory });
  const wrong: string[] = [];
  const expectCount = (what: string, found: number, expected: number) => {
    if (found !== expected) wrong.push(`${what}: ${found} instead of ${expected}`);
  };
  const sourceIds = (await store.listSources()).map(({ id }) => id);
  const ways: Readonly<Record<string, () => Promise<void>>> = {
    async keyword() {
      const hits = await store.searchKeyword('docs', 'paragraph edition', 1000, {});
      expectCount('keyword', new Set(hits.map(({ chunk }) => chunk.id)).size, LOOP_DOCUMENTS * LOOP_PARAGRAPHS);
    },
    async vector() {
      expectCount('vector', (await store.searchVector('docs', sampleVector('paragraph'), 50, {})).length, 50);
    },
    async list() {
      const page = await store.listDocuments('docs', {}, { offset: 0, limit: 1000 });
      expectCount('list', page.items.length, LOOP_DOCUMENTS);
      for (const { id } of page.items.slice(0, 5)) {
        const document = await store.getDocument('docs', id);
        expectCount('editions of a document', new Set(document?.text.match(/edition\d+/g)).size, 1);
        expectCount('chunks', (await store.listChunks('docs', id)).length, LOOP_PARAGRAPHS);
      }
    },
    async records() {
      expectCount('sources', (await store.listSources()).length, 1);
      expectCount('record', Number((await store.getRecord('run', 'a')) !== undefined), 1);
      expectCount('jobs', (await store.listJobs([], { offset: 0, limit: 10 })).total, 1);
    },
    async scan() {
      for (const id of sourceIds) expectCount('known', (await store.knownDocuments('docs', id)).length, LOOP_DOCUMENTS);
      expectCount('stats', (await store.collectionStats('docs')).documents, LOOP_DOCUMENTS);
    },
  };
  let rounds = 0;
  process.stdout.write('reading\n');
  while (isAsked) {
    await Promise.all(
      Object.entries(ways).map(([name, read]) =>
        read().catch((error) => wrong.push(`${name}: ${String(error)} ${String(error.cause)}`)),
      ),
    );
    rounds += 1;
  }
  await store.close();
  process.stdout.write(`${JSON.stringify({ rounds, wrong } satisfies ReadLoopReport)}\n`);
}
