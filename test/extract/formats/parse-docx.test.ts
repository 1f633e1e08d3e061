import { describe, expect, it } from '@jest/globals';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import { storedZip } from '../../support/stored-zip.js';
import { docxFiles, paragraph } from './sample-files.js';

const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';

const read = async (body: string, parts: Readonly<Record<string, string>> = {}) => {
  const files = docxFiles(body.replaceAll('<m:oMath>', `<m:oMath ${MATH}>`));
  for (const [name, text] of Object.entries(parts)) files.set(`word/${name}.xml`, Buffer.from(text));
  return parseDocument(storedZip(files), { uri: 'file:///a.docx', fileName: 'a.docx' });
};
const textOf = async (body: string, parts: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await read(body, parts)).text;
const run = (text: string, properties = ''): string =>
  `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (...runs: readonly string[]): string => `<w:p>${runs.join('')}</w:p>`;
const m = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;

describe('formulas of a Word document', () => {
  const tex = async (formula: string): Promise<string> =>
    (await textOf(p(`<m:oMath>${formula}</m:oMath>`))).replace(/^\$|\$$/g, '');

  it('become TeX where they stand', async () => {
    const f = `<m:f><m:num>${m('F')}</m:num><m:den>${m('A')}</m:den></m:f>`;
    expect(await textOf(p(run('The pressure is '), `<m:oMath>${m('p=')}${f}</m:oMath>`, run(' in pascal.')))).toBe(
      'The pressure is $p=\\frac{F}{A}$ in pascal.',
    );
  });

  it('keep roots, scripts, sums, matrices, accents, delimiters and functions', async () => {
    const e = (content: string): string => `<m:e>${content}</m:e>`;
    expect(await tex(`<m:rad><m:deg>${m('3')}</m:deg>${e(m('\u03b1'))}</m:rad>`)).toBe('\\sqrt[3]{\\alpha}');
    expect(await tex(`<m:sSubSup>${e(m('x'))}<m:sub>${m('i')}</m:sub><m:sup>${m('2')}</m:sup></m:sSubSup>`)).toBe(
      'x_{i}^{2}',
    );
    const sum = `<m:nary><m:naryPr><m:chr m:val="\u2211"/></m:naryPr><m:sub>${m('i=1')}</m:sub><m:sup>${m('n')}</m:sup>${e(m('i'))}</m:nary>`;
    expect(await tex(sum)).toBe('\\sum_{i=1}^{n} i');
    const matrix = `<m:m><m:mr>${e(m('a'))}${e(m('b'))}</m:mr><m:mr>${e(m('c'))}${e(m('d'))}</m:mr></m:m>`;
    expect(await tex(`<m:d>${e(matrix)}</m:d>`)).toBe('\\begin{pmatrix}a&b \\\\ c&d\\end{pmatrix}');
    expect(await tex(`<m:acc><m:accPr><m:chr m:val="\u20d7"/></m:accPr>${e(m('v'))}</m:acc>`)).toBe('\\vec{v}');
    expect(await tex(`<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>${e(m('x+1'))}</m:d>`)).toBe(
      '[x+1]',
    );
    expect(await tex(`<m:func><m:fName>${m('sin')}</m:fName>${e(m('\u03b8'))}</m:func>`)).toBe('\\sin\\theta');
  });
});

describe('lists of a Word document', () => {
  const level = (at: number, format: string, pattern: string, start = 1): string =>
    `<w:lvl w:ilvl="${at}"><w:start w:val="${start}"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${pattern}"/></w:lvl>`;
  const numbering = (...levels: readonly string[]): Record<string, string> => ({
    numbering: `<w:numbering ${WORD}><w:abstractNum w:abstractNumId="0">${levels.join('')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>`,
  });
  const item = (text: string, at = 0, list = 1): string =>
    `<w:p><w:pPr><w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${list}"/></w:numPr></w:pPr>${run(text)}</w:p>`;

  it('count on behind a paragraph, and begin again where the document says so', async () => {
    const body =
      item('Open the lid') + item('Fill two litres') + paragraph('Wait.') + item('Close the lid') + item('Anew', 0, 2);
    expect(await textOf(body, numbering(level(0, 'decimal', '%1.')))).toBe(
      '1. Open the lid\n2. Fill two litres\n\nWait.\n\n3. Close the lid\n\n1. Anew',
    );
  });

  it('keep marks that are no plain numbers, and where they start', async () => {
    const body = item('Lid') + item('Pump') + item('Valve', 1) + item('Float', 1);
    expect(await textOf(body, numbering(level(0, 'upperRoman', '%1.', 5), level(1, 'lowerLetter', '(%2)')))).toBe(
      '- V. Lid\n- VI. Pump\n  - (a) Valve\n  - (b) Float',
    );
    const deep = item('Scope') + item('Pumps', 1) + item('Old', 2) + item('New', 2) + item('Valves', 1);
    const levels = numbering(level(0, 'decimal', '%1'), level(1, 'decimal', '%1.%2'), level(2, 'decimal', '%1.%2.%3'));
    const text = await textOf(deep, levels);
    expect(text).toContain('1.1 Pumps');
    expect(text).toContain('1.1.2 New');
    expect(text).toContain('1.2 Valves');
    expect(await textOf(item('Seven') + item('Eight'), numbering(level(0, 'decimal', '%1)', 7)))).toBe(
      '7. Seven\n8. Eight',
    );
  });
});

