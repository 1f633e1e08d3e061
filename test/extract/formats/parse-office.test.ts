import { describe, expect, it } from '@jest/globals';
import { chooseFormat } from '../../../src/extract/formats/media-types.js';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import { storedZip } from '../../support/stored-zip.js';

const packed = (files: Readonly<Record<string, string>>): Uint8Array =>
  storedZip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
const read = async (fileName: string, files: Readonly<Record<string, string>>) =>
  parseDocument(packed(files), { uri: `file:///${fileName}`, fileName });

const OFFICE = 'http://schemas.openxmlformats.org';
const main = (target: string): string =>
  `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r0" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="${target}"/></Relationships>`;
const relations = (entries: Readonly<Record<string, readonly [type: string, target: string]>>): string =>
  `<Relationships xmlns="${OFFICE}/package/2006/relationships">${Object.entries(entries)
    .map(
      ([id, [type, target]]) =>
        `<Relationship Id="${id}" Type="${OFFICE}/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`;

describe('workbooks', () => {
  const SHEET = `xmlns="${OFFICE}/spreadsheetml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"`;
  const files = {
    '_rels/.rels': main('xl/workbook.xml'),
    'xl/workbook.xml': `<workbook ${SHEET}><sheets><sheet name="Rain" r:id="r1"/><sheet name="Secret" state="hidden" r:id="r2"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations({
      r1: ['worksheet', 'worksheets/sheet1.xml'],
      r2: ['worksheet', 'worksheets/sheet2.xml'],
      r3: ['sharedStrings', 'sharedStrings.xml'],
      r4: ['styles', 'styles.xml'],
    }),
    'xl/sharedStrings.xml': `<sst ${SHEET}><si><t>Day</t></si><si><r><t>Mill</t></r><r><t>imetres</t></r></si></sst>`,
    'xl/styles.xml': `<styleSheet ${SHEET}><numFmts><numFmt numFmtId="164" formatCode="&quot;EUR &quot;#,##0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>45322</v></c><c r="B2"><f>SUM(B3)</f><v>0.30000000000000004</v></c></row><row r="3"><c r="A3" s="2"><v>0.125</v></c><c r="B3" s="3"><v>1234.5</v></c></row><row r="6"><c r="C6" t="inlineStr"><is><t>a|b</t></is></c><c r="D6" t="b"><v>1</v></c></row></sheetData></worksheet>`,
    'xl/worksheets/sheet2.xml': `<worksheet ${SHEET}><sheetData><row><c><v>42</v></c></row></sheetData></worksheet>`,
  };

  it('are sections of tables with values as they are shown', async () => {
    const parsed = await read('a.xlsx', files);
    expect(parsed.text).toBe(
      '## Rain\n\n| Day | Millimetres |\n| --- | --- |\n| 2024-01-31 | 0.3 |\n| 12.50% | EUR 1,234.50 |\n\n| a\\|b | TRUE |\n| --- | --- |',
    );
    expect(parsed.losses).toEqual({ other: 1 });
    expect(parsed.metadata['lineBasis']).toBe('extracted');
  });

  it('are known by their content', async () => {
    const bytes = packed({ '[Content_Types].xml': '<Types/>', ...files });
    expect(chooseFormat('application/octet-stream', 'download', bytes.subarray(0, 8192))?.kind).toBe('office');
    expect((await parseDocument(bytes, { uri: 'file:///x', fileName: 'wrong.docx' })).text).toContain('## Rain');
  });
});

