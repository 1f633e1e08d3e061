import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCX_SAMPLES } from './docx-samples.js';
import type { StoredText } from './ingested.js';
import type { Figure, Measured } from './measured.js';
import { printed } from './tool.js';
import { plainLine, recall, wordsOf } from './words.js';

/** What a document is built of, each in order, in a spelling that can be compared. */
interface Parts {
  readonly headings: readonly string[];
  readonly items: readonly string[];
  readonly cells: readonly string[];
  readonly equations: readonly string[];
  readonly code: readonly string[];
}

const NAMES = ['headings', 'items', 'cells', 'equations', 'code'] as const;

/** Makes Word files of the samples in a folder; none without pandoc. */
export async function makeDocxFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [name, markdown] of Object.entries(DOCX_SAMPLES)) {
    const source = join(folder, `${name}.source`);
    const file = join(folder, `${name}.docx`);
    await writeFile(source, markdown);
    if ((await printed('pandoc', ['-f', 'markdown', '-o', file, source])) !== undefined) files.push(file);
  }
  return files;
}

/** Compares stored Word files with what pandoc reads in them; undefined without it. */
export async function measureDocx(
  set: string,
  files: readonly string[],
  stored: ReadonlyMap<string, StoredText>,
): Promise<Measured | undefined> {
  const totals = new Map<string, { kept: number; all: number }>();
  const worst: string[] = [];
  let documents = 0;
  for (const file of files) {
    const reference = await printed('pandoc', ['-f', 'docx', '-t', 'gfm+tex_math_dollars', '--wrap=none', file]);
    // Pandoc's own Markdown has every table without HTML, and formulas as TeX.
    const words = await printed('pandoc', ['-f', 'docx', '-t', 'markdown', '--wrap=none', file]);
    const text = stored.get(file)?.text;
    if (reference === undefined || words === undefined || text === undefined) continue;
    documents += 1;
    const [theirs, ours] = [partsOf(reference), partsOf(text)];
    for (const name of NAMES) {
      const kept = inOrder(theirs[name], ours[name]);
      add(totals, name, kept, theirs[name].length);
      if (kept < theirs[name].length) worst.push(`${kept} of ${theirs[name].length} ${name} ${file}`);
    }
    add(totals, 'words kept', recall(plainWords(words), plainWords(text)), 1);
  }
  if (documents === 0) return undefined;
  const figures = [...totals].map(
    ([name, { kept, all }]): Figure => ({
      name,
      value: all === 0 ? 1 : kept / all,
      target: name === 'words kept' ? 0.98 : 1,
    }),
  );
  return { format: 'docx', set, documents, figures, worst };
}

/** Words without Markdown's marks; formulas are TeX on both sides. */
function plainWords(markdown: string): string[] {
  return wordsOf(markdown.split('\n').map(plainLine).join('\n'));
}

function add(totals: Map<string, { kept: number; all: number }>, name: string, kept: number, all: number): void {
  const known = totals.get(name) ?? { kept: 0, all: 0 };
  totals.set(name, { kept: known.kept + kept, all: known.all + all });
}

/** How many of the reference's entries stand in the other list, in order. */
function inOrder(reference: readonly string[], list: readonly string[]): number {
  let at = 0;
  return reference.filter((entry) => {
    const found = list.indexOf(entry, at);
    if (found >= 0) at = found + 1;
    return found >= 0;
  }).length;
}

function partsOf(markdown: string): Parts {
  const [prose, code] = withoutFences(markdown);
  const lines = prose.split('\n');
  const equations = [...prose.matchAll(/\$\$?([^$]+)\$\$?/g)].map(([, tex = '']) =>
    tex.replace(/[\s{}]+|\\(?:left|right)(?![a-z])/g, ''),
  );
  return {
    headings: lines.filter((line) => /^#{1,6} /.test(line)).map((line) => `${line.indexOf(' ')} ${plainLine(line)}`),
    items: lines.flatMap((line) => {
      const item = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/.exec(line);
      return item === null
        ? []
        : [
            `${(item[1] ?? '') === '' ? 0 : 1} ${/\d/.test(item[2] ?? '') ? Number.parseInt(item[2] ?? '', 10) : '-'} ${plainLine(item[3] ?? '')}`,
          ];
    }),
    cells: lines
      .filter((line) => /^\s*\|.*\|\s*$/.test(line) && !/^[\s|:-]+$/.test(line))
      .map((line) => line.split('|').slice(1, -1).map(plainLine).join(' | ')),
    equations,
    code,
  };
}

/** A document without its code, fenced or indented, and the code. */
function withoutFences(markdown: string): readonly [string, readonly string[]] {
  const code: string[] = [];
  const keep = (body: string, indent: number): string => {
    const lines = body.split('\n').map((line) => line.slice(Math.min(indent, line.search(/\S|$/))).trimEnd());
    code.push(lines.join('\n').trim());
    return '';
  };
  const fences = /^( *)(```+|~~~+)[^\n]*\n([\s\S]*?)^ *\2 *$/gm;
  const unfenced = markdown.replace(fences, (_all, indent: string, _mark, body: string) => keep(body, indent.length));
  const isItem = (block: string): boolean => /^\s*(?:[-*+]|\d+[.)])\s/.test(block);
  const prose = unfenced.replace(/^(?: {4}.*\n?)+/gm, (block) => (isItem(block) ? block : keep(block, 4)));
  return [prose, code];
}
