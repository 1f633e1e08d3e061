import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { JsonObject } from '../../src/core/types.js';
import { topicPages } from '../services/curation/topic-documents.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const MAIN = join('dist', 'src', 'main.js');
let root: string;
const clients: Client[] = [];

beforeAll(async () => {
  root = await temporaryFolder();
  await mkdir(join(root, 'docs'));
  for (const [name, text] of Object.entries(topicPages())) await writeFile(join(root, 'docs', name), text);
});

afterAll(async () => {
  for (const client of clients) await client.close();
  await removeFolder(root);
});

/** An agent with a server process of its own over the same workspace. */
async function connect(): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1' });
  clients.push(client);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    QUARRY_HOME: join(root, 'home'),
    QUARRY_TOOLSETS: 'knowledge,curation',
    QUARRY_ALLOW_REMOTE_MODELS: 'false',
  };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env }));
  return client;
}

async function call(client: Client, name: string, input: JsonObject): Promise<JsonObject> {
  const result = await client.callTool({ name, arguments: input });
  expect([name, result.isError, result.isError === true ? result.content : []]).toEqual([name, undefined, []]);
  return result['structuredContent'] as JsonObject; // The client has checked it against the tool's schema.
}

async function finish(client: Client, started: JsonObject): Promise<JsonObject> {
  for (;;) {
    const job = await call(client, 'job_status', { id: String(started['jobId']), waitSeconds: 20 });
    if (job['finishedAt'] === null) continue;
    expect(job).toMatchObject({ state: 'succeeded' });
    return job;
  }
}

interface Item {
  readonly item: string;
  readonly query: string;
  readonly passages: readonly { readonly label: string; readonly text: string }[];
}

const itemsOf = (work: JsonObject): Item[] => work['items'] as unknown as Item[]; // By the tool's schema.

/** An honest judge: a passage that shares the topic named first in the query answers it; the quote is the passage's opening. */
function judgeHonestly({ query, passages }: Item): JsonObject {
  const topic = query.split(':')[0]?.toLowerCase() ?? '';
  const word = topic.split(' ')[0] ?? '';
  return {
    grades: passages.map(({ label, text }) =>
      text.toLowerCase().includes(word) ? { label, grade: 3, quote: text.slice(0, 40) } : { label, grade: 0 },
    ),
  };
}

/** A dishonest one gives every passage what it does not deserve. */
function judgeDishonestly(item: Item): JsonObject {
  const honest = judgeHonestly(item)['grades'] as { label: string; grade: number }[]; // Made just above.
  return {
    grades: honest.map(({ label, grade }) => {
      const text = item.passages.find((passage) => passage.label === label)?.text ?? '';
      return grade === 0 ? { label, grade: 3, quote: text.slice(0, 40) } : { label, grade: 0 };
    }),
  };
}

async function work(
  client: Client,
  judge: string,
  answer: (item: Item) => JsonObject,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  let done = 0;
  while (done < most) {
    const given = await call(client, 'curate_next', { name: 'pairs', judge, count: 5, leaseSeconds: 600 });
    const taken = itemsOf(given);
    // What is left may be with another judge, who hands it in or lets it go.
    if (taken.length === 0 && given['remaining'] === 0) return done;
    for (const item of taken) {
      expect(
        await call(client, 'curate_submit', { name: 'pairs', judge, item: item.item, answer: answer(item) }),
      ).toMatchObject({ accepted: true });
      done++;
    }
  }
  return done;
}

