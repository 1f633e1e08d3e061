// Ingests a folder, asks a question, checks the citation of every answer.
//   node docs/examples/ask-a-folder.mjs <folder> "<question>"
// @ts-check
import { openQuarry } from 'quarry';

const [folder = 'docs', question = 'what happens to a job when its process is killed?'] = process.argv.slice(2);

const quarry = await openQuarry();
try {
  const started = await quarry.execute('ingest', { target: folder });
  const job = await quarry.waitForJob(started.output.jobId);
  if (job.error !== null) throw new Error(`${job.error.message} ${job.error.hint ?? ''}`);

  const { output } = await quarry.execute('search', { query: question, limit: 3 });
  for (const hit of output.results) {
    const { documentId: document, contentHash, start, text: quote } = hit;
    const check = await quarry.execute('verify_citation', { document, contentHash, start, quote });
    console.log(`${hit.rank}. ${hit.title} (${hit.url}, lines ${hit.startLine}-${hit.endLine}): ${check.output.status}`);
  }
  if (output.hint !== null) console.log(output.hint);
} finally {
  await quarry.close();
}
