import { describe, expect, it } from '@jest/globals';
import type { ParsedDocument } from '../../../src/extract/formats/parsed-document.js';
import { parseText } from './parse-text.js';

async function parseCells(...cells: unknown[]): Promise<ParsedDocument> {
  return await parseText(JSON.stringify({ nbformat: 4, metadata: {}, cells }), 'a.ipynb');
}

const shown = (data: Record<string, unknown>): unknown => ({
  cell_type: 'code',
  source: '',
  outputs: [{ output_type: 'display_data', data }],
});

describe('outputs of notebooks', () => {
  it.each([
    [{ 'text/html': ['<p>Only html output,', ' forty mm</p>'] }, 'Only html output, forty mm'],
    [
      { 'text/html': '<table><tr><th>Day<th>mm</tr><tr><td>Mon<td>3</table>' },
      '| Day | mm |\n| --- | --- |\n| Mon | 3 |',
    ],
    [{ 'text/html': '<style>p{}</style><script>x()</script><b>Sum</b>: 3' }, '**Sum**: 3'],
    [{ 'text/markdown': '**Forty** mm' }, '**Forty** mm'],
    [{ 'text/latex': '$\\frac{F}{A}$' }, '$\\frac{F}{A}$'],
    [{ 'text/latex': 'x^2' }, '$$x^2$$'],
    [{ 'application/json': { mm: 40 } }, '```text\n{"mm":40}\n```'],
    [{ 'text/html': '<b>x</b>', 'text/plain': 'x' }, '```text\nx\n```'],
  ])('%j are shown', async (data, expected) => {
    expect((await parseCells(shown(data))).text).toBe(expected);
  });

  it('keep the indentation of their first line and their order', async () => {
    const { text } = await parseCells({
      cell_type: 'code',
      source: 'f()',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: '\n  day\n0 Mon\n' },
        { output_type: 'display_data', data: { 'text/markdown': '# Between' } },
        { output_type: 'stream', name: 'stderr', text: 'warning\n' },
        { output_type: 'error', ename: 'ValueError', evalue: 'bad', traceback: [] },
      ],
    });
    expect(text).toBe(
      '```python\nf()\n```\n\n```text\n  day\n0 Mon\n```\n\n# Between\n\n```text\nwarning\nValueError: bad\n```',
    );
  });

  it('are counted where they cannot be shown', async () => {
    const parsed = await parseCells(
      shown({ 'image/png': 'AAAA' }),
      shown({ 'application/vnd.jupyter.widget-view+json': { model_id: 'x' } }),
      {
        cell_type: 'markdown',
        source: '![](attachment:a.png) ![Curve](attachment:b.png)',
        attachments: { 'a.png': {}, 'b.png': {} },
      },
    );
    expect(parsed.text).toBe('![]() ![Curve]()');
    expect(parsed.losses).toEqual({ image: 2, script: 1 });
  });
});

describe('cells of notebooks', () => {
  it('of format 3 keep heading levels, results and errors', async () => {
    const cells = [
      { cell_type: 'heading', level: 2, source: 'Pumps' },
      { cell_type: 'heading', level: 3, source: ['Small\n', 'ones'] },
      {
        cell_type: 'code',
        input: 'run()',
        outputs: [
          { output_type: 'pyout', text: ['7'] },
          { output_type: 'pyerr', ename: 'KeyError', evalue: 'x' },
          { output_type: 'pyout', html: '<i>only</i>' },
        ],
      },
    ];
    const parsed = await parseText(
      JSON.stringify({ nbformat: 3, metadata: { name: 'Old' }, worksheets: [{ cells }] }),
      'a.ipynb',
    );
    expect(parsed.text).toBe(
      '## Pumps\n\n### Small ones\n\n```python\nrun()\n```\n\n```text\n7\nKeyError: x\n```\n\n*only*',
    );
    expect(parsed.title).toBe('Pumps');
  });

  it('that are raw are shown as typed, unless they are Markdown', async () => {
    const raw = (source: string, format?: string): unknown => ({
      cell_type: 'raw',
      source,
      metadata: format === undefined ? {} : { format },
    });
    const { text } = await parseCells(
      raw('---\ntitle: x\n---'),
      raw('*a*', 'text/markdown'),
      raw('\\alpha', 'text/latex'),
    );
    expect(text).toBe('```text\n---\ntitle: x\n---\n```\n\n*a*\n\n```latex\n\\alpha\n```');
  });

  it('keep formulas and exponents', async () => {
    const { text } = await parseCells({
      cell_type: 'markdown',
      source: 'Area $x_1^2$, 10<sup>-6</sup> and H<sub>2</sub>O, `<sup>2</sup>`',
    });
    expect(text).toBe('Area $x_1^2$, 10^-6 and H2O, `<sup>2</sup>`');
  });

  it('are read when a server calls the notebook JSON', async () => {
    const notebook = JSON.stringify({
      nbformat: 4,
      metadata: {},
      cells: [{ cell_type: 'markdown', source: '# Tides' }],
    });
    expect(await parseText(notebook, 'nb.ipynb', { mediaType: 'application/json' })).toMatchObject({
      title: 'Tides',
      format: 'markdown',
    });
    expect((await parseText(notebook, 'nb.json', { mediaType: 'application/json' })).format).toBe('code');
  });
});
