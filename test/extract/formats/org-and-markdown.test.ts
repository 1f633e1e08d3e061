import { describe, expect, it } from '@jest/globals';
import { parseText } from './parse-text.js';

describe('Org', () => {
  it.each([
    ['10^{-6} A, H_{2}O, x_{i}, 2^{n/2}', '10^-6 A, H2O, x_i, 2^(n/2)'],
    ['\\(a_b\\) and \\[x^2\\] and $y_1 + y_2$', '$a_b$ and $$x^2$$ and $y_1 + y_2$'],
    ['=a_{b}= and ~x*y*~ and +gone+ and _under_', '`a_{b}` and `x*y*` and ~~gone~~ and under'],
    ['- term :: what it is', '- **term**: what it is'],
    ['+ [X] done\n1) first', '- [x] done\n1) first'],
    ['#+begin_quote\nWords.\n#+end_quote', '\n> Words.\n'],
    ['#+CAPTION: Sizes of /pumps/', '**Sizes of *pumps***'],
    ['#+begin_comment\nhidden\n#+end_comment\nend', '\n\n\nend'],
    ['#+begin_src sh\n,* ls\n#+end_src', '```bash\n* ls\n```'],
    [': fixed  width', '    fixed  width'],
    ['| a | b |\n|---+---|\n| 1 | c\\vert{}d |', '| a | b |\n| --- | --- |\n| 1 | c\\|d |'],
    ['|---+---|\n| a | b |\n|---+---|\n| 1 | 2 |\n|---+---|', '| a | b |\n| --- | --- |\n| 1 | 2 |\n\n'],
    ['| 1 | 2 |\n| 3 | 4 |', '|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |'],
  ])('reads %j', async (source, expected) => {
    expect((await parseText(`Word\n${source}\n`, 'a.org')).text).toBe(`Word\n${expected}\n`);
  });

  it('takes what a header says, and counts what is left out', async () => {
    const parsed = await parseText(
      '#+TITLE: Pumps\n#+AUTHOR: Ada\n#+FILETAGS: :water:steel:\n#+INCLUDE: "x.org"\n#+begin_export html\n<b>x</b>\n#+end_export\n[[./curve.png]]\nText\n',
      'a.org',
    );
    expect(parsed).toMatchObject({
      title: 'Pumps',
      tags: ['water', 'steel'],
      metadata: { author: 'Ada' },
      losses: { other: 2, image: 1 },
    });
    expect(parsed.text.trim()).toBe('Text');
  });
});

describe('Markdown', () => {
  it.each([
    ['10<sup>-6</sup> A, 10<sup>−6</sup>, 2<sup>n/2</sup>', '10^-6 A, 10^−6, 2^(n/2)'],
    ['H<sub>2</sub>O and x<SUB>i</SUB>', 'H2O and x_i'],
    ['`10<sup>2</sup>` and ``a`<sup>2</sup>``', '`10<sup>2</sup>` and ``a`<sup>2</sup>``'],
    ['```html\n<sup>2</sup>\n```', '```html\n<sup>2</sup>\n```'],
    ['note<sup>[1](#n)</sup>, 1<sup>st</sup>', 'note<sup>[1](#n)</sup>, 1st'],
    [
      '$x^2$ and <details><summary>More</summary>words</details>',
      '$x^2$ and <details><summary>More</summary>words</details>',
    ],
  ])('writes the exponents of %j as text and leaves all else', async (source, expected) => {
    expect((await parseText(source, 'a.md')).text).toBe(expected);
  });

  it('counts pictures without words, code aside', async () => {
    const source =
      '![](a.png) ![Curve](b.png) <img src="c.png"> <img src="d.png" alt="D"> `![](e.png)`\n\n```\n![](f.png)\n```\n';
    expect(await parseText(source, 'a.md')).toMatchObject({ text: source, losses: { image: 2 } });
    expect((await parseText('![Curve](b.png)', 'a.md')).losses).toBeUndefined();
  });
});
