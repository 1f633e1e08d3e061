import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SuiteDocument } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import { compareIds } from '../core/ranking/blend.js';
import { normalizeText } from '../core/text/normalize-text.js';
import { toFileError } from './read-lines.js';
import { jsonId, readJsonLines } from './read-queries.js';

const documentLine = z.looseObject({ _id: jsonId, title: z.string().nullish(), text: z.string().nullish() });

/** Streams a BEIR `corpus.jsonl`. @throws QuarryError SUITE_INVALID for a repeated id */
export async function* readCorpusFile(path: string): AsyncGenerator<SuiteDocument> {
  const seen = new Set<string>();
  for await (const { value, line } of readJsonLines(path, documentLine)) {
    if (seen.has(value._id)) {
      throw new QuarryError(
        'SUITE_INVALID',
        `${path}:${line}: document id ${JSON.stringify(value._id)} occurs twice.`,
        {
          hint: 'Give every document its own id.',
        },
      );
    }
    seen.add(value._id);
    const title = normalizeText(value.title ?? '').trim();
    yield { id: value._id, title, text: normalizeText(value.text ?? ''), format: 'plain' };
  }
}

/** Streams a folder of Markdown files; a document's id is its path below the folder, with `/` and without `.md`. */
export async function* readMarkdownFolder(folder: string): AsyncGenerator<SuiteDocument> {
  for (const path of await listMarkdown(folder)) {
    let text: string;
    try {
      text = normalizeText(await readFile(join(folder, path), 'utf8'));
    } catch (error) {
      throw toFileError(join(folder, path), error, 'SUITE_INVALID');
    }
    yield { id: path.slice(0, -'.md'.length), title: titleOf(text, path), text, format: 'markdown' };
  }
}

async function listMarkdown(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.md'));
    const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length));
    return paths.map((path) => path.replaceAll('\\', '/')).sort(compareIds);
  } catch (error) {
    throw toFileError(folder, error, 'SUITE_INVALID');
  }
}

/** The first heading of level one, else the file's name. */
function titleOf(text: string, path: string): string {
  const heading = /^#[ \t]+(.+?)[ \t]*#*$/m.exec(text)?.[1];
  return heading ?? path.slice(path.lastIndexOf('/') + 1, -'.md'.length);
}