test('agents label a dataset over MCP: quotes are checked, leases pass on, agreement and trust are computed', async () => {
  const [one, two] = [await connect(), await connect()];
  await finish(one, await call(one, 'ingest', { target: join(root, 'docs') }));
  await finish(one, await call(one, 'dataset_mine', { name: 'pairs', miners: ['headings'], preview: false }));
  await finish(one, await call(one, 'dataset_negatives', { name: 'pairs', preview: false, perAnchor: 2 }));
  // What people have accepted serves as hidden gold.
  const shown = (await call(one, 'dataset_show', { name: 'pairs', limit: 100 }))['examples'] as JsonObject[]; // By its schema.
  const gold = shown.filter((example) => example['review'] === 'unreviewed').slice(0, 12);
  await call(one, 'dataset_edit', {
    name: 'pairs',
    ids: gold.map((example) => String(example['id'])),
    review: 'accepted',
  });

  const [item] = itemsOf(await call(one, 'curate_next', { name: 'pairs', judge: 'ann', count: 1, leaseSeconds: 1 }));
  expect(item).toBeDefined();
  if (item === undefined) return;
  const submit = (client: Client, judge: string, answer: JsonObject): Promise<JsonObject> =>
    call(client, 'curate_submit', { name: 'pairs', judge, item: item.item, answer });
  const invented = {
    grades: item.passages.map(({ label }) => ({ label, grade: 3, quote: 'words that nobody ever wrote there' })),
  };
  expect(await submit(one, 'ann', invented)).toMatchObject({ accepted: false, rejection: 'quote-not-found' });
  expect(await submit(one, 'ann', { grades: [] })).toMatchObject({ accepted: false, rejection: 'grades-missing' });
  expect(await submit(two, 'ben', judgeHonestly(item))).toMatchObject({ accepted: false, rejection: 'lease-lost' });

  // The lease of a second ends by itself; then the item is given to whoever asks next.
  let taker = '';
  for (let asked = 0; taker === ''; asked++) {
    const judge = `ben-${asked}`;
    const [given] = itemsOf(await call(two, 'curate_next', { name: 'pairs', judge, count: 1, leaseSeconds: 1 }));
    if (given?.item === item.item) taker = judge;
  }
  expect(await submit(two, taker, judgeHonestly(item))).toMatchObject({ accepted: true });
  // Some clients send objects as JSON in a string.
  const written = { name: 'pairs', judge: taker, item: item.item, answer: JSON.stringify(judgeHonestly(item)) };
  expect(await call(two, 'curate_submit', written)).toMatchObject({ accepted: true });
  const late = await submit(one, 'ann', judgeHonestly(item));
  // An item for two judges takes both answers; one for a single judge only the answer of the one who took it over.
  expect(['already-done', null]).toContain(late['rejection'] ?? null);

  // Both at once, each with a server of its own, and a third who does not care.
  await work(two, 'eve', judgeDishonestly, 15);
  await Promise.all([work(one, 'ann', judgeHonestly), work(two, 'ben', judgeHonestly)]);

  const { labelling } = (await call(one, 'dataset_show', { name: 'pairs', limit: 0 })) as { labelling: JsonObject[] }; // By its schema.
  const [campaign] = labelling;
  expect(campaign).toMatchObject({ remaining: 0, alpha: expect.any(Number) });
  const listed = (campaign?.['judges'] ?? []) as JsonObject[]; // By its schema.
  const judges = new Map(listed.map((judge) => [judge['judge'], judge]));
  expect(judges.get('ann')).toMatchObject({ isTrusted: true, rejected: expect.any(Number) });
  expect(judges.get('ben')).toMatchObject({ isTrusted: true });
  expect(judges.get('eve')).toMatchObject({ isTrusted: false });

  const applied = await call(one, 'dataset_edit', { name: 'pairs', applyLabels: 'grade' });
  expect(Number(applied['changed'])).toBeGreaterThan(20);
  const again = await call(two, 'dataset_edit', { name: 'pairs', applyLabels: 'grade' });
  expect(again['changed']).toBe(0);
  const judged = (await call(two, 'dataset_show', { name: 'pairs', limit: 100, kind: 'judged' }))[
    'examples'
  ] as JsonObject[]; // By its schema.
  expect(judged.length).toBeGreaterThan(20);
  for (const example of judged)
    expect(example).toMatchObject({ provenance: { method: 'label' }, trust: expect.any(Number) });
});

test('an agent writes questions: each refusal tells why, and a good one becomes a pair and an instruction', async () => {
  const client = await connect();
  await call(client, 'dataset_create', { name: 'written' });
  const taken = itemsOf(await call(client, 'curate_next', { name: 'written', task: 'write', judge: 'ann', count: 10 }));
  const item = taken.find(({ passages }) => passages[0]?.text.includes('stoneware glaze'));
  const passage = item?.passages[0]?.text ?? '';
  expect(passage).not.toBe('');
  const submit = (answer: JsonObject): Promise<JsonObject> =>
    call(client, 'curate_submit', { name: 'written', judge: 'ann', item: item?.item ?? '', answer });
  const quote = passage.slice(0, 60);
  const answer = 'Slowly, so that the glaze melts evenly.';
  expect(
    await submit({
      question: 'Why should a kiln be brought to heat gradually?',
      answer,
      quote: 'made up by me entirely',
    }),
  ).toMatchObject({ rejection: 'quote-not-found' });
  const copied = passage.split(/\s+/).slice(0, 12).join(' ');
  expect(await submit({ question: `${copied}?`, answer, quote })).toMatchObject({ rejection: 'too-close' });
  expect(await submit({ question: 'When can the sandbar be crossed by ship?', answer, quote })).toMatchObject({
    rejection: 'not-answerable',
  });
  expect(await submit({ question: 'short', answer, quote })).toMatchObject({ rejection: 'incomplete' });
  const good = { question: 'Why should a stoneware kiln be brought to heat gradually?', answer, quote };
  expect(await submit(good)).toMatchObject({ accepted: true, unapplied: 1 });
  const other = taken.find((one) => one.item !== item?.item);
  const repeated = await call(client, 'curate_submit', {
    name: 'written',
    judge: 'ann',
    item: other?.item ?? '',
    answer: { ...good, quote: other?.passages[0]?.text.slice(0, 60) ?? '' },
  });
  expect(repeated).toMatchObject({ rejection: 'duplicate' });
  await call(client, 'dataset_edit', { name: 'written', applyLabels: 'write' });
  const { statistics } = await call(client, 'dataset_show', { name: 'written' });
  expect(statistics).toMatchObject({
    byKind: [
      { label: 'instruction', count: 1 },
      { label: 'pair', count: 1 },
    ],
  });
});
