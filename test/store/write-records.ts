import { openStore } from '../../src/store/open-store.js';
import { sampleDocument, sampleJob, sampleSource } from '../contract/knowledge-samples.js';

/** Writes the same records and documents as its siblings, and jobs of its own. */
const [, , directory, number] = process.argv;
if (directory !== undefined && number !== undefined) {
  const store = await openStore({ directory, lockWaitMs: 60_000 });
  for (let index = 0; index < 15; index++) {
    await store.putRecord('shared', `key${String(index).padStart(2, '0')}`, { by: number });
    await store.putJob(sampleJob(`job_${number}_${index}`));
    if (index < 5)
      await store.putDocuments('docs', [sampleDocument(sampleSource('docs'), `${index}.md`, `text of ${index}`)]);
  }
  await store.close();
}
