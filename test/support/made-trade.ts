import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jargonTrade } from '../../scripts/specialists/jargon-trade.js';
import type { MadeCollection, MadeDocument } from '../../scripts/specialists/made-collection.js';

/** The first documents of a made-up trade, ten for each of its things, and the questions that they answer. */
export function smallTrade(count: number): MadeCollection {
  const whole = jargonTrade(1);
  const documents = whole.documents.slice(0, count);
  const ids = new Set(documents.map(({ id }) => id));
  const questions = whole.questions.filter(({ answers }) => answers.every((answer) => ids.has(answer)));
  return { ...whole, documents, questions };
}

/** Writes documents as Markdown pages; resolves to the folder that holds them. */
export async function writePages(folder: string, documents: readonly MadeDocument[]): Promise<string> {
  const pages = join(folder, 'pages');
  await mkdir(pages);
  for (const { id, title, text } of documents) await writeFile(join(pages, `${id}.md`), `# ${title}\n\n${text}\n`);
  return pages;
}
