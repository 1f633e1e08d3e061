import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the suites that come with the project. */
const EVAL = fileURLToPath(new URL('../../../../eval/', import.meta.url));

/** Texts of all Markdown documents under `eval/`: technical prose, tables and code without anybody's data. */
export function readCleanDocuments(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(EVAL, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('documents') && name.endsWith('.md'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(EVAL, name), 'utf8') }));
}
