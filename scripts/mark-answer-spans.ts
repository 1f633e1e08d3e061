import { readFile, writeFile } from 'node:fs/promises';
import { type AnswerSpan, markPhrase, type SpanFile } from './evaluate/answer-spans.js';
import { readFileCollection } from './evaluate/file-collection.js';

const USAGE = `node dist/scripts/mark-answer-spans.js FOLDER PHRASES SOURCE OUTPUT

Turns phrases that answer questions into fingerprints (see eval/answer-spans/README.md), so that none of a collection's
text is kept. FOLDER is the collection, PHRASES a file of lines "question<tab>path<tab>phrase" that stays outside the
project, SOURCE says in words where the collection's text is from, OUTPUT is the file to write.`;

async function main([folder, phrases, source, output]: readonly string[]): Promise<string[]> {
  if (folder === undefined || phrases === undefined || source === undefined || output === undefined) return [USAGE];
  const collection = await readFileCollection(folder);
  if (collection === undefined) return [`${folder} is no collection of files.`];
  const { files, qrels } = collection;
  const spans: AnswerSpan[] = [];
  const problems: string[] = [];
  for (const line of (await readFile(phrases, 'utf8')).split('\n').filter((entry) => entry !== '')) {
    const [query = '', path = '', phrase = ''] = line.split('\t');
    const file = files.find((one) => one.path === path);
    const grade = qrels.get(query)?.get(path) ?? 0;
    const span = file === undefined || grade < 2 ? undefined : markPhrase(query, file, phrase);
    if (span === undefined) problems.push(`${query} ${path}: not there, or not judged to answer: ${phrase}`);
    else spans.push(span);
  }
  const written: SpanFile = { collection: collection.name, source, spans };
  if (problems.length === 0) await writeFile(output, formatSpans(written));
  return problems;
}

/** One span to a line, so that a change is seen as one. */
function formatSpans({ collection, source, spans }: SpanFile): string {
  const head = `  "collection": ${JSON.stringify(collection)},\n  "source": ${JSON.stringify(source)},`;
  return `{\n${head}\n  "spans": [\n${spans.map((span) => `    ${JSON.stringify(span)}`).join(',\n')}\n  ]\n}\n`;
}

const problems = await main(process.argv.slice(2));
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
