import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parseText } from './parse-text.js';

const HEAD =
  '.\\" A comment\n.TH PUMPCTL 1 2024-02-03 "pump 2.1" "Pump Manual"\n.SH NAME\npumpctl \\- control a pump\n';

async function body(roff: string, name = 'pumpctl.1'): Promise<string> {
  const { text } = await parseText(`${HEAD}${roff}`, name);
  return text.slice(text.indexOf('pumpctl - control a pump') + 'pumpctl - control a pump'.length).trim();
}

describe('manual pages in man macros', () => {
  it('are titled by name and section, with sections as headings and options as a list', async () => {
    const parsed = await parseText(
      `${HEAD}.SH SYNOPSIS\n.B pumpctl\n[\\fIOPTION\\fR]... \\fB\\-\\-repository\\-file\\fP=""\n.SH OPTIONS\n.TP\n\\fB\\-a\\fR, \\fB\\-\\-all\\fR\nstart all pumps\n.TP\n.BI \\-\\-rate= N\nlitres\nper minute\n`,
      'pumpctl.1',
    );
    expect(parsed).toMatchObject({
      title: 'pumpctl(1)',
      format: 'markdown',
      mediaType: 'text/troff',
      modifiedAt: '2024-02-03T00:00:00.000Z',
      metadata: { manualSection: '1', manual: 'Pump Manual', manualSource: 'pump 2.1', lineBasis: 'extracted' },
      text:
        '# pumpctl(1)\n\n## NAME\n\npumpctl - control a pump\n\n## SYNOPSIS\n\n`pumpctl` [OPTION]... `--repository-file=""`\n\n## OPTIONS\n\n' +
        '- **-a, --all**: start all pumps\n- **--rate=N**: litres per minute',
    });
    expect(parsed.losses).toBeUndefined();
  });

  it.each([
    ['.IP \\(bu 2\none\n.IP \\(bu\ntwo\n', '- one\n- two'],
    ['.IP 1. 3\nopen\n.IP 2.\nclose\n', '1. open\n2. close'],
    ['.IP "\\-x" 4\n.PD 0\n.IP "\\-\\-long" 4\n.PD\nboth\n', '- **-x, --long**: both'],
    ['.TP\n.B \\-a\n.TQ\n.B \\-b\nshared\n', '- **-a, -b**: shared'],
    ['.TP\n.B a\nfirst\n.IP\nsecond\n.PP\nafter\n', '- **a**: first\n\n  second\n\nafter'],
    [
      '.TP\n.B a\nfirst\n.RS\n.TP\n.B b\ninner\n.RE\n.TP\n.B c\nlast\n',
      '- **a**: first\n  - **b**: inner\n- **c**: last',
    ],
    ['.PP\n\\-n, \\-\\-dry\\-run\n.RS 4\nDo nothing.\n.RE\n.PP\nText.\n', '- **-n, --dry-run**: Do nothing.\n\nText.'],
    ['.HP\n\\fB\\-q\\fR be quiet\n', '`-q` be quiet'],
  ])('list what %j lists', async (roff, expected) => {
    expect(await body(`.SH OPTIONS\n${roff}`)).toBe(`## OPTIONS\n\n${expected}`);
  });

  it.each([
    ['Text\n.EX\nif (x)\n    y \\-z \\(aqq\\(aq;\n.EE\nmore\n', "Text\n\n```\nif (x)\n    y -z 'q';\n```\n\nmore"],
    [
      '.nf\n.B #include <pump.h>\n.sp\n.BI "int pump(int " rate );\n.fi\n',
      '```\n#include <pump.h>\n\nint pump(int rate);\n```',
    ],
    [
      '.de Vb\n.ft CW\n.nf\n..\n.de Ve\n.ft R\n.fi\n..\n.Vb 2\n\\&    #!/bin/sh\n\\&    a && b\n.Ve\n',
      '```\n    #!/bin/sh\n    a && b\n```',
    ],
  ])('fence code as in %j', async (roff, expected) => {
    expect(await body(roff)).toBe(expected);
  });

  it.each([
    ['caf\\[u00E9] na\\(:ive \\(em \\*(lqquoted\\*(rq \\fIa\\/\\fP\\~b \\e \\(co', 'café naïve — “quoted” a b \\ ©'],
    ['size \\s-2SMALL\\s0 \\s+1big\\s0 \\&.dot wide\\ space thin\\|gap', 'size SMALL big .dot wide space thingap'],
    ['10\\u\\-6\\d and 2\\u(n+1)/2\\d', '10^-6 and 2^(n+1)/2'],
    ['joined\\c\nword', 'joinedword'],
    ['see\n.BR pump (5),\n.MR valve 3 .', 'see pump(5), valve(3).'],
    ['.UR https://x.org/a\nthe site\n.UE .\n', '[the site](https://x.org/a)'],
    ['.MT ann@x.org\n.ME\n', 'ann@x.org'],
    ['.SY pumpctl\n.OP \\-v\n.OP \\-f file\n.YS\n', '`pumpctl` [`-v`] [`-f` file]'],
    [
      'Use \\fBdo not\\fR and \\fBpump\\fR and \\fB/etc/pump.conf\\fR.',
      'Use **do not** and `pump` and `/etc/pump.conf`.',
    ],
    ['\\fBNote\\fR well', '**Note** well'],
    ['# no heading\n.br\n- no item', '\\# no heading\n\\- no item'],
  ])('read %j as a terminal shows it', async (roff, expected) => {
    expect(await body(`.PP\n${roff}\n`)).toBe(expected);
  });

  it.each([
    ['.if n terminal\n.if t paper\n.ie \\n(.g groff\n.el other\n', 'terminal groff'],
    ['.ie n \\{\\\nyes\n.\\}\n.el \\{\\\nno\n.\\}\nend', 'yes end'],
    [".if '\\*[.T]'html' web\n.if !'a'b' differ\n", 'differ'],
    ['.nr X 3\n.if (\\nX>2)&(\\nX<5) three\n.if \\nX>5 six\n', 'three'],
    ['.ds V 2.1\n.de Ver\nversion \\\\$1 of \\\\*V\n..\n.Ver "one two"\n', 'version one two of 2.1'],
    ['.ig\nhidden\n..\nshown', 'shown'],
    ['.if d NOPE gone\n.if d Q gone\n.de Q\nx\n..\n.if d Q there\n', 'there'],
  ])('decide %j', async (roff, expected) => {
    expect(await body(`.PP\n${roff}`)).toBe(expected);
  });

  it.each([
    [
      '.TS\nallbox tab(|);\nlb lb\nl l.\nUnit|Size\n_\nm|T{\none\n.B metre\nlong\nT}\ns|a\\(bvb\n.TE\n',
      '| Unit | Size |\n| --- | --- |\n| m | one `metre` long |\n| s | a\\|b |',
    ],
    ['.TS\nl l.\na\tb\nc\td\n.TE\n', '|  |  |\n| --- | --- |\n| a | b |\n| c | d |'],
    ['.TS\ntab(@);\nl s\nl l.\nHead\n=\n1@2\n.TE\n', '| Head |  |\n| --- | --- |\n| 1 | 2 |'],
    ['.TS\ntab(;);\nl l\n^ l.\nx;1\n;2\n.TE\n', '|  |  |\n| --- | --- |\n| x | 1 |\n| x | 2 |'],
  ])('turn the table %j into a pipe table', async (roff, expected) => {
    expect(await body(`.PP\n${roff}`)).toBe(expected);
  });

  it('leave other files and drawings out, and say so', async () => {
    const parsed = await parseText(`${HEAD}.so man1/other.1\n.PS\nbox\n.PE\ntext\n`, 'pumpctl.1');
    expect(parsed.losses).toEqual({ other: 1, drawing: 1 });
    expect(parsed.text).not.toContain('box');
  });
});

