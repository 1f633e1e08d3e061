import { createDatasetStore } from '../../src/datasets/dataset-store.js';
import { makePairs } from './sample-examples.js';

/**
 * Commits versions and ledger entries without end and says on stdout what is durable; the test kills it.
 * Usage: commit-loop.child.js FOLDER
 */
const [directory = ''] = process.argv.slice(2);
const store = createDatasetStore({ directory });
const about = { description: '', licence: '', languages: [], tags: [] };

for (;;) {
  const head = await store.get('killed');
  const parent = head?.version ?? 0;
  const version = await store.commit('killed', {
    parent,
    createdAt: '2026-01-01T00:00:00.000Z',
    message: `round ${parent + 1}`,
    about,
    notes: {},
    transform: (example) => ({ ...example, tags: [`round-${parent + 1}`] }),
    append: makePairs(40, parent * 40),
  });
  process.stdout.write(`version ${version.version} ${version.rows}\n`);
  const entries = await store.readLedger('killed', 'log', 0);
  const sequence = entries.length + 1;
  if (await store.appendLedger('killed', 'log', { sequence, value: { sequence } }))
    process.stdout.write(`entry ${sequence} 0\n`);
}