describe('presentations', () => {
  it('are sections of slides with their texts from top to bottom, tables and notes', async () => {
    const P = `xmlns:p="${OFFICE}/presentationml/2006/main" xmlns:a="${OFFICE}/drawingml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"`;
    const shape = (text: string, type = '', y = 0): string =>
      `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr>${type === '' ? '' : `<p:ph type="${type}"/>`}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="${y}"/></a:xfrm></p:spPr><p:txBody>${text
        .split('|')
        .map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`)
        .join('')}</p:txBody></p:sp>`;
    const cell = (text: string): string => `<a:tc><a:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></a:txBody></a:tc>`;
    const table = `<p:graphicFrame><p:xfrm><a:off x="0" y="500"/></p:xfrm><a:tbl><a:tr>${cell('A')}${cell('B')}</a:tr><a:tr>${cell('1')}${cell('2')}</a:tr></a:tbl></p:graphicFrame>`;
    const slide = (content: string, more = ''): string =>
      `<p:sld ${P} ${more}><p:cSld><p:spTree>${content}</p:spTree></p:cSld></p:sld>`;
    const parsed = await read('a.pptx', {
      '_rels/.rels': main('ppt/presentation.xml'),
      'ppt/presentation.xml': `<p:presentation ${P}><p:sldIdLst><p:sldId r:id="r2"/><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>`,
      'ppt/_rels/presentation.xml.rels': relations({
        r1: ['slide', 'slides/slide1.xml'],
        r2: ['slide', 'slides/slide2.xml'],
      }),
      'ppt/slides/slide1.xml': slide(
        shape('Lower', '', 900) +
          table +
          shape('Upper', '', 100) +
          shape('Pumps', 'title') +
          shape('Open|Close', 'body', 300),
      ),
      'ppt/slides/slide2.xml': slide(shape('First of all', 'ctrTitle')),
      'ppt/slides/_rels/slide1.xml.rels': relations({ n: ['notesSlide', '../notesSlides/n1.xml'] }),
      'ppt/notesSlides/n1.xml': `<p:notes ${P}><p:cSld><p:spTree>${shape('Speak up', 'body')}</p:spTree></p:cSld></p:notes>`,
    });
    expect(parsed.text).toBe(
      '## First of all\n\n## Pumps\n\nUpper\n\n- Open\n- Close\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\nLower\n\n**Notes:**\n\nSpeak up',
    );
    expect(parsed.title).toBe('First of all');
  });
});

describe('code on slides', () => {
  it('is one fence with its blanks, and words in other fonts are paragraphs', async () => {
    const P = `xmlns:p="${OFFICE}/presentationml/2006/main" xmlns:a="${OFFICE}/drawingml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"`;
    const run = (text: string, font = 'Courier New'): string =>
      `<a:r><a:rPr><a:latin typeface="${font}"/></a:rPr><a:t>${text}</a:t></a:r>`;
    const body = `<a:p>${run('Run it:', 'Arial')}</a:p><a:p>${run('def f(x):')}<a:br/>${run('    if x:')}</a:p><a:p>${run('        ')}${run('return 1')}</a:p><a:p>${run('Call ', 'Arial')}${run('f(1)')}</a:p>`;
    const parsed = await read('a.pptx', {
      '_rels/.rels': main('ppt/presentation.xml'),
      'ppt/presentation.xml': `<p:presentation ${P}><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>`,
      'ppt/_rels/presentation.xml.rels': relations({ r1: ['slide', 'slides/slide1.xml'] }),
      'ppt/slides/slide1.xml': `<p:sld ${P}><p:cSld><p:spTree><p:sp><p:txBody>${body}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>`,
    });
    expect(parsed.text).toBe('## Slide 1\n\nRun it:\n\n```\ndef f(x):\n    if x:\n        return 1\n```\n\nCall f(1)');
  });
});

describe('OpenDocument files', () => {
  const NS = ['office', 'text', 'table', 'style', 'drawing', 'presentation']
    .map((name) => `xmlns:${name.replace('drawing', 'draw')}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(' ');
  const content = (body: string, styles = ''): string =>
    `<office:document-content ${NS} xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"><office:automatic-styles>${styles}</office:automatic-styles><office:body>${body}</office:body></office:document-content>`;
  const open = (name: string, kind: string, body: string, styles = '') =>
    read(name, { mimetype: `application/vnd.oasis.opendocument.${kind}`, 'content.xml': content(body, styles) });

  it('keep headings, lists, notes, code and raised letters of a text', async () => {
    const styles =
      '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/></style:style><style:style style:name="code" style:parent-style-name="Preformatted_20_Text"/><text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" text:start-value="4"/></text:list-style>';
    const body =
      '<office:text><text:h text:outline-level="2">Pumps</text:h><text:p>about 10<text:span text:style-name="up">-6</text:span> A<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Or so.</text:p></text:note-body></text:note></text:p>' +
      '<text:list text:style-name="L"><text:list-item><text:p>four</text:p></text:list-item><text:list-item><text:p>five</text:p></text:list-item></text:list>' +
      '<text:p text:style-name="code">if x:</text:p><text:p text:style-name="code"><text:s text:c="4"/>y()</text:p><text:tracked-changes><text:p>gone</text:p></text:tracked-changes></office:text>';
    expect((await open('a.odt', 'text', body, styles)).text).toBe(
      '## Pumps\n\nabout 10^-6 A[^1]\n\n4. four\n5. five\n\n```\nif x:\n    y()\n```\n\n[^1]: Or so.',
    );
  });

  it('keep cells of sheets as they are shown, without rows that repeat for ever', async () => {
    const cell = (text: string, more = ''): string =>
      `<table:table-cell ${more}><text:p>${text}</text:p></table:table-cell>`;
    const body = `<office:spreadsheet><table:table table:name="Rain"><table:table-row>${cell('Day')}${cell('mm')}<table:table-cell table:number-columns-repeated="16382"/></table:table-row><table:table-row>${cell('31/01/24')}${cell('3', 'table:number-columns-repeated="2"')}</table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet>`;
    expect((await open('a.ods', 'spreadsheet', body)).text).toBe(
      '## Rain\n\n| Day | mm |  |\n| --- | --- | --- |\n| 31/01/24 | 3 | 3 |',
    );
  });

  it('write formulas that lie in objects of their own as TeX, and count those that say nothing', async () => {
    const math = (inside: string): string => `<math xmlns="http://www.w3.org/1998/Math/MathML">${inside}</math>`;
    const object = (name: string): string => `<draw:frame><draw:object xlink:href="${name}"/></draw:frame>`;
    const files = {
      'Formula-0/content.xml': math('<mi>p</mi><mo>=</mo><mfrac><mi>F</mi><mi>A</mi></mfrac>'),
      'Object 2/content.xml': math(
        '<semantics><msup><mn>10</mn><mrow><mo>\u2212</mo><mn>6</mn></mrow></msup><annotation encoding="StarMath 5.0">10^{-6}</annotation></semantics>',
      ),
      'F3/content.xml': math(
        '<semantics><mi>x</mi><annotation encoding="application/x-tex">\\xi</annotation></semantics>',
      ),
      'F4/content.xml': math(''),
    };
    const body = `<office:text xmlns:xlink="http://www.w3.org/1999/xlink"><text:p>Here ${object('Formula-0/')} is ${object('./Object 2')} or ${object('./F3/')}.</text:p><text:p>${object('F4')}</text:p></office:text>`;
    const parsed = await read('a.odt', {
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml': content(body),
      ...files,
    });
    expect(parsed.text).toBe('Here $p=\\frac{F}{A}$ is $10^{-6}$ or $\\xi$.');
    expect(parsed.losses).toEqual({ formula: 1 });
  });

  it('keep marks of lists that are no plain numbers, and go on counting where a list says so', async () => {
    const style = (name: string, more: string): string =>
      `<text:list-style style:name="${name}"><text:list-level-style-number text:level="1" ${more}/><text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix="." text:display-levels="2"/></text:list-style>`;
    const styles =
      style('a', 'style:num-format="a" style:num-prefix="(" style:num-suffix=")"') +
      style('i', 'style:num-format="i" style:num-suffix="." text:start-value="4"') +
      style('n', 'style:num-format="1" style:num-suffix="."');
    const item = (text: string, inner = ''): string =>
      `<text:list-item><text:p>${text}</text:p>${inner}</text:list-item>`;
    const list = (name: string, items: string, more = ''): string =>
      `<text:list text:style-name="${name}" ${more}>${items}</text:list>`;
    const inner = `<text:list>${item('deep')}${item('deeper')}</text:list>`;
    const body = `<office:text>${list('a', item('one') + item('two'))}<text:p>So.</text:p>${list('i', item('four') + item('five'))}<text:p>Then.</text:p>${list('n', item('lid') + item('seal', inner), 'xml:id="x1"')}<text:p>Wait.</text:p>${list('n', item('close'), 'text:continue-numbering="true"')}<text:p>And.</text:p>${list('n', item('start'), 'text:continue-list="x1"')}</office:text>`;
    expect((await open('a.odt', 'text', body, styles)).text).toBe(
      '- (a) one\n- (b) two\n\nSo.\n\n- iv. four\n- v. five\n\nThen.\n\n1. lid\n2. seal\n   - 2.1. deep\n   - 2.2. deeper\n\nWait.\n\n3. close\n\nAnd.\n\n3. start',
    );
  });

  it('keep slides with their notes', async () => {
    const frame = (text: string, kind: string): string =>
      `<draw:frame presentation:class="${kind}"><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame>`;
    const body = `<office:presentation><draw:page draw:name="p1">${frame('Pumps', 'title')}${frame('Open the lid.', 'outline')}<presentation:notes>${frame('Speak up', 'notes')}</presentation:notes></draw:page></office:presentation>`;
    expect((await open('a.odp', 'presentation', body)).text).toBe(
      '## Pumps\n\nOpen the lid.\n\n**Notes:**\n\nSpeak up',
    );
  });
});