describe('manual pages in mdoc macros', () => {
  const page = [
    '.Dd $Mdocdate: March 5 2021 $',
    '.Dt VALVE 8',
    '.Os',
    '.Sh NAME',
    '.Nm valve',
    '.Nd open and close a valve',
    '.Sh SYNOPSIS',
    '.Nm',
    '.Op Fl qv',
    '.Op Fl f Ar file',
    '.Ar name ...',
    '.Sh DESCRIPTION',
    'The',
    '.Nm',
    'utility opens',
    '.Pa /dev/valve ,',
    'see',
    '.Xr pump 8 .',
    '.Bl -tag -width Ds',
    '.It Fl f Ar file , Fl Fl file Ns = Ns Ar file',
    'Reads',
    '.Dq the file .',
    '.It Fl L Xo',
    '.Sm off',
    '.Oo Ar host : Oc',
    '.Ar port',
    '.Sm on',
    '.Xc',
    'Forwards.',
    '.El',
    '.Bl -bullet',
    '.It',
    'one',
    '.It',
    'two',
    '.El',
    '.Bd -literal',
    'valve -f x',
    '  more',
    '.Ed',
    '.Bl -column a b',
    '.It Sy Name Ta Sy Size',
    '.It small Ta 1',
    '.El',
  ].join('\n');

  it('read as man shows them', async () => {
    const parsed = await parseText(page, 'valve.8');
    expect(parsed).toMatchObject({ title: 'valve(8)', modifiedAt: '2021-03-05T00:00:00.000Z' });
    for (const part of [
      '`valve` – open and close a valve',
      '`valve` [`-qv`] [`-f` file] name ...',
      'The `valve` utility opens /dev/valve, see pump(8).',
      '- **-f file, --file=file**: Reads “the file”.\n- **-L [host:]port**: Forwards.',
      '- one\n- two',
      '```\nvalve -f x\n  more\n```',
      '| **Name** | **Size** |\n| --- | --- |\n| small | 1 |',
    ])
      expect(parsed.text).toContain(part);
  });

  it('read functions, references and nested lists', async () => {
    const parsed = await parseText(
      '.Dd May 1, 2020\n.Dt PUMP 3\n.Os\n.Sh NAME\n.Nm pump\n.Nd pump water\n.Sh LIBRARY\n.Lb libm\n.Sh SYNOPSIS\n.In pump.h\n.Ft int\n.Fn pump "int rate" "char *name"\n.Sh DESCRIPTION\n' +
        '.Fn pump\nreturns.\n.Bl -enum\n.It\nfirst\n.Bl -dash\n.It\ninner\n.El\n.It\nsecond\n.El\n.Sh SEE ALSO\n.Rs\n.%A Ann Lee\n.%T Pumps\n.Re\n',
      'pump.3',
    );
    for (const part of [
      'Math Library (libm, -lm)',
      '`#include <pump.h>`\nint `pump(int rate, char *name);`',
      '`pump()` returns.',
      '1. first\n   - inner\n2. second',
      'Ann Lee, Pumps.',
    ])
      expect(parsed.text).toContain(part);
  });
});