describe('code of a Word document', () => {
  it('is one listing with its blanks, by font or by style', async () => {
    const courier = '<w:rFonts w:ascii="Courier New"/>';
    const body = ['def f(x):', '    if x:', '        return 1'].map((line) => p(run(line, courier))).join('');
    expect(await textOf(body)).toBe('```\ndef f(x):\n    if x:\n        return 1\n```');
    const styled = `<w:p><w:pPr><w:pStyle w:val="SourceCode"/></w:pPr>${run('if x:')}<w:r><w:br/></w:r>${run('  y()')}</w:p>`;
    const styles = `<w:styles ${WORD}><w:style w:styleId="SourceCode"><w:name w:val="Source Code"/></w:style></w:styles>`;
    expect(await textOf(styled, { styles })).toBe('```\nif x:\n  y()\n```');
    expect(await textOf(p(run('call '), run('f()', '<w:rFonts w:ascii="Consolas"/>'), run(' now')))).toBe(
      'call `f()` now',
    );
  });
});

describe('tables of a Word document', () => {
  const cell = (content: string, properties = ''): string =>
    `<w:tc>${properties === '' ? '' : `<w:tcPr>${properties}</w:tcPr>`}${content}</w:tc>`;
  const row = (...cells: readonly string[]): string => `<w:tr>${cells.join('')}</w:tr>`;
  const t = (text: string): string => cell(p(run(text)));

  it('keep their rows with a table in a cell', async () => {
    const inner = `<w:tbl>${row(t('x'), t('y'))}${row(t('1'), t('2'))}</w:tbl>`;
    const table = `<w:tbl>${row(t('A'), t('B'), t('C'))}${row(t('D'), t('E'), t('F'))}${row(t('G'), t('H'), cell(`${inner}${p(run('end'))}`))}</w:tbl>`;
    expect(await textOf(table)).toBe(
      '| A | B | C |\n| --- | --- | --- |\n| D | E | F |\n| G | H | x, y<br>1, 2<br>end |',
    );
  });

  it('keep cells under their headers through spans', async () => {
    const table = `<w:tbl>${row(t('A'), t('B'), t('C'))}${row(cell(p(run('wide')), '<w:gridSpan w:val="2"/>'), t('1'))}${row(cell(p(run('tall')), '<w:vMerge w:val="restart"/>'), t('2'), t('3'))}${row(cell(p(), '<w:vMerge/>'), t('4'), t('5'))}</w:tbl>`;
    expect(await textOf(table)).toBe(
      '| A | B | C |\n| --- | --- | --- |\n| wide |  | 1 |\n| tall | 2 | 3 |\n| tall | 4 | 5 |',
    );
  });
});

