import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchChange } from './bench/change.js';
import { benchDisk } from './bench/disk.js';
import { benchEmbed } from './bench/embed.js';
import { benchIngest } from './bench/ingest.js';
import { benchLoad } from './bench/load.js';
import { type Measurement, renderTable } from './bench/measure.js';
import { benchMillion } from './bench/million.js';
import { benchPeers } from './bench/peers.js';
import { benchQueries } from './bench/queries.js';
import { benchSearch } from './bench/search.js';
import { benchStart } from './bench/start.js';

/** What a part may be told. */
interface BenchOptions {
  /** Folder of another built checkout, which is measured in turn. */
  readonly against?: string;
}

/** Each part by its name on the command line: `npm run bench -- search start`, `npm run bench -- load --against FOLDER`. */
const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<Measurement[]>>> = {
  embed: benchEmbed,
  ingest: benchIngest,
  start: benchStart,
  search: benchSearch,
  queries: benchQueries,
  change: benchChange,
  disk: benchDisk,
  peers: benchPeers,
  million: benchMillion,
  load: benchLoad,
};

const OUTPUT = 'bench.json';
const { values, positionals } = parseArgs({ allowPositionals: true, options: { against: { type: 'string' } } });
const options: BenchOptions = values.against === undefined ? {} : { against: resolve(values.against) };
/** Takes a quarter of an hour, so only when it is asked for. */
const LONG = ['million'];
const names = positionals.length === 0 ? Object.keys(PARTS).filter((name) => !LONG.includes(name)) : positionals;
const machine = {
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
process.stdout.write(
  `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.platform}\n\n`,
);

const results: Measurement[] = [];
for (const name of names) {
  const part = PARTS[name];
  if (part === undefined) {
    process.stderr.write(`There is no part ${name}. Parts: ${Object.keys(PARTS).join(', ')}.\n`);
    process.exitCode = 2;
    break;
  }
  const measurements = await part(options);
  process.stdout.write(`${renderTable(measurements)}\n\n`);
  results.push(...measurements);
}
await writeFile(OUTPUT, `${JSON.stringify({ machine, measuredAt: new Date().toISOString(), results }, null, 2)}\n`);
const missed = results.filter((item) => item.target?.isMet === false);
if (missed.length > 0) process.exitCode ??= 1;
process.stdout.write(
  missed.length === 0 ? `Written to ${OUTPUT}.\n` : `${missed.length} targets missed; written to ${OUTPUT}.\n`,
);
