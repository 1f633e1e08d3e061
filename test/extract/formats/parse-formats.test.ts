import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import type { ParsedDocument } from '../../../src/extract/formats/parsed-document.js';
import { storedZip } from '../../support/stored-zip.js';
import { docxFiles, docxOf, paragraph, pdfBomb, pdfOf } from './sample-files.js';

async function parse(
  content: string | Uint8Array,
  fileName: string,
  more: { mediaType?: string } = {},
): Promise<ParsedDocument> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return await parseDocument(bytes, { uri: `file:///x/${fileName}`, fileName, ...more });
}

describe('Markdown', () => {
  it('reads YAML front matter and leaves the text as it is', async () => {
    const text =
      '---\ntitle: "The: Title"\ntags: [a, b]\nkeywords: c\ncategory: guides\ndate: 2024-05-06\nauthor: Jane\nlicense: mit\nlang: fr\nnested: {a: {b: [1, .inf]}}\n---\n# Other\n\nbody\n';
    expect(await parse(text, 'a.md')).toMatchObject({
      title: 'The: Title',
      text,
      format: 'markdown',
      tags: ['a', 'b', 'c'],
      category: 'guides',
      modifiedAt: '2024-05-06T00:00:00.000Z',
      licence: 'MIT',
      language: 'fr',
      metadata: { author: 'Jane', nested: { a: { b: [1, 'Infinity'] } } },
    });
  });

  it('reads TOML front matter, and does without front matter that is broken', async () => {
    expect(
      await parse('+++\ntitle = "T"\ntags = ["x", \'y\']\ndraft = true\n[extra]\na = 1\n+++\ntext', 'a.md'),
    ).toMatchObject({ title: 'T', tags: ['x', 'y'], metadata: { draft: true } });
    expect(await parse('---\na: [1\nb: }\n---\n# Title\n', 'a.md')).toMatchObject({ title: 'Title', metadata: {} });
    expect((await parse('---\nnot closed\n# T\n', 'a.md')).title).toBe('T');
    const bomb = `---\n${Array.from({ length: 12 }, (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1},*a${at - 1}`}]`).join('\n')}\n---\n# T`;
    expect((await parse(bomb, 'a.md')).title).toBe('T');
    const polluted = await parse('---\n__proto__: {x: 1}\nconstructor: y\n---\nt', 'a.md');
    expect(Object.getPrototypeOf(polluted.metadata)).toBe(Object.prototype);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each([
    ['# A *b* `c` [d](e) #', 'A b c d'],
    ['intro\n\nTitle\n=====\n', 'Title'],
    ['```\n# no\n```\n# Yes', 'Yes'],
    ['~~~~\n# no\n~~~\n# no\n~~~~\n## Two\n# One', 'One'],
    ['<h1 align="center"><img src="x"> Logo</h1>', 'Logo'],
    ['## Only second', 'Only second'],
    ['#hashtag', 'a.md'],
    ['', 'a.md'],
  ])('takes the title of %j', async (text, title) => {
    expect((await parse(text, 'a.md')).title).toBe(title);
  });
});

