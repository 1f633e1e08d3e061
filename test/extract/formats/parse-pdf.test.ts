import { describe, expect, it } from '@jest/globals';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import { drawnPdf, type PdfText, pdfOf } from './sample-files.js';

const read = async (bytes: Uint8Array) => parseDocument(bytes, { uri: 'file:///a.pdf', fileName: 'a.pdf' });
const textOf = async (lines: readonly PdfText[]): Promise<string> => (await read(pdfOf([lines]))).text;

const LEFT = [
  'The pump draws water from the lower basin and',
  'lifts it over the weir, where a float closes',
  'the valve as soon as the level has risen. It',
  'is wise to clean the strainer every week, as',
  'leaves would otherwise block the inlet pipe.',
];
const RIGHT = [
  'A second pump stands ready beside the first',
  'one and takes over when the current of its',
  'motor falls. Both are tested each month by',
  'the warden, who writes the result into the',
  'book that hangs on the wall of the house.',
];

describe('text drawn twice in a PDF', () => {
  it('is stored once, exact or a little aside, as a whole or letter by letter', async () => {
    const letters = [...'Filling'].flatMap((letter, at): PdfText[] => {
      const x = 60 + ([0, 7.33, 10, 12.67, 15.33, 18, 24.67][at] ?? 0);
      return [
        [12, x, 500, letter],
        [12, x + 0.3, 500, letter],
      ];
    });
    const text = await textOf([
      [18, 60, 760, 'Safety rules'],
      [18, 60.3, 760, 'Safety rules'],
      [12, 60, 700, 'Never reach into the hopper.'],
      [12, 60.3, 699.7, 'Never reach into the hopper.'],
      [12, 60, 650, 'Exactly twice.'],
      [12, 60, 650, 'Exactly twice.'],
      [12, 60, 570, 'In two parts and once whole.'],
      [12, 60, 570, 'In two'],
      ...letters,
    ]);
    expect(text).toBe(
      '# Safety rules\n\nNever reach into the hopper.\n\nExactly twice.\n\nIn two parts and once whole.\n\nFilling',
    );
  });

  it('keeps words that are really repeated', async () => {
    expect(
      await textOf([
        [12, 60, 700, 'bye bye'],
        [12, 106, 700, 'bye bye'],
        [12, 60, 686, 'bye bye'],
      ]),
    ).toBe('bye bye bye bye bye bye');
  });
});

describe('columns of a PDF', () => {
  const drawn = (columns: readonly (readonly string[])[], order: 'rows' | 'columns' | 'upwards'): PdfText[] => {
    const width = 540 / columns.length;
    const cells = columns.flatMap((lines, column) =>
      lines.map((line, row): PdfText => [9, 40 + column * width, 640 - row * 12, line]),
    );
    if (order === 'rows') cells.sort((a, b) => b[2] - a[2] || a[1] - b[1]);
    return order === 'upwards' ? cells.reverse() : cells;
  };
  const flowing = `${LEFT.join(' ')}`;

  it.each(['rows', 'columns', 'upwards'] as const)('are read one after the other when drawn by %s', async (order) => {
    const text = await textOf([[20, 40, 700, 'Heading across both of the columns'], ...drawn([LEFT, RIGHT], order)]);
    expect(text).toBe(`# Heading across both of the columns\n\n${flowing}\n\n${RIGHT.join(' ')}`);
  });

  it('are told apart where there are three of them', async () => {
    const short = (lines: readonly string[]): string[] => lines.map((line) => line.slice(0, 28));
    const third = [
      'the last of the columns says',
      'that nothing more is to be',
      'done until the level falls',
      'again below the red mark',
      'on the wall of the basin.',
    ];
    const text = await textOf(drawn([short(LEFT), short(RIGHT), third], 'rows'));
    expect(text.indexOf('A second pump')).toBeGreaterThan(text.indexOf('leaves would'));
    expect(text.indexOf('the last of')).toBeGreaterThan(text.indexOf('book that'));
    expect(text).toContain('done until the level falls again below');
  });

  it('stay rows where they are a table', async () => {
    const table: PdfText[] = ['Pump', 'Valve', 'Float', 'Strainer'].flatMap((name, row): PdfText[] => [
      [10, 60, 700 - row * 14, name],
      [10, 260, 700 - row * 14, `${row + 3} mm`],
      [10, 460, 700 - row * 14, 'steel'],
    ]);
    expect(await textOf(table)).toBe(
      'Pump   3 mm   steel\nValve   4 mm   steel\nFloat   5 mm   steel\nStrainer   6 mm   steel',
    );
  });
});

