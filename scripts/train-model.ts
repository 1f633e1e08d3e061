import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { toQuarryError } from '../src/core/errors.js';
import { trainingConfigSchema } from '../src/core/training/training-config.js';
import type { ReportProgress } from '../src/train/fit-table.js';
import { trainStaticModel } from '../src/train/train-static-model.js';

const USAGE = `npm run train:model -- --corpus FILE --output DIR [--config FILE] [--threads N]

Trains a static embedding model from scratch and writes a folder that transformers.js loads.
  --corpus   JSONL (or .jsonl.gz) of {"kind","source","anchors","text"} or {"anchor","positive"} lines
  --output   folder for the model; training.json, with the configuration used, is written there too
  --config   JSON file with settings that differ from the defaults (docs/training.md lists them)
  --threads  threads of the matrix products, default 2
A training that was stopped goes on where it was when started again with the same arguments.`;

const percent = (done: number, total: number): string =>
  total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`;

const report: ReportProgress = ({ stage, done, total, loss, remainingMs, heldOut }) => {
  const minutes = remainingMs === undefined ? '' : `, ${(remainingMs / 60_000).toFixed(1)} minutes left`;
  const level = loss === undefined ? '' : `, loss ${loss.toFixed(4)}`;
  const score = heldOut === undefined ? '' : `, held out ${heldOut.toFixed(4)}`;
  process.stderr.write(`${stage} ${done}${percent(done, total)}${level}${score}${minutes}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string' },
      output: { type: 'string' },
      config: { type: 'string' },
      threads: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.corpus === undefined || values.output === undefined) {
    process.stdout.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const given: unknown = values.config === undefined ? {} : JSON.parse(await readFile(values.config, 'utf8'));
  const config = trainingConfigSchema.parse(given);
  const started = performance.now();
  const summary = await trainStaticModel({
    corpusFile: values.corpus,
    outputFolder: values.output,
    checkpointFile: join(values.output, 'training.checkpoint'),
    threads: Number(values.threads),
    config,
    report,
  });
  await writeFile(join(values.output, 'training.json'), `${JSON.stringify(config, null, 2)}\n`);
  const minutes = (performance.now() - started) / 60_000;
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const { sources, ...figures } = summary;
  process.stdout.write(`${JSON.stringify({ ...figures, minutes: Number(minutes.toFixed(1)), peakMb, sources })}\n`);
}

main().catch((error: unknown) => {
  const { code, message, hint } = toQuarryError(error);
  process.stderr.write(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  process.exitCode = 1;
});
