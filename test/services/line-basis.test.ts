import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { docxOf, paragraph, pdfOf } from '../extract/formats/sample-files.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
let quarry: Quarry;

const MARK = 'zanzibarquokka';
const BEFORE = '# One\n\nSome words before.\n\n## Two\n\n';
const RST =
  'One\n===\n\n.. note::\n\n   Some words.\n\n.. code-block:: sh\n\n   ls\n\n+---+---+\n| a | b |\n+---+---+\n\n';

/** Files whose stored text has the lines of the file. */
const OWN: Readonly<Record<string, string | Buffer>> = {
  'front.md': `---\ntitle: Front\ntags: [a]\n---\n\n${BEFORE}${MARK} here.\n`,
  'toml.md': `+++\ntitle = "Front"\n+++\n${BEFORE}${MARK} here.\n`,
  'crlf.md': `${BEFORE}${MARK} here.\n`.replaceAll('\n', '\r\n'),
  'bom.md': `\ufeff${BEFORE}${MARK} here.\n`,
  'signs.md': `a\fb\vc\u2028d\u2029e\u0085f\n\nx\u2028\n${MARK} here.\n`,
  'blank.txt': `\n\n\n${MARK} here.\n\n\n`,
  'wide.txt': Buffer.from(`\ufeffone\r\ntwo\r\n${MARK} here.\r\n`, 'utf16le'),
  'latin.txt': Buffer.from(`caf\u00e9\ncr\u00e8me br\u00fbl\u00e9e\n${MARK} here.\n`, 'latin1'),
  'page.rst': `${RST}${MARK} here.\n\nMore.\n`,
  'page.org': `#+TITLE: One\n* Two\n#+BEGIN_SRC sh\nls\n#+END_SRC\n${MARK} here.\n`,
  'table.csv': `a,b\n1,2\n${MARK},3\n`,
  'table.tsv': `a\tb\r\n1\t2\r\n${MARK}\t3\r\n`,
  'data.json': `{\n  "a": 1,\n  "b": "${MARK}"\n}\n`,
  'data.jsonl': `{"a":1}\n{"b":"${MARK}"}\n`,
  'data.yaml': `a: 1\n\nb: ${MARK}\n`,
  'data.xml': `<?xml version="1.0"?>\n<a>\n<b>${MARK}</b>\n</a>\n`,
  'mail.eml': `From: a@example.org\r\nSubject: one\r\n\r\n${MARK} here.\r\n`,
  'code.py': `# one\n\n\ndef two():\n    """\n    Text.\n    """\n    return "${MARK}"\n`,
  'code.ts': `/** One. */\r\nexport function two() {\r\n  return '${MARK}';\r\n}\r\n`,
  Makefile: `all:\n\techo one\n\techo ${MARK}\n`,
};

const HTML = `<html><head><title>T</title></head><body>\n\n\n<h1>One</h1><p>Some</p>\n\n\n<p>${MARK} here.</p></body></html>`;
const NOTEBOOK = JSON.stringify({
  cells: [{ cell_type: 'markdown', source: [`${MARK} here.`] }],
  metadata: {},
  nbformat: 4,
});

/** Files whose stored text has lines of its own. */
const EXTRACTED: Readonly<Record<string, () => string | Uint8Array>> = {
  'page.html': () => HTML,
  'book.ipynb': () => NOTEBOOK,
  'sheet.pdf': () => pdfOf([[[12, 72, 700, `${MARK} here.`]]]),
  'letter.docx': () => docxOf(paragraph(`${MARK} here.`)),
  'page.adoc': () => `= One\n:toc:\n\n[source,sh]\n----\nls\n----\n\n|===\n|a |b\n|c |d\n|===\n\n${MARK} here.\n`,
  'page.1': () => `.TH PAGE 1\n.SH NAME\npage \\- one\n.SH TWO\n${MARK} here.\n`,
  'progress.log': () => `one\r two\r three\n${MARK} here.\n`,
};

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'docs'));
  for (const [name, content] of Object.entries(OWN)) await writeFile(join(folder, 'docs', name), content);
  for (const [name, make] of Object.entries(EXTRACTED)) await writeFile(join(folder, 'docs', name), make());
  quarry = await openTestWorkspace(home);
  const job = await ingestAndWait(quarry, join(folder, 'docs'));
  expect(job.counts['added']).toBe(Object.keys(OWN).length + Object.keys(EXTRACTED).length);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

/** The line of the mark as grep and sed count it: line ends are the byte 10, or the unit 10 of wide text. */
async function lineOnDisk(name: string): Promise<number> {
  const bytes = await readFile(join(folder, 'docs', name));
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('latin1');
  return text.slice(0, text.indexOf(MARK)).split('\n').length;
}

interface Answer {
  readonly output: Record<string, unknown>;
  readonly text: string;
}

/** All answers that tell lines of a document, and for each which text they say they count. */
async function answersAbout(name: string): Promise<{ answers: Answer[]; line: number; bases: unknown[] }> {
  const url = pathToFileURL(join(folder, 'docs', name)).href;
  const fetched = await quarry.execute('fetch', { id: url });
  const whole = String(fetched.output['text']);
  const line = whole.slice(0, whole.indexOf(MARK)).split('\n').length;
  const one = await quarry.execute('fetch', { id: url, startLine: line, endLine: line });
  expect(one.output['text']).toContain(MARK);
  const found = await quarry.execute('search', { query: MARK, uriPrefix: url });
  const [hit] = found.output['results'] as unknown as { startLine: number; endLine: number; lineBasis: string }[]; // of the operation's shape
  expect(hit?.startLine).toBeLessThanOrEqual(line);
  expect(hit?.endLine).toBeGreaterThanOrEqual(line);
  const cited = await quarry.execute('verify_citation', { document: url, quote: MARK });
  const span = cited.output['span'] as unknown as { startLine: number; lineBasis: string }; // of the operation's shape
  expect(span.startLine).toBe(line);
  const outlined = await quarry.execute('outline', { id: url });
  const answers = [fetched, found, cited, outlined];
  return {
    answers,
    line,
    bases: [fetched.output['lineBasis'], hit?.lineBasis, span.lineBasis, outlined.output['lineBasis']],
  };
}

describe('line numbers', () => {
  test.each(Object.keys(OWN))('of %s are those of the file', async (name) => {
    const { answers, line, bases } = await answersAbout(name);
    expect(bases).toEqual(['source', 'source', 'source', 'source']);
    expect(line).toBe(await lineOnDisk(name));
    for (const { text } of answers) expect(text).not.toContain('of the extracted text');
  });

  test.each(Object.keys(EXTRACTED))('of %s say that they count the extracted text', async (name) => {
    const { answers, bases } = await answersAbout(name);
    expect(bases).toEqual(['extracted', 'extracted', 'extracted', 'extracted']);
    for (const { text } of answers) expect(text).toContain('of the extracted text');
  });
});