describe('words of a PDF', () => {
  it('keeps the hyphen of compounds at the end of a line, and joins divided words', async () => {
    const join = (above: string, below: string): Promise<string> =>
      textOf([
        [12, 60, 700, `it stands on each ${above}`],
        [12, 60, 686, below],
      ]);
    expect(await join('well-', 'known scale')).toContain('each well-known scale');
    expect(await join('veri-', 'fication')).toContain('each verification');
    expect(await join('build\xad', 'ing')).toContain('each building');
    expect(await join('UTF-', '8 text')).toContain('each UTF-8 text');
    expect(await join('state-of-', 'the-art unit')).toContain('state-of-the-art unit');
    expect(await join('pre-', 'and postfix')).toContain('pre- and postfix');
    expect(await join('open-', 'ing')).toContain('each opening');
  });

  it('takes the document itself as a witness for its hyphens', async () => {
    const text = await textOf([
      [12, 60, 728, 'The frost-proof tap is a farmhouse tap.'],
      [12, 60, 714, 'Turn it off before winter as every frost-'],
      [12, 60, 700, 'proof tap is closed in every farm-'],
      [12, 60, 686, 'house.'],
    ]);
    expect(text).toContain('every frost-proof tap is closed in every farmhouse.');
  });

  it('marks raised and lowered parts, and keeps footnote marks off the word', async () => {
    const text = await textOf([
      [12, 60, 700, 'about 10'],
      [8, 105.4, 704, '-6'],
      [12, 115, 700, 'A of H'],
      [8, 148.4, 697, '2'],
      [12, 152.9, 700, 'O at the turn'],
      [8, 219.6, 704, '3'],
      [12, 232, 700, 'and x'],
      [8, 262, 704, 'n+1'],
      [12, 279, 700, 'on the 1'],
      [8, 322.4, 704, 'st'],
      [12, 332, 700, 'day'],
    ]);
    expect(text).toBe('about 10^-6 A of H2O at the turn[3] and x^(n+1) on the 1st day');
  });

  it('joins letters that are set apart, and no letters that stand for themselves', async () => {
    const spaced = (word: string, x: number, y: number): PdfText[] =>
      [...word].map((letter, at): PdfText => [12, x + at * 15, y, letter]);
    expect(await textOf([...spaced('SAFETY', 60, 700), ...spaced('RULES', 180, 700)])).toBe('SAFETY RULES');
    expect(await textOf([[12, 60, 700, 'S A F E T Y']])).toBe('SAFETY');
    expect(await textOf([[12, 60, 700, 'A B C D E']])).toBe('A B C D E');
  });

  it('puts accents and letters together that are drawn apart', async () => {
    const text = await textOf([[12, 60, 700, 'Niels M\xa8oller, Jos\xb4e and Fran\xb8cois wrote \xb4Etude']]);
    expect(text).toContain('Niels M\u00f6ller, Jos\u00e9 and');
    expect(text).toContain('\u00c9tude');
  });

  it('keeps circumflex and tilde as signs where they stand on no letter', async () => {
    const words =
      'Type \x88C or \x88Z, then \x88old\x88new, 2\x88n, see \x98/.rc and x=\x98y; \x88Ile, for\x88et and ma\x98nana';
    expect(await textOf([[12, 60, 700, words]])).toBe(
      'Type \u02c6C or \u02c6Z, then \u02c6old\u02c6new, 2\u02c6n, see \u02dc/.rc and x=\u02dcy; \u00cele, for\u00eat and ma\u00f1ana',
    );
  });
});

describe('a manual page printed as a PDF', () => {
  const page = (sections: readonly (readonly [string, ...string[]])[]): PdfText[] => {
    let y = 740;
    const next = (): number => (y -= 13);
    return sections.flatMap(([name, ...lines]): PdfText[] => {
      y -= 5;
      return [[11, 72, next(), name], ...lines.map((line): PdfText => [11, 108, next(), line])];
    });
  };

  it('has the names of its sections as headings', async () => {
    const text = await textOf(
      page([
        ['NAME', 'pump - lift water'],
        ['SEE ALSO', 'weir, float'],
        ['C LIBRARY/KERNEL DIFFERENCES', 'None are known to the warden.'],
      ]),
    );
    expect(text).toBe(
      '## NAME\n\npump - lift water\n\n## SEE ALSO\n\nweir, float\n\n## C LIBRARY/KERNEL DIFFERENCES\n\nNone are known to the warden.',
    );
  });

  it('keeps capitals that are words of the text, and a name further in', async () => {
    const text = await textOf([
      ...page([['The words', 'PUMP', 'and WEIR stand here.']]),
      [11, 72, 600, 'Another line of the text that is long enough.'],
    ]);
    expect(text).not.toContain('#');
  });

  it('begins a paragraph at each entry of a list with hanging lines', async () => {
    const text = await textOf([
      [11, 72, 700, '--rcfile file Run the commands of the file'],
      [11, 108, 687, 'and of no other one, unless it is told so,'],
      [11, 108, 674, 'which is rare.'],
      [11, 72, 661, '--login Act as a shell of the login does, and'],
      [11, 108, 648, 'read its files.'],
    ]);
    expect(text).toBe(
      '--rcfile file Run the commands of the file and of no other one, unless it is told so, which is rare.\n\n--login Act as a shell of the login does, and read its files.',
    );
  });
});