describe('files that may be manual pages', () => {
  it.each(['ls.1', 'ls.8', 'Pump.3pm', 'ls.1m', 'ls.man', 'ls.mdoc', 'page.in', 'README'])(
    'are known as %s',
    async (name) => {
      expect((await parseText(HEAD, name)).title).toBe('pumpctl(1)');
    },
  );

  it.each([
    ['notes.1', 'Plain notes.\n.TH is a macro\n', 'plain', 'text/plain'],
    ['log.2', '.hidden entry\nmore\n', 'plain', 'text/plain'],
    ['pump.c', '.TH X 1\n', 'code', 'text/x-c'],
    ['page.md', '.TH X 1\n.SH NAME\n', 'markdown', 'text/markdown'],
  ])('stay what they are: %s', async (name, text, format, mediaType) => {
    expect(await parseText(text, name)).toMatchObject({ format, mediaType, text });
  });

  it('are believed when a server names them, unless they are no roff', async () => {
    expect((await parseText(HEAD, 'page', { mediaType: 'application/x-troff-man' })).title).toBe('pumpctl(1)');
    expect((await parseText('use strict;\n', 'run.t', { mediaType: 'text/troff' })).language).toBe('perl');
  });

  it('are unpacked, within limits', async () => {
    const parsed = await parseText(gzipSync(HEAD), 'man/pumpctl.1.gz', { mediaType: 'application/gzip' });
    expect(parsed).toMatchObject({ title: 'pumpctl(1)', mediaType: 'text/troff' });
    const bomb = gzipSync(Buffer.alloc(60_000_000, 0x61));
    await expect(parseText(bomb, 'bomb.1.gz')).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      hint: expect.any(String),
    });
    await expect(parseText(gzipSync(HEAD).subarray(0, 40), 'cut.1.gz')).rejects.toMatchObject({
      code: 'DOCUMENT_BROKEN',
    });
    await expect(parseText(gzipSync(HEAD), 'archive.gz')).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' });
  });
});

describe('hostile manual pages', () => {
  it.each([
    [
      'strings that multiply',
      `.ds a word\n${[...'bcdefghijkl'].map((name, at) => `.ds ${name} ${`\\\\*${'abcdefghijk'[at]}`.repeat(4)}`).join('\n')}\n\\*l\n`,
    ],
    ['a macro that calls itself', '.de Q\n.Q\n.Q\n..\n.Q\n'],
    ['a string that holds itself', '.ds q \\\\*q\\\\*q\n\\*q\n'],
    ['a macro called often', `.de Q\n${'word\n'.repeat(1000)}..\n${'.Q\n'.repeat(2000)}`],
    ['parts that open', `${'.RS\n'.repeat(20_000)}a\n${'.RE\n'.repeat(20_000)}`],
    ['lists in lists', `.TP\n${'.TP\na\n.RS\n'.repeat(5000)}`],
    ['tables in cells', `.TS\nl l.\n${'T{\n.TS\nl.\n'.repeat(3000)}`],
    ['links in links', '.UR x\n'.repeat(5000)],
    ['backslashes', '\\'.repeat(200_000)],
    ['conditions', `${'.if n .if n '.repeat(20_000)}x\n${'.if n \\{\\\n'.repeat(20_000)}`],
    ['brackets', `.if ${'('.repeat(50_000)}\n.BR ${'('.repeat(30_000)}x${')'.repeat(30_000)}\n`],
  ])('cost little: %s', async (_name, roff) => {
    const parsed = await parseText(`${HEAD}${roff}`, 'x.1');
    expect(parsed.text.length).toBeLessThan(3_000_000);
  });
});