describe('reStructuredText', () => {
  const source = [
    '=====',
    'Title',
    '=====',
    '',
    ':Author: Jane',
    '',
    'Use ``x`` and :func:`~a.b` and `this <http://x.org>`_.',
    '',
    'Section',
    '-------',
    '',
    'Run::',
    '',
    '    pip install x',
    '',
    '    more',
    '',
    'Deeper',
    '~~~~~~',
    '',
    '.. code-block:: python',
    '   :linenos:',
    '',
    '   def f():',
    '       return 1',
    '',
    '.. note:: Careful.',
    '   Really.',
    '',
    '   Nested::',
    '',
    '      literal',
    '',
    '.. py:function:: foo(a)',
    '',
    '   Does.',
    '',
    '   :param a: first',
    '',
    '.. image:: pic.png',
    '   :alt: A picture',
    '',
    '* one',
    '',
    '  .. code:: sh',
    '',
    '     ls',
    '',
    'term',
    '    meaning',
    '',
    '.. a comment',
    '   goes on',
    '',
    '.. _ref: http://y.org',
    '',
    'End.',
    '',
  ].join('\n');

  it('becomes Markdown', async () => {
    const { text, title, format } = await parse(source, 'a.rst');
    expect({ title, format }).toEqual({ title: 'Title', format: 'markdown' });
    for (const part of [
      '\n# Title\n',
      '- **Author**: Jane',
      'Use `x` and `a.b` and [this](http://x.org).',
      '\n## Section\n',
      'Run:\n```\npip install x\n\nmore\n```\n',
      '\n### Deeper\n',
      '```python\ndef f():\n    return 1\n```\n',
      '**Note:** Careful.\nReally.',
      'Nested:\n```\nliteral\n```',
      '#### `foo(a)`',
      'Does.',
      '- **param a**: first',
      '![A picture](pic.png)',
      '* one',
      '  ```bash\n  ls\n  ```',
      '**term**\nmeaning',
      '[ref]: http://y.org',
      'End.',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/comment|goes on|linenos|::/);
  });

  it('keeps every line on its line', async () => {
    const { text } = await parse(source, 'a.rst');
    const at = (of: string, word: string): number => of.split('\n').findIndex((line) => line.includes(word));
    expect(text.split('\n')).toHaveLength(source.split('\n').length);
    for (const word of [
      'Title',
      'Section',
      'pip install',
      'def f()',
      'Careful',
      'literal',
      'foo(a)',
      'meaning',
      'End.',
    ])
      expect(at(text, word)).toBe(at(source, word));
  });

  it('fences interpreter sessions, which Markdown would read as quotations', async () => {
    const source = 'Text.\n\n>>> f(1)\n2\n\nMore:\n\n   >>> g()\n   ... x\n\nEnd\n';
    const { text } = await parse(source, 'a.rst');
    expect(text).toBe('Text.\n```python\n>>> f(1)\n2\n```\nMore:\n   ```python\n   >>> g()\n   ... x\n   ```\nEnd\n');
  });

  it('turns grid and simple tables into pipe tables', async () => {
    const grid = '+---+-----+\n| a | b   |\n+===+=====+\n| 1 | two |\n|   | more|\n+---+-----+\n\nafter\n';
    expect((await parse(grid, 'a.rst')).text).toBe('| a | b |\n| --- | --- |\n| 1 | two more |\n\n\n\n\nafter\n');
    const simple = '===  ===\nA    B\n===  ===\n1    x|y\n     z\n2    w\n===  ===\n\nafter\n';
    expect((await parse(simple, 'a.rst')).text).toBe(
      '| A | B |\n| --- | --- |\n| 1 | x\\|y z |\n| 2 | w |\n\n\n\n\nafter\n',
    );
  });
});

describe('AsciiDoc and Org', () => {
  it('turns AsciiDoc into Markdown', async () => {
    const source = [
      '= Doc',
      ':ver: 2',
      '',
      'Text *bold* {ver} link:http://x.org[X] https://y.org[Y] <<a,See>>.',
      '',
      '[[a]]',
      '== Part',
      '',
      'NOTE: mind',
      '',
      '[source,ruby]',
      '----',
      'puts "```"',
      '----',
      '',
      '.List',
      '* one',
      '** two',
      '. num',
      'term:: def',
      '',
      '[WARNING]',
      '====',
      'Danger',
      '====',
      '',
      '|===',
      '|A |B',
      '',
      '|1',
      '|2',
      '|===',
      '',
      '////',
      'hidden',
      '////',
      'Old style',
      '---------',
      'image::p.png[Alt]',
      '',
    ].join('\n');
    const { text, title } = await parse(source, 'a.adoc');
    expect(title).toBe('Doc');
    for (const part of [
      '# Doc',
      'Text **bold** 2 [X](http://x.org) [Y](https://y.org) See.',
      '\n## Part\n',
      '**Note:** mind',
      '````ruby\nputs "```"\n````'.replaceAll('````', '````'),
      '**List**\n\n- one\n  - two\n    1. num\n       - **term**: def',
      '**Warning:** Danger',
      '| A | B |\n| --- | --- |\n| 1 | 2 |',
      '## Old style',
      '![Alt](p.png)',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('hidden');
  });

  it('turns Org into Markdown on the same lines', async () => {
    const source =
      '#+TITLE: My notes\n* TODO [#A] Head :tag:\n:PROPERTIES:\n:ID: 1\n:END:\n#+BEGIN_SRC sh\n* ls\n#+END_SRC\n[[http://a.org][link]] ~code~ *b*\n| a | b |\n|---+---|\n';
    const { text, title } = await parse(source, 'a.org');
    expect(title).toBe('My notes');
    expect(text).toBe(
      '\n# Head\n\n\n\n```bash\n* ls\n```\n[link](http://a.org) `code` **b**\n| a | b |\n| --- | --- |\n',
    );
  });

  it.each(['a.rst', 'a.adoc', 'a.org', 'a.md', 'a.txt'])(
    'reads any lines as %s without failing, in linear time',
    async (name) => {
      const line = fc.oneof(
        fc.constantFrom(
          '',
          '=====',
          '-----',
          '~~~',
          '.. x::',
          '.. code:: py',
          '   y',
          '      z',
          'a::',
          '::',
          '* i',
          '|===',
          '----',
          '....',
          '[source,a]',
          '+---+',
          '| a |',
          '== ==',
          '+',
          '++++',
          ':a: b',
          '.. |x| image:: y',
          '#+begin_src',
          '#+end_src',
          ':END:',
          '    ',
          '\t\tq',
          '....b',
          '____',
          '--',
          '```',
          '---',
          '+++',
          '|',
          '.. _a: b',
          '..',
        ),
        fc.string({ maxLength: 10 }).map((text) => text.replace(/[\n\r\0]/g, '')),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
          const source = `Word of text\n${lines.join('\n')}`;
          const parsed = await parse(source, name);
          expect(parsed.text.length).toBeLessThan(source.length * 8 + 2000);
          expect(parsed.title).not.toBe('');
        }),
        { numRuns: 150, seed: 3 },
      );
      const long = await parse(
        `${'+---+\n| a |\n== ==\n.. code::\n\n   x\na::\n'.repeat(4000)}${'*'.repeat(50_000)}\n${'`a '.repeat(20_000)}\n${'link:'.repeat(3000)}`,
        name,
      );
      expect(long.text.length).toBeGreaterThan(1000);
    },
  );
});

describe('notebooks', () => {
  it('keeps text and code cells, cuts outputs and drops pictures', async () => {
    const notebook = {
      metadata: { kernelspec: { language: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# Title\n', 'text ![x](data:image/png;base64,AAAA)'] },
        {
          cell_type: 'code',
          source: 'print(1)',
          outputs: [
            { output_type: 'stream', text: ['\u001b[31m1\u001b[0m\n'] },
            { output_type: 'display_data', data: { 'image/png': 'AAAA' } },
          ],
        },
        {
          cell_type: 'code',
          source: '%%bash\nls',
          outputs: [
            {
              output_type: 'execute_result',
              data: { 'text/plain': Array.from({ length: 50 }, (_, at) => `line ${at}\n`) },
            },
          ],
        },
        { cell_type: 'code', source: '', outputs: [{ output_type: 'error', ename: 'ValueError', evalue: 'bad' }] },
        'not a cell',
      ],
    };
    const parsed = await parse(JSON.stringify(notebook), 'a.ipynb');
    expect(parsed).toMatchObject({ title: 'Title', format: 'markdown', metadata: { codeLanguage: 'python' } });
    expect(parsed.text).toContain(
      '# Title\ntext ![x]()\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```bash\n%%bash\nls\n```',
    );
    expect(parsed.text).toContain('line 19\n...\n```');
    expect(parsed.text).toContain('ValueError: bad');
    expect(parsed.text).not.toContain('AAAA');
  });

  it.each(['', '{', '[]', '{"cells": 7}', 'null', '{"nbformat": 4}'])('refuses %j as broken', async (text) => {
    await expect(parse(text, 'a.ipynb')).rejects.toMatchObject({ code: 'DOCUMENT_BROKEN', hint: expect.any(String) });
  });
});

describe('PDF', () => {
  it('keeps headings, paragraphs, code and page starts, and drops running lines', async () => {
    const page = (number: number): Parameters<typeof pdfOf>[0][number] => [
      [9, 72, 770, `Running head ${number}`],
      [12, 72, 700, `Paragraph on page ${number} that is hyphen-`],
      [12, 72, 686, 'ated and goes on.'],
      [12, 72, 650, 'Next one.'],
      [9, 300, 30, String(number)],
    ];
    const first: Parameters<typeof pdfOf>[0][number] = [
      [24, 72, 740, 'Big Title'],
      ...page(1),
      [16, 72, 600, 'Section'],
      [10, 72, 570, 'def f\\(\\):', 'F2'],
      [10, 96, 558, 'return 1', 'F2'],
    ];
    const parsed = await parse(
      pdfOf([first, page(2), page(3)], "/Title (A & B) /Author (Jane) /ModDate (D:20240131120000+01'00')"),
      'a.pdf',
    );
    expect(parsed.text).toBe(
      '# Big Title\n\nParagraph on page 1 that is hyphenated and goes on.\n\nNext one.\n\n## Section\n\n```\ndef f():\n    return 1\n```\n\n' +
        'Paragraph on page 2 that is hyphenated and goes on.\n\nNext one.\n\nParagraph on page 3 that is hyphenated and goes on.\n\nNext one.',
    );
    expect(parsed).toMatchObject({
      title: 'A & B',
      modifiedAt: '2024-01-31T11:00:00.000Z',
      mediaType: 'application/pdf',
      metadata: { author: 'Jane', pages: 3 },
    });
    const starts = parsed.metadata['pageStarts'] as number[];
    expect(starts.map((start) => parsed.text.slice(start, start + 12))).toEqual([
      '# Big Title\n',
      'Paragraph on',
      'Paragraph on',
    ]);
    expect(starts[1]).toBe(parsed.text.indexOf('Paragraph on page 2'));
  });

  it('makes pages sections when nothing else divides the text', async () => {
    const parsed = await parse(pdfOf([[[12, 72, 700, 'One.']], [[12, 72, 700, 'Two.']]]), 'report.pdf');
    expect(parsed.text).toBe('## Page 1\n\nOne.\n\n## Page 2\n\nTwo.');
    expect(parsed.title).toBe('report.pdf');
  });

  it('gives an empty text for a scan', async () => {
    expect((await parse(pdfOf([[], []]), 'scan.pdf')).text).toBe('');
  });

  it('knows a PDF by its first bytes, whatever it is called', async () => {
    expect(
      (await parse(pdfOf([[[12, 72, 700, 'One.']]]), 'download', { mediaType: 'application/octet-stream' })).mediaType,
    ).toBe('application/pdf');
  });

  it('refuses broken files with a hint, and goes on with the next', async () => {
    const whole = pdfOf([[[12, 72, 700, 'One.']]]);
    for (const bytes of [Buffer.from('%PDF-1.4 nothing'), whole.subarray(0, 200)]) {
      await expect(parse(bytes, 'a.pdf')).rejects.toMatchObject({ code: 'DOCUMENT_BROKEN', hint: expect.any(String) });
    }
    expect((await parse(whole, 'a.pdf')).text).toBe('One.');
  });

  it('gives up on a page that unpacks to gigabytes, and goes on with the next', async () => {
    const bomb = parseDocument(pdfBomb(4), { uri: 'a.pdf', limits: { maxMemoryBytes: 150_000_000 } });
    await expect(bomb).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      hint: expect.any(String),
    });
    expect((await parse(pdfOf([[[12, 72, 700, 'One.']]]), 'a.pdf')).text).toBe('One.');
  });

  it('gives up at once when cancelled', async () => {
    const controller = new AbortController();
    const bomb = parseDocument(pdfBomb(4), { uri: 'a.pdf', signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(bomb).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await parse(pdfOf([[[12, 72, 700, 'One.']]]), 'a.pdf')).text).toBe('One.');
  });

  it('gives up in time', async () => {
    const pages = Array.from({ length: 400 }, (_, at) => [[12, 72, 700, `Page ${at}.`]] as const);
    const slow = parseDocument(pdfOf(pages), { uri: 'a.pdf', limits: { timeoutMs: 1 } });
    await expect(slow).rejects.toMatchObject({ code: 'TIMEOUT', hint: expect.any(String) });
    expect((await parse(pdfOf([[[12, 72, 700, 'One.']]]), 'a.pdf')).text).toBe('One.');
  });
});