describe('furniture of a PDF', () => {
  const filler = (page: number): PdfText[] =>
    [0, 1, 2, 3].map(
      (row): PdfText => [
        11,
        72,
        600 - row * 13,
        `Line ${row} of page ${page} tells ${'abcdefgh'[page]}${row} of pumps`,
      ],
    );

  it('loses watermarks that stand across each page, and keeps turned words of one page', async () => {
    const page = (number: number, more = ''): string =>
      `BT /F1 60 Tf 0.7 0.7 -0.7 0.7 150 300 Tm (DRAFT COPY) Tj /F1 11 Tf 1 0 0 1 72 600 Tm (Words of page ${number} here.) Tj ${more} ET`;
    const { text, title } = await read(
      drawnPdf([page(1), page(2, '0 1 -1 0 40 300 Tm (Depth in metres) Tj'), page(3)]),
    );
    expect(text).not.toContain('DRAFT');
    expect(text).toContain('Depth in metres');
    expect(title).toBe('a.pdf');
  });

  it('loses running heads that carry the chapter and the page number', async () => {
    const pages = Array.from({ length: 8 }, (_, page): PdfText[] => [
      [10, 72, 750, `Chapter ${page < 4 ? '1: Pumps of the old house' : '2: Valves'}`],
      [10, 500, 750, String(page + 5)],
      ...filler(page),
    ]);
    const { text } = await read(pdfOf(pages));
    expect(text).not.toMatch(/Chapter|Valves|^\d+$/m);
    expect(text).toContain('Line 3 of page 7');
  });

  it('takes no entry of a contents page for a heading, nor its name for the title', async () => {
    const contents: PdfText[] = [
      [20, 72, 740, 'Table of Contents'],
      [14, 72, 700, '1 Introduction . . . . . . . . . . . . 1'],
      [14, 72, 680, '2 Pumps . . . . . . . . . . . . . . . . 4'],
      [14, 72, 660, '3 Valves....................................9'],
    ];
    const title: PdfText[] = [
      [24, 72, 560, 'Manual of the Mill'],
      [14, 72, 100, 'Ada Miller, Mill of the Valley'],
    ];
    const { text, title: name } = await read(pdfOf([title, contents, filler(1), filler(2), filler(3)]));
    expect(name).toBe('Manual of the Mill');
    expect(text.match(/^#+ .*$/gm)).toEqual(['# Manual of the Mill', '## Table of Contents']);
    expect(text).toContain('- 1 Introduction \u2026 1\n- 2 Pumps \u2026 4');
  });

  it('lets a sentence run on over the end of a page', async () => {
    const pages: PdfText[][] = [
      [
        [20, 72, 740, 'Pumps'],
        [11, 72, 100, 'The pump is cleaned by the'],
        [8, 72, 85, 'A note at the foot.'],
      ],
      [[11, 72, 740, 'warden every week.']],
    ];
    const { text, metadata } = await read(pdfOf(pages));
    expect(text).toBe('# Pumps\n\nA note at the foot.\n\nThe pump is cleaned by the warden every week.');
    expect(metadata['pageStarts']).toEqual([0, text.indexOf('warden')]);
  });
});

describe('pages of a PDF', () => {
  it('are read upright however they are turned', async () => {
    const turned = drawnPdf(
      ['BT /F1 12 Tf 0 1 -1 0 100 60 Tm (First line) Tj 0 1 -1 0 114 60 Tm (goes on.) Tj ET'],
      '/Rotate 90',
    );
    expect((await read(turned)).text).toBe('First line goes on.');
    const sideways = drawnPdf(['BT /F1 12 Tf 0 1 -1 0 100 60 Tm (First line) Tj 0 1 -1 0 114 60 Tm (goes on.) Tj ET']);
    expect((await read(sideways)).text).toBe('First line goes on.');
  });

  it('show what is filled into forms, and notes', async () => {
    const field = (rect: string, entries: string): string =>
      `<< /Type /Annot /Subtype /Widget /Rect [${rect}] ${entries} >>`;
    const fields = [
      field('100 696 300 712', '/FT /Tx /T (name) /V (Jane Miller)'),
      '<< /Type /Annot /Subtype /FreeText /Rect [60 640 300 660] /Contents (Stamped by the office) /DA (/F1 10 Tf) >>',
      '<< /Type /Annot /Subtype /Text /Rect [60 600 80 620] /Contents (Ask Ada first) >>',
    ];
    const pdf = drawnPdf(['BT /F1 12 Tf 1 0 0 1 60 700 Tm (Name:) Tj ET'], `/Annots [${fields.join(' ')}]`);
    const { text } = await read(pdf);
    expect(text).toContain('Name: Jane Miller');
    expect(text).toContain('Stamped by the office');
    expect(text).toContain('Note: Ask Ada first');
  });

  it('takes headings from bookmarks', async () => {
    const outline = '<< /Title (Priming the pump) /Parent 99 0 R >>';
    const page = 'BT /F1 12 Tf 1 0 0 1 60 700 Tm (Priming the pump) Tj 1 0 0 1 60 660 Tm (Fill it with water.) Tj ET';
    const catalog = `/Outlines << /First ${outline} /Count 1 >>`;
    const { text } = await read(drawnPdf([page], '', catalog));
    expect(text).toMatch(/^(# )?Priming the pump\n\nFill it with water\.$/);
  });
});