describe('words of a Word document', () => {
  it('are kept in whatever they are wrapped', async () => {
    const field = `<w:fldSimple w:instr=" SEQ Table ">${run('7')}</w:fldSimple>`;
    expect(await textOf(p(run('Table '), field, run(': Rain')))).toBe('Table 7: Rain');
    expect(
      await textOf(
        p(
          `<w:dir w:val="rtl">${run('one')}</w:dir>`,
          `<w:bdo w:val="rtl">${run(' two')}</w:bdo>`,
          `<w:smartTag>${run(' three')}</w:smartTag>`,
        ),
      ),
    ).toBe('one two three');
    expect(await textOf(p('<w:r><w:t>line one</w:t><w:cr/><w:t>line two</w:t></w:r>'))).toBe('line one\nline two');
    expect(
      await textOf(p('<w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known sof</w:t><w:softHyphen/><w:t>ter</w:t></w:r>')),
    ).toBe('well-known softer');
    expect(await textOf(p('<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>', run('m')))).toBe('\u03bcm');
    expect(await textOf(`<w:sdt><w:sdtContent>${p(run('in a control'))}</w:sdtContent></w:sdt>`)).toBe('in a control');
  });

  it('are those of today: insertions stay, deletions and hidden text go', async () => {
    const body = p(
      run('old '),
      `<w:ins>${run('new')}</w:ins>`,
      `<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>`,
      run('hidden', '<w:vanish/>'),
    );
    expect(await textOf(body)).toBe('old new');
  });

  it('show the results of fields, not their instructions, and keep their links', async () => {
    const mark = (type: string): string => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
    const field = `${mark('begin')}<w:r><w:instrText> HYPERLINK "https://example.org/a" </w:instrText></w:r>${mark('separate')}${run('the guide')}${mark('end')}`;
    expect(await textOf(p(run('See '), field, run('.')))).toBe('See [the guide](https://example.org/a).');
  });

  it('mark what is raised and lowered', async () => {
    const up = '<w:vertAlign w:val="superscript"/>';
    const down = '<w:vertAlign w:val="subscript"/>';
    expect(
      await textOf(
        p(
          run('10'),
          run('\u2212', up),
          run('6', up),
          run(' A of H'),
          run('2', down),
          run('O, 2'),
          run('n/2', up),
          run(', 1'),
          run('st', up),
        ),
      ),
    ).toBe('10^\u22126 A of H2O, 2^(n/2), 1st');
  });

  it('follow notes and text boxes, and tell of pictures without words', async () => {
    const footnotes = `<w:footnotes ${WORD}><w:footnote w:id="2">${p(run('Clean it.'))}</w:footnote></w:footnotes>`;
    const box =
      '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>';
    const image =
      '<w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/></w:drawing></w:r>';
    const parsed = await read(p(run('The turn'), '<w:r><w:footnoteReference w:id="2"/></w:r>', box, image), {
      footnotes,
    });
    expect(parsed.text).toBe('The turn[^1]\n\nIn a box\n\n[^1]: Clean it.');
    expect(parsed.losses).toEqual({ image: 1 });
  });

  it('take headings from outline levels, whatever the style is called', async () => {
    const styles = `<w:styles ${WORD}><w:style w:styleId="X"><w:name w:val="Kapitel"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>`;
    const direct = `<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>${run('Top')}</w:p>`;
    expect(await textOf(direct + paragraph('Below', 'X') + paragraph('Third', 'Heading3'), { styles })).toBe(
      '# Top\n\n## Below\n\n### Third',
    );
  });
});