describe('DOCX', () => {
  it('keeps headings, lists of cells and properties', async () => {
    const cell = (text: string): string => `<w:tc>${paragraph(text)}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell('A')}${cell('B')}</w:tr><w:tr>${cell('1')}${cell('2')}</w:tr></w:tbl>`;
    const core =
      '<dc:title>Doc &amp; T</dc:title><dc:creator>Me</dc:creator><cp:keywords>x, y</cp:keywords><dcterms:modified xsi:type="dcterms:W3CDTF">2024-01-02T03:04:05Z</dcterms:modified>';
    expect(
      await parse(docxOf(paragraph('Head', 'Heading1') + paragraph('Text.') + table, core), 'a.docx'),
    ).toMatchObject({
      title: 'Doc & T',
      text: '# Head\n\nText.\n\n| A | B |\n| --- | --- |\n| 1 | 2 |',
      tags: ['x', 'y'],
      modifiedAt: '2024-01-02T03:04:05.000Z',
      metadata: { author: 'Me' },
    });
  });

  it('never inflates more than allowed, whatever the directory claims', async () => {
    // 300 MB of white space in a megabyte, with a directory that admits it and one that does not.
    const packed = deflateRawSync(Buffer.alloc(300_000_000, 0x20));
    for (const claimed of [300_000_000, 10]) {
      const bomb = packedZip('word/document.xml', packed, claimed);
      await expect(parse(bomb, 'a.docx')).rejects.toMatchObject({
        code: 'DOCUMENT_TOO_LARGE',
        hint: expect.any(String),
      });
    }
    await expect(parse(packedZip('word/document.xml', packed, 4_000_000_000), 'a.docx')).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
    });
    const many = new Map(Array.from({ length: 12_000 }, (_, at) => [`word/x${at}.xml`, Buffer.from('x')] as const));
    await expect(parse(storedZip(many), 'a.docx')).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
  });

  it('refuses what is no Word document', async () => {
    const files = docxFiles(paragraph('x'));
    files.set('word/document.xml', Buffer.from('<w:document><unclosed'));
    const cases: Uint8Array[] = [
      Buffer.from('hello'),
      Buffer.from('PK\x03\x04 cut off'),
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3]),
      storedZip(new Map([['xl/workbook.xml', Buffer.from('<x/>')]])),
      storedZip(files),
      docxOf(paragraph('x')).subarray(0, 300),
      docxOf('<w:sdt><w:sdtContent>'.repeat(20_000) + '</w:sdtContent></w:sdt>'.repeat(20_000)),
    ];
    for (const bytes of cases)
      await expect(parse(bytes, 'a.docx')).rejects.toMatchObject({ code: 'DOCUMENT_BROKEN', hint: expect.any(String) });
  });
});

