import { describe, expect, it } from '@jest/globals';
import { parseText } from './parse-text.js';

async function markdown(source: string): Promise<string> {
  const { text } = await parseText(`${source}\n`, 'a.rst');
  return text.replace(/\n{3,}/g, '\n\n').trim();
}

const rows = (...lines: string[]): string => lines.join('\n');

describe('reStructuredText', () => {
  it.each([
    ['10\\ :sup:`-6` A and 10\\ :sup:`−6`', '10^-6 A and 10^−6'],
    ['E=mc\\ :sup:`2`, 2\\ :superscript:`n/2`', 'E=mc^2, 2^(n/2)'],
    ['H\\ :sub:`2`\\ O and x\\ :subscript:`i`', 'H2O and x_i'],
    [':math:`a_b\\ c` and :math:`\\frac{F}{A}`', '$a_b\\ c$ and $\\frac{F}{A}$'],
    ['.. role:: m(math)\n\n:m:`x^2` here', '$x^2$ here'],
    ['.. math:: q = v \\cdot A', '$$q = v \\cdot A$$'],
    ['.. math::\n   :label: f\n\n   x^2', '```math\nx^2\n```'],
    ['.. math:: a = b\n\n   c = d\n\nEnd', '$$a = b c = d$$\n\nEnd'],
  ])('keeps the meaning of %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [
      '.. csv-table:: Pressures\n   :header: "Model", "Bar"\n\n   "A, b", 3\n   "q ""x""", a|b',
      '**Pressures**\n\n| Model | Bar |\n| --- | --- |\n| A, b | 3 |\n| q "x" | a\\|b |',
    ],
    ['.. csv-table::\n   :header-rows: 1\n   :delim: ;\n\n   a;b\n   1;2', '| a | b |\n| --- | --- |\n| 1 | 2 |'],
    [".. csv-table::\n   :quote: '\n   :delim: tab\n\n   'x\ty'\tz", '|  |  |\n| --- | --- |\n| x\ty | z |'],
    ['.. csv-table::\n   :escape: \\\n\n   "a \\" b", 2', '|  |  |\n| --- | --- |\n| a " b | 2 |'],
    [
      '.. list-table:: Versions\n   :header-rows: 1\n\n   * - Version\n     - Date\n   * - 1\n     - May\n\n       * x\n       * y',
      '**Versions**\n\n| Version | Date |\n| --- | --- |\n| 1 | May<br>* x<br>* y |',
    ],
    ['.. list-table::\n\n   * - a\n     - b\n   * -\n     - c|d', '|  |  |\n| --- | --- |\n| a | b |\n|  | c\\|d |'],
  ])('reads tables given as data: %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [
      rows(
        '=====  =====  ======',
        '   Inputs     Output',
        '------------  ------',
        '  A      B    A or B',
        '=====  =====  ======',
        'False  True   True',
        '=====  =====  ======',
      ),
      '| Inputs |  | Output |\n| --- | --- | --- |\n| A | B | A or B |\n| False | True | True |',
    ],
    [
      rows('===  ===  ===', 'a    b    c', '--------  ---', 'x    y    z', '===  ===  ==='),
      '|  |  |  |\n| --- | --- | --- |\n| a    b |  | c |\n| x | y | z |',
    ],
    [
      rows('==  =====', 'K   Words', '==  =====', '1   one', '    more', '', '2   * x', '    * y', '==  ====='),
      '| K | Words |\n| --- | --- |\n| 1 | one more |\n| 2 | * x<br>* y |',
    ],
    [
      rows('====  ====', '漢字  two', '====  ====', 'ab    cd', '====  ===='),
      '| 漢字 | two |\n| --- | --- |\n| ab | cd |',
    ],
  ])('reads the simple table %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [
      rows('+---+---+---+', '| A | 1 | 2 |', '|   +---+---+', '|   | 3 | 4 |', '+---+---+---+'),
      '|  |  |  |\n| --- | --- | --- |\n| A | 1 | 2 |\n| A | 3 | 4 |',
    ],
    [
      rows(
        '+-----+-----+',
        '| a|b | c   |',
        '+=====+=====+',
        '| - x | y   |',
        '| - z |     |',
        '+-----+-----+',
        '| wide      |',
        '+-----------+',
      ),
      '| a\\|b | c |\n| --- | --- |\n| - x<br>- z | y |\n| wide |  |',
    ],
    [
      rows(
        '+---+---+---+',
        '| a | b     |',
        '|   +---+---+',
        '|   | c | d |',
        '+---+   +---+',
        '| e |   | f |',
        '+---+---+---+',
      ),
      '|  |  |  |\n| --- | --- | --- |\n| a | b |  |\n| a | c | d |\n| e | c | f |',
    ],
  ])('reads the grid table %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    ['..\n\n   Quoted words here.', 'Quoted words here.'],
    [
      '.. note:: Careful.\n\n.. code:: python\n   :number-lines:\n\n   x = 1',
      '**Note:** Careful.\n\n```python\nx = 1\n```',
    ],
    ['.. |name| replace:: The *Name*\n.. |c| unicode:: 0xA9\n\n|name| |c| |version|', 'The *Name* © version'],
    ['a|b|c stays, ``|c|`` too', 'a|b|c stays, `|c|` too'],
    ['| line one\n| line two', 'line one\nline two'],
    [
      '-a, --all   Show all\n-f FILE, --file=FILE  A file',
      '- **-a, --all**: Show all\n- **-f FILE, --file=FILE**: A file',
    ],
    [
      'Text [CIT1]_ and [1]_.\n\n.. [CIT1] A book.\n.. [1] A note.',
      'Text [CIT1] and [1].\n\n[CIT1] A book.\n[1] A note.',
    ],
    ['.. parsed-literal::\n\n   *x*', '```\n*x*\n```'],
    ['.. parsed-literal:: first\n   second', '```\nfirst\nsecond\n```'],
    ['.. epigraph:: Words\n\n   More.', 'Words\n\nMore.'],
    ['.. figure:: x.png\n   :alt: Curve\n\n   Caption.', '![Curve](x.png)\n\nCaption.'],
    ['.. toctree::\n   :maxdepth: 2\n\n   intro\n   Title <other>', '- intro\n- [Title](other)'],
    [':pep:`8` and :rfc:`2324`', 'PEP 8 and RFC 2324'],
  ])('reads %j as docutils does', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it('says what it leaves out', async () => {
    const parsed = await parseText(
      '.. raw:: html\n\n   <b>x</b>\n\n.. include:: a.txt\n\n.. image:: b.png\n\n.. image:: c.png\n   :alt: C\n',
      'a.rst',
    );
    expect(parsed.losses).toEqual({ other: 2, image: 1 });
    expect(parsed.text).not.toContain('<b>');
  });

  it('marks lines as extracted where a table needed more of them', async () => {
    const fits = await parseText('.. csv-table::\n   :header: a\n\n   1\n\nEnd\n', 'a.rst');
    expect(fits.metadata).toEqual({});
    const moved = await parseText('= =\na b\n= =\n\nEnd\n', 'a.rst');
    expect(moved.metadata).toEqual({});
    const grown = await parseText('.. csv-table:: Long title\n   :header: a\n\n   1\n   2\n\nEnd\n', 'a.rst');
    expect(grown.metadata).toEqual({ lineBasis: 'extracted' });
  });

  it('gives up on drawings that are no table, in linear time', async () => {
    const grid = `+${'-+'.repeat(400)}\n${`|${'+'.repeat(799)}|\n`.repeat(400)}+${'-+'.repeat(400)}\n`;
    expect((await parseText(grid, 'a.rst')).text.length).toBeGreaterThan(1000);
    expect((await parseText(`=== ===\n${'a b\n'.repeat(50_000)}`, 'a.rst')).text).toContain('a b');
    expect((await parseText(`.. csv-table::\n\n${'   "a\n'.repeat(50_000)}`, 'a.rst')).text).toContain('a');
  });
});
