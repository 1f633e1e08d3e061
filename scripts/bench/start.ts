import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { openQuarry } from '../../src/quarry.js';
import { writePages } from './corpus.js';
import { type Measurement, measured, percentile } from './measure.js';

const ROUNDS = 7;
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Milliseconds from the start of the process to the answer of a first search over MCP stdio. */
async function firstAnswer(home: string): Promise<number> {
  const begun = performance.now();
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp', '--home', home], stderr: 'ignore' }),
  );
  await client.callTool({ name: 'search', arguments: { query: 'how is the cache invalidated' } });
  const elapsed = performance.now() - begun;
  await client.close();
  return elapsed;
}

/** Cold starts of `quarry mcp` over a workspace of 200 pages. */
export async function benchStart(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const folder = await mkdtemp(join(tmpdir(), 'quarry-pages-'));
  try {
    await writePages(folder, 200);
    const quarry = await openQuarry({ home });
    const { output } = await quarry.execute('ingest', { target: folder });
    await quarry.services.jobs.wait(String(output['jobId']), 600_000);
    await quarry.close();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await firstAnswer(home));
    return [
      measured('process start to first answer over stdio, p50', percentile(times, 0.5) / 1000, 's', { atMost: 1.5 }),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
