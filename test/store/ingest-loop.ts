import { createInterface } from 'node:readline';
import { openStore } from '../../src/store/open-store.js';
import { sampleDocument, sampleSource } from '../contract/knowledge-samples.js';

/** Documents that the loop writes over and over. */
export const LOOP_DOCUMENTS = 40;

/** The text of a version of a document: the number of paragraphs changes with the version. */
export function loopText(document: number, version: number): string {
  const paragraphs = 1 + ((document + version) % 5);
  return Array.from(
    { length: paragraphs },
    (_, index) => `paragraph ${index} of document ${document} version ${version}`,
  ).join('\n\n');
}

/**
 * Writes for ever: puts, patches, deletes and maintains, saying `begin` before and `done` after each step.
 * Killed by the test that started it. Arguments: the folder and the first version.
 */
async function loop(directory: string, first: number): Promise<never> {
  const store = await openStore({ directory });
  const source = sampleSource('docs');
  await store.recover();
  for (let version = first; ; version++) {
    const at = (step: number) => (version * 7 + step * 13) % LOOP_DOCUMENTS;
    const documents = [...new Set([0, 1, 2, 3, 4, 5].map(at))];
    say({ step: 'put', state: 'begin', version, documents });
    await store.putDocuments(
      'docs',
      documents.map((number) =>
        sampleDocument(source, `${number}.md`, loopText(number, version), { revision: String(version) }),
      ),
    );
    say({ step: 'put', state: 'done', version, documents });
    const gone = at(9);
    say({ step: 'delete', state: 'begin', version, documents: [gone] });
    await store.deleteDocuments('docs', [sampleDocument(source, `${gone}.md`, '').document.id]);
    say({ step: 'delete', state: 'done', version, documents: [gone] });
    const patched = await store.findDocumentsByUri('docs', `${at(3)}.md`);
    say({ step: 'patch', state: 'begin', version, documents: [] });
    await store.patchDocuments(
      'docs',
      patched.map((document) => ({ ...document, tags: [`v${version}`] })),
    );
    if (version % 4 === 0) {
      say({ step: 'maintain', state: 'begin', version, documents: [] });
      await store.maintain('docs');
    }
  }
}

/** What the loop tells about a step. */
export interface LoopStep {
  readonly step: 'put' | 'delete' | 'patch' | 'maintain';
  readonly state: 'begin' | 'done';
  readonly version: number;
  readonly documents: readonly number[];
}

function say(step: LoopStep): void {
  process.stdout.write(`${JSON.stringify(step)}\n`);
}

const [, script, directory, first] = process.argv;
if (script?.endsWith('ingest-loop.js') && directory !== undefined) {
  createInterface({ input: process.stdin }).once('close', () => process.exit(0)); // the test has gone
  await loop(directory, Number(first));
}