/** An archive of one deflated file whose directory claims any size. */
function packedZip(name: string, packed: Uint8Array, claimed: number): Uint8Array {
  const archive = Buffer.from(storedZip(new Map([[name, packed]])));
  const entry = archive.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  for (const [start, method, size] of [
    [0, 8, 22],
    [entry, 10, 24],
  ] as const) {
    archive.writeUInt16LE(8, start + method);
    archive.writeUInt32LE(claimed, start + size);
  }
  return archive;
}

describe('code and data', () => {
  it.each([
    ['a.ts', 'typescript'],
    ['a.tsx', 'tsx'],
    ['a.jsx', 'javascript'],
    ['a.py', 'python'],
    ['a.go', 'go'],
    ['a.rs', 'rust'],
    ['A.java', 'java'],
    ['a.cs', 'csharp'],
    ['a.cc', 'cpp'],
    ['a.c', 'c'],
    ['a.rb', 'ruby'],
    ['a.php', 'php'],
    ['a.sh', 'bash'],
    ['a.ps1', 'powershell'],
    ['a.css', 'css'],
    ['a.ini', 'ini'],
    ['a.kt', 'kotlin'],
    ['a.swift', 'swift'],
    ['a.scala', 'scala'],
    ['a.sql', 'sql'],
    ['Dockerfile', 'dockerfile'],
    ['Makefile', 'makefile'],
    ['CMakeLists.txt', 'cmake'],
    ['a.json', 'json'],
    ['a.yml', 'yaml'],
    ['a.toml', 'toml'],
    ['a.csv', 'csv'],
    ['a.jsonl', 'jsonl'],
    ['a.xml', 'xml'],
  ])('reads %s as %s', async (name, language) => {
    expect(await parse('text = 1\n', name)).toMatchObject({ format: 'code', language, text: 'text = 1\n' });
  });

  it('knows scripts by their first line and C++ headers by their content', async () => {
    expect((await parse('#!/usr/bin/env -S python3 -u\nprint(1)\n', 'tool')).language).toBe('python');
    expect((await parse('#!/bin/bash\nls\n', 'tool')).language).toBe('bash');
    expect((await parse('int f(void);\n', 'a.h')).language).toBe('c');
    expect((await parse('namespace x {\nclass A;\n}\n', 'a.h')).language).toBe('cpp');
    expect(await parse('plain words\n', 'README')).toMatchObject({ format: 'plain', language: '' });
  });

  it('believes the origin when it is specific and the name when it is not', async () => {
    expect((await parse('# T', 'a.md', { mediaType: 'text/plain' })).format).toBe('markdown');
    expect((await parse('<p>x</p>', 'a.md', { mediaType: 'text/html' })).text).toBe('x');
    expect((await parse('{"a":1}', 'a', { mediaType: 'application/problem+json' })).language).toBe('json');
    await expect(parse('x', 'a', { mediaType: 'image/png' })).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
    await expect(parse(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'a.md')).rejects.toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      hint: expect.any(String),
    });
  });

  it('finds the licence in a header', async () => {
    expect((await parse('// SPDX-License-Identifier: MIT OR Apache-2.0\nx', 'a.ts')).licence).toBe('MIT OR Apache-2.0');
    expect(
      (await parse('/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) */\nx', 'a.c')).licence,
    ).toBe('(GPL-2.0-only WITH Linux-syscall-note)');
  });
});

