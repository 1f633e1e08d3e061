import { describe, expect, it } from '@jest/globals';
import { parseText } from './parse-text.js';

async function markdown(source: string): Promise<string> {
  return (await parseText(`${source}\n`, 'a.adoc')).text;
}

describe('AsciiDoc', () => {
  it.each([
    ['10^-6^ A, 10^−6^, 2^n/2^', '10^-6 A, 10^−6, 2^(n/2)'],
    ['H~2~O, x~i~', 'H2O, x_i'],
    ['stem:[x^2 < 3] and latexmath:[\\frac{F}{A}]', '$x^2 < 3$ and $\\frac{F}{A}$'],
    ['[stem]\n++++\nq = v * A\n++++', '$$\nq = v * A\n$$'],
  ])('keeps the meaning of %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [
      '[cols="3*",options="header"]\n|===\n|A |B |C\n2+|P1 and P2 |9\n|P3 |1 |2\n|===',
      '| A | B | C |\n| --- | --- | --- |\n| P1 and P2 |  | 9 |\n| P3 | 1 | 2 |',
    ],
    ['|===\n|A |B\n\n.2+|x |1\n|2\n|===', '| A | B |\n| --- | --- |\n| x | 1 |\n| x | 2 |'],
    [
      '[cols=3*]\n|===\n2.2+|a |1\n|2\n3+|end\n|===',
      '|  |  |  |\n| --- | --- | --- |\n| a |  | 1 |\n| a |  | 2 |\n| end |  |  |',
    ],
    ['|===\n|m|metre\n|s|second\n|===', '|  |  |\n| --- | --- |\n| m | metre |\n| s | second |'],
    ['|===\n|a|b\n|e|h\n|d|l\n|===', '|  |  |\n| --- | --- |\n| a | b |\n| e | h |\n| d | l |'],
    ['|===\n|plain \\| pipe |x\n|===', '|  |  |\n| --- | --- |\n| plain \\| pipe | x |'],
    ['|===\n3*|x\n|===', '|  |  |  |\n| --- | --- | --- |\n| x | x | x |'],
    [',===\na,"b, c"\n1,2\n,===', '|  |  |\n| --- | --- |\n| a | b, c |\n| 1 | 2 |'],
    ['[%header,format=dsv]\n|===\na:b\n1:2\n|===', '| a | b |\n| --- | --- |\n| 1 | 2 |'],
    [
      '[cols="1,a"]\n|===\n|x |* one\n* two\n\n!===\n!n !m\n\n!1 !2\n!===\n|===',
      '|  |  |\n| --- | --- |\n| x | - one<br>- two<br>n; m<br>1; 2 |',
    ],
  ])('keeps cells under their headers: %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [':edition: pro\n\nifdef::edition[Pro words.]', 'Pro words.'],
    [':edition: pro\n\nifndef::edition[]\nHidden.\nendif::[]\nShown.', 'Shown.'],
    [':edition: pro\n\nifeval::["{edition}" == "free"]\nFree.\nendif::[]\nEnd.', 'End.'],
    [':edition: pro\n:!edition:\n\nifdef::edition[Gone.]\nEnd.', 'End.'],
    ['ifdef::unknown[Unknown.]', 'Unknown.'],
    ['ifdef::a,b[]\nOne.\nendif::a,b[]\nifndef::a[]\nOther.\nendif::[]', 'One.\nOther.'],
    ['ifeval::["{target}" == "web"]\nWeb.\nendif::[]', 'Web.'],
    ['ifdef::backend-pdf[]\nPaper.\nendif::[]\nScreen.', 'Screen.'],
  ])('decides %j', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it.each([
    [':long: one \\\ntwo\n\n{long}', 'one two'],
    ['[quote,Ada,Notes]\nWords.', '> Words.\n>\n> — Ada, Notes'],
    ['[verse,Bob]\n____\na\nb\n____', '> a\n> b\n>\n> — Bob'],
    ['Text indexterm:[hidden](((a,b))) and ((shown)).', 'Text and shown.'],
    ['Word footnote:[A *note*.] end.', 'Word (A **note**.) end.'],
    [
      '[[b]]\n== Part\n\nSee <<b>>, <<b,there>>, xref:other.adoc#c[that].',
      '## Part\n\nSee Part, there, [that](other.adoc#c).',
    ],
    ['{counter:n} {counter:n} {missing}', '1 2 {missing}'],
    ['NOTE: Mind.\n\n[WARNING]\n====\nDanger\n====', '**Note:** Mind.\n\n**Warning:** Danger'],
    ['----\nrun <1>\n----\n<1> starts', '```\nrun <1>\n```\n\n1. starts'],
    ['term:: def\nother::\n+\n----\nx\n----', '- **term**: def\n\n**other**\n\n```\nx\n```'],
    ['. one\n.. inner\n. two', '1. one\n   1. inner\n2. two'],
    ['* [x] done\n* [ ] open', '- [x] done\n- [ ] open'],
    ['link:a.html[A *b*] https://x.org[X] https://y.org', '[A **b**](a.html) [X](https://x.org) https://y.org'],
    ["don't `a_b <c>` +lit*eral*+ *b* _i_", "don't `a_b <c>` lit*eral* **b** *i*"],
  ])('reads %j as a reader sees it', async (source, expected) => {
    expect(await markdown(source)).toBe(expected);
  });

  it('names header and losses, and never reads another file', async () => {
    const parsed = await parseText(
      '= Pump *manual*\nAda Lee <a@x.org>\nv1.2, 2024-05-06\n:description: All of it\n\ninclude::/etc/passwd[]\n\nimage::a.png[]\n\nimage::b.png[Curve]\n\nvideo::c.mp4[]\n',
      'a.adoc',
    );
    expect(parsed).toMatchObject({
      title: 'Pump manual',
      modifiedAt: '2024-05-06T00:00:00.000Z',
      metadata: { author: 'Ada Lee', revnumber: '1.2', description: 'All of it', lineBasis: 'extracted' },
      losses: { other: 1, image: 1, media: 1 },
    });
    expect(parsed.text).toContain('Include: `/etc/passwd`');
    expect(parsed.text).toContain('![Curve](b.png)');
    expect(parsed.text).not.toContain('root:');
  });

  it('bounds what counts and attributes can multiply', async () => {
    const bomb = Array.from({ length: 20 }, (_, at) => `:a${at + 1}: ${`{a${at}}`.repeat(4)}`).join('\n');
    for (const source of [
      '|===\n999999999+|a\n999999999*|b\n|===',
      '[cols="999999999*"]\n|===\n|a\n|===',
      `:a0: ${'x'.repeat(20)}\n${bomb}\n\n{a20}`,
      Array.from({ length: 120 }, (_, at) => '='.repeat(4 + at)).join('\n'),
      '\ue104\ue100x\ue105\ue112 text',
    ])
      expect((await markdown(`word\n\n${source}`)).length).toBeLessThan(100_000);
  });
});
