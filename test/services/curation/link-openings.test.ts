import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mineLinks } from '../../../src/core/curation/miners/mine-links.js';
import { MINING_BOUNDS } from '../../../src/core/curation/miners/mined-pair.js';
import type { JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { LinkOpenings, type LinkStore } from '../../../src/services/curation/link-openings.js';
import { type Found, toMinedDocument } from '../../../src/services/curation/mined-examples.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const EXTERNAL = 40;
const OPENINGS: Readonly<Record<string, string>> = {
  'keys.md':
    'Signing keys are replaced every ninety days, and the old ones are kept for a year so that letters stay readable.',
  'guide/README.md':
    'The guide leads through the first week with the archive, from the first box to the first loan of a folder.',
  'loans.md':
    'Loans of folders end after thirty days; a reader who needs more time asks the desk before the day is over.',
};

let root: string;
let quarry: Quarry;
let links: Found[];

beforeAll(async () => {
  root = await temporaryFolder();
  const docs = join(root, 'docs');
  const outside = Array.from(
    { length: EXTERNAL },
    (_, at) => `- [A page number ${at}](https://elsewhere.example/${at}) of somebody else`,
  );
  const inside = [
    '[rotation of signing keys](keys.md)',
    '[how keys are replaced](keys#when)',
    '[the first week](guide/)',
    '[asking for more time](./guide/../loans.html)',
    '[a page that is missing](missing.md)',
    '[this very page](index.md)',
  ];
  await mkdir(join(docs, 'guide'), { recursive: true });
  await writeFile(join(docs, 'index.md'), ['# Index', '', ...inside, '', ...outside, ''].join('\n'));
  for (const [name, text] of Object.entries(OPENINGS)) await writeFile(join(docs, name), `# Page\n\n${text}\n`);
  quarry = await openTestWorkspace(join(root, 'home'));
  await ingestAndWait(quarry, docs);
  const { store } = quarry.services.context;
  const [index] = await store.findDocumentsByUri('default', pathToFileURL(join(docs, 'index.md')).href);
  if (index === undefined) throw new Error('The index was not ingested.');
  const document = toMinedDocument(index);
  links = mineLinks(index, MINING_BOUNDS).map((pair) => ({ miner: 'links', document, pair }));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

/** The workspace's store, writing down what it is asked. */
function observed(asked: string[]): LinkStore {
  const { store } = quarry.services.context;
  return {
    listSources: (collection) => {
      asked.push('listSources');
      return store.listSources(collection);
    },
    knownDocuments: (collection, source) => {
      asked.push('knownDocuments');
      return store.knownDocuments(collection, source);
    },
    findDocumentsByUri: (collection, uri) => {
      asked.push(uri.slice(pathToFileURL(join(root, 'docs')).href.length + 1));
      return store.findDocumentsByUri(collection, uri);
    },
  };
}

describe('following links', () => {
  test('the store is asked once for its addresses, once for each page that is stored, and never for others', async () => {
    const asked: string[] = [];
    const openings = new LinkOpenings(observed(asked), MINING_BOUNDS);
    expect(links).toHaveLength(EXTERNAL + 6);
    const pairs: string[][] = [];
    for (const link of links) {
      const followed = await openings.follow(link);
      if (followed !== undefined) pairs.push([followed.pair.anchor, followed.pair.positive]);
    }
    expect(pairs).toEqual([
      ['rotation of signing keys', OPENINGS['keys.md']],
      ['how keys are replaced', OPENINGS['keys.md']],
      ['the first week', OPENINGS['guide/README.md']],
      ['asking for more time', OPENINGS['loans.md']],
    ]);
    expect(asked).toEqual([
      'listSources',
      'knownDocuments',
      'keys.md',
      'keys.md',
      'guide/README.md',
      'loans.md',
      'index.md',
    ]);
  });

  test('pages of other sources are found as well', async () => {
    await mkdir(join(root, 'more'));
    await writeFile(join(root, 'more', 'desk.md'), `# Desk\n\n${OPENINGS['loans.md']?.replace('Loans', 'Visits')}\n`);
    await ingestAndWait(quarry, join(root, 'more'));
    const [link] = links;
    if (link === undefined) throw new Error('No links were mined.');
    const openings = new LinkOpenings(observed([]), MINING_BOUNDS);
    const followed = await openings.follow({ ...link, pair: { ...link.pair, target: '../more/desk.md' } });
    expect(followed?.pair.positive).toMatch(/^Visits of folders/);
  });

  test('mining reports the pairs', async () => {
    const { output } = await quarry.execute('dataset_mine', { name: 'linked', miners: ['links'] });
    const job = await finishJob(quarry, output['jobId']);
    const [mined] = (job.result as JsonObject)['yields'] as JsonObject[]; // By its summary.
    expect(mined).toMatchObject({ miner: 'links', documents: 3 });
  });
});