describe('limits and odd input', () => {
  it('refuses what is too large with a hint', async () => {
    const bytes = Buffer.from('x'.repeat(2000));
    await expect(parseDocument(bytes, { uri: 'a.txt', limits: { maxBytes: 1000 } })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      hint: expect.any(String),
    });
    await expect(parseDocument(bytes, { uri: 'a.txt', limits: { maxCharacters: 1000 } })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
    });
  });

  it('normalises line ends, NULs and marks, and calls white space empty', async () => {
    expect((await parse(`\ufeffa\r\nb\rc\0d${' more'.repeat(20)}`, 'a.txt')).text).toBe(
      `a\nb\ncd${' more'.repeat(20)}`,
    );
    expect((await parse(' \n\t\n', 'a.md')).text).toBe('');
  });

  it('reads a line of ten million characters', async () => {
    const line = 'word '.repeat(2_000_000);
    for (const name of ['a.md', 'a.rst', 'a.adoc', 'a.org', 'a.txt', 'a.json'])
      expect((await parse(line, name)).text).toHaveLength(
        line.length - (name === 'a.rst' || name === 'a.adoc' ? 1 : 0),
      );
  });

  it('reads hundreds of thousands of lines, rows and cells', async () => {
    const lines = 130_000;
    expect((await parse(`----\n${'x\n'.repeat(lines)}----\n`, 'a.adoc')).text.split('\n')).toHaveLength(lines + 2);
    expect((await parse(`|===\n${'|a |b\n'.repeat(10_000)}|===\n`, 'a.adoc')).text).toContain('| a | b |');
    expect((await parse(`a::\n\n${'  x\n'.repeat(lines)}\n`, 'a.rst')).text).toContain('```\nx\n');
    expect((await parse(`= =\n${'a b\n'.repeat(10_000)}= =\n`, 'a.rst')).text).toContain('| a | b |');
    const table = `<table>${'<tr><td>a<td>b'.repeat(20_000)}</table>`;
    expect((await parse(table, 'a.html')).text).toContain('| a | b |\n| --- | --- |\n| a | b |');
  });

  it('gives a typed error or a text for any bytes under any name', async () => {
    const name = fc.constantFrom(
      'a.md',
      'a.html',
      'a.pdf',
      'a.docx',
      'a.ipynb',
      'a.rst',
      'a.adoc',
      'a.org',
      'a.1',
      'a.1.gz',
      'a.csv',
      'a.py',
      'a',
      'a.unknown',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(
          '',
          '%PDF-1.7\n',
          'PK\x03\x04',
          '<html>',
          '---\n',
          '{"cells":[',
          '.TH X 1\n',
          '.Dd x\n.Dt X 1\n',
          '\x1f\x8b\x08',
        ),
        name,
        async (bytes, head, fileName) => {
          const input = Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
          try {
            const parsed = await parseDocument(input, { uri: `file:///${fileName}` });
            expect(parsed.text).not.toMatch(/\0|\p{Surrogate}/u);
          } catch (error) {
            expect(error).toMatchObject({ name: 'QuarryError', hint: expect.any(String) });
            expect(['DOCUMENT_BROKEN', 'FORMAT_UNSUPPORTED', 'DOCUMENT_TOO_LARGE']).toContain(
              (error as { code: string }).code,
            );
          }
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});
