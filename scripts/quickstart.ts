import { resolve } from 'node:path';
import { QuarryError, toQuarryError } from '../src/core/errors.js';
import { operations } from '../src/operations/index.js';
import { openQuarry, type Quarry } from '../src/quarry.js';

/** Shipped with the project: its own documents and the sample knowledge. */
const SAMPLES = ['docs', 'eval/field-guide/documents', 'eval/ui-specialist/documents'];
const QUESTIONS = [
  'How does Quarry make sure that a crash loses nothing?',
  'my service keeps getting killed when it uses too much memory, who does that?',
  'how do I keep keyboard focus inside an open dialog',
];

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

async function ingest(quarry: Quarry, target: string, collection: string): Promise<void> {
  const { output } = await quarry.execute('ingest', { target, collection });
  const job = await quarry.waitForJob(output.jobId);
  if (job.error !== null)
    throw new QuarryError('INPUT_INVALID', `${target}: ${job.error.message}`, { hint: job.error.hint });
  const { added = 0, updated = 0, unchanged = 0, chunks = 0 } = job.counts;
  const seconds = (Date.parse(job.finishedAt ?? job.updatedAt) - Date.parse(job.startedAt ?? job.createdAt)) / 1000;
  say(
    `  ${target}: ${added} added, ${updated} updated, ${unchanged} unchanged; ${chunks} chunks in ${seconds.toFixed(1)} s`,
  );
}

/** Asks, shows the best passage, and has its citation verified. */
async function ask(quarry: Quarry, question: string, collection: string): Promise<boolean> {
  const { output } = await quarry.execute('search', { query: question, collections: [collection], limit: 1 });
  const hit = output.results[0];
  say(`\nQ  ${question}`);
  if (hit === undefined) {
    say(`   no answer: ${output.hint ?? ''}`);
    return false;
  }
  const { documentId, contentHash, start, text } = hit;
  const check = await quarry.execute('verify_citation', { document: documentId, contentHash, start, quote: text });
  const excerpt = text.length > 480 ? `${text.slice(0, 480).trimEnd()} ...` : text;
  say(excerpt.replace(/^/gm, '   | '));
  say(`   ${hit.title}, ${hit.url}, lines ${hit.startLine}-${hit.endLine}; citation ${check.output.status}`);
  return check.output.status === 'exact';
}

function clientBlock(): string {
  const main = resolve('dist/src/main.js');
  return [
    'Connect an agent. Claude Code, in one line:',
    '',
    `  claude mcp add quarry -- node ${main} mcp`,
    '',
    'Cursor, VS Code and other clients (mcp.json; VS Code calls the outer key "servers"):',
    '',
    JSON.stringify({ mcpServers: { quarry: { command: 'node', args: [main, 'mcp'] } } }, null, 2).replace(/^/gm, '  '),
  ].join('\n');
}

async function main(words: readonly string[]): Promise<number> {
  const [target, ...rest] = words;
  const collection = target === undefined ? 'quickstart' : 'default';
  const quarry = await openQuarry();
  try {
    say(
      `Quarry keeps everything in ${quarry.config.home} (${operations.length} operations, model ${(await quarry.services.context.embedder()).fingerprint.model}).\n`,
    );
    say('Ingesting:');
    for (const place of target === undefined ? SAMPLES : [target]) await ingest(quarry, place, collection);
    const questions = target === undefined ? QUESTIONS : rest.length > 0 ? rest : ['What is this about?'];
    const verdicts: boolean[] = [];
    for (const question of questions) verdicts.push(await ask(quarry, question, collection));
    say(`\n${clientBlock()}\n`);
    return verdicts.every(Boolean) ? 0 : 1;
  } finally {
    await quarry.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = toQuarryError(error);
  process.stderr.write(
    `error ${known.message} [${known.code}]\n${known.hint === undefined ? '' : `hint  ${known.hint}\n`}`,
  );
  process.exitCode = known.meaning.exitCode;
}