describe('books', () => {
  const book = (items: string, spine: string): Record<string, string> => ({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    'OPS/book.opf': `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>On Pumps</dc:title><dc:creator>Ada</dc:creator><dc:language>en</dc:language></metadata><manifest>${items}</manifest><spine>${spine}</spine></package>`,
    'OPS/b.xhtml':
      '<html><head><title>Valves</title></head><body><p>See <a href="a%20b.xhtml#x">the other chapter</a>.</p></body></html>',
    'OPS/a b.xhtml': '<html><body><h1>Pumps</h1><p>Open.</p></body></html>',
  });
  const items =
    '<item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>';

  it('are their chapters in the order of the spine', async () => {
    const parsed = await read('a.epub', book(items, '<itemref idref="b"/><itemref idref="a"/>'));
    expect(parsed.text).toBe('## Valves\n\nSee the other chapter.\n\n# Pumps\n\nOpen.');
    expect(parsed).toMatchObject({ title: 'On Pumps', language: 'en', metadata: { author: 'Ada' } });
  });

  it('read no file outside of the book', async () => {
    const evil = '<item id="a" href="../../../../etc/passwd" media-type="application/xhtml+xml"/>';
    expect((await read('a.epub', book(evil, '<itemref idref="a"/>'))).text).toBe('');
  });
});

describe('hostile and foreign packed files', () => {
  it('cost a typed error with a hint', async () => {
    const old = new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Array(600).fill(0)]);
    for (const fileName of ['a.doc', 'a.xls', 'a.ppt', 'a.xlsx', 'a.odt'])
      await expect(parseDocument(old, { uri: `file:///${fileName}`, fileName })).rejects.toMatchObject({
        code: 'DOCUMENT_BROKEN',
        hint: expect.stringContaining('.docx'),
      });
    const deep = `${'<text:section xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'.repeat(5000)}`;
    await expect(read('a.odt', { 'content.xml': deep })).rejects.toMatchObject({ code: 'DOCUMENT_BROKEN' });
  });

  it('expand no entities', async () => {
    const lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>';
    const NS =
      'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"';
    const parsed = await read('a.odt', {
      'content.xml': `${lol}<office:document-content ${NS}><office:body><office:text><text:p>x &b; &f; y</text:p></office:text></office:body></office:document-content>`,
    });
    expect(parsed.text).not.toMatch(/ha|root:/);
  });
});
