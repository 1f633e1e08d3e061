import { describe, expect, it } from '@jest/globals';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import type { ParsedDocument } from '../../../src/extract/formats/parsed-document.js';

const BASE = 'https://ex.org/docs/';

async function parse(html: string): Promise<ParsedDocument> {
  return await parseDocument(new TextEncoder().encode(html), { uri: BASE, mediaType: 'text/html' });
}

async function textOf(html: string): Promise<string> {
  return (await parse(html)).text;
}

const WORDS = '<p>Words enough to be what this page is about, in a sentence or two that nobody would call a menu.</p>';

describe('names in capitals', () => {
  it('reads attributes whatever their case is', async () => {
    const page =
      await parse(`<HTML LANG="de"><HEAD><BASE HREF="/man/"><META NAME="robots" CONTENT="noindex"><LINK REL="Canonical" HREF="c.html"></HEAD>
      <BODY><H1>Tides</H1><P><A HREF="spring.html">spring tide</A> <IMG SRC="t.gif" ALT="Curve"> <A HREF=n REL=NoFollow>n</A>
      <TABLE><TR><TH>Day<TH>Height<TR><TD ROWSPAN=2>Mon<TD>3 m<TR><TD>2 m</TABLE><OL START=4><LI>four</OL><PRE CLASS="language-c">int x;</PRE>`);
    expect(page.page).toMatchObject({ robots: ['noindex'], canonical: 'https://ex.org/man/c.html' });
    expect(page.language).toBe('de');
    expect(page.links).toEqual([
      { url: 'https://ex.org/man/spring.html', nofollow: false },
      { url: 'https://ex.org/man/n', nofollow: true },
    ]);
    expect(page.text).toBe(
      '# Tides\n\n[spring tide](https://ex.org/man/spring.html) ![Curve](https://ex.org/man/t.gif) [n](https://ex.org/man/n)\n\n' +
        '| Day | Height |\n| --- | --- |\n| Mon | 3 m |\n| Mon | 2 m |\n\n4. four\n\n```c\nint x;\n```',
    );
  });

  it.each([
    [
      'mixed case of templates',
      '<table><tr><td colSpan="2">a<td>b<tr><td>c<td>d<td>e</table>',
      '| a |  | b |\n| --- | --- | --- |\n| c | d | e |',
    ],
    ['values in capitals', '<ul><li><INPUT TYPE=CHECKBOX CHECKED> done</ul>', '- [x] done'],
    ['what is hidden', '<p>a<p HIDDEN>b<p STYLE="DISPLAY:NONE">c<p ARIA-HIDDEN=TRUE>d', 'a'],
    ['the first of two', '<p><a HREF=/one href=/two>x</a>', '[x](https://ex.org/one)'],
    ['classes', '<PRE CLASS="lang-PY">x</PRE>', '```python\nx\n```'],
  ])('reads %s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });

  it('obeys what is said to us by name, and follows frames', async () => {
    expect((await parse('<META NAME="Quarry" CONTENT="NoIndex"><p>x')).page?.robots).toEqual(['noindex']);
    const frames = await parse(
      '<FRAMESET COLS="20%,*"><FRAME SRC="toc.html"><FRAME SRC="main.html"><NOFRAMES><p>See <a href=all.html>all</a></NOFRAMES></FRAMESET>',
    );
    expect(frames.links.map(({ url }) => url)).toEqual([`${BASE}toc.html`, `${BASE}main.html`, `${BASE}all.html`]);
    expect(frames).toMatchObject({ text: `See [all](${BASE}all.html)`, losses: { frame: 2 } });
  });
});

describe('the nesting of the standard', () => {
  it.each([
    ['a heading ends an open one', '<h2>A<h2>B</h2><p>x', '## A\n\n## B\n\nx'],
    ['a heading ends an open one behind blocks', '<h2>A<p>text<h2>B</h2><p>x', '## A\n\ntext\n\n## B\n\nx'],
    ['a link ends an open one', '<p><a href=/x>x <a href=/y>y</a>', '[x](https://ex.org/x) [y](https://ex.org/y)'],
    [
      'words in a table stand before it',
      '<table>loose<tr><td>a<td>b<tr><td>c<td>d</table>',
      'loose\n\n| a | b |\n| --- | --- |\n| c | d |',
    ],
    [
      'words in a row stand before the table',
      '<table><tr>loose<td>a<td>b<tr><td>c<td>d</table>',
      'loose\n\n| a | b |\n| --- | --- |\n| c | d |',
    ],
    ['a cell without a row gets one', '<table><td>a<td>b<tr><td>c<td>d</table>', '| a | b |\n| --- | --- |\n| c | d |'],
    ['ends that cross', '<p><b>a<i>b</b>c</i>', '**a*b****c*'],
    ['an end of a paragraph that never began', 'a</p>b', 'a\n\nb'],
    ['sections of CDATA', '<p><![CDATA[a & b]]> c', 'a & b c'],
    ['elements closed by a slash in XHTML', '<?xml version="1.0"?><p><a id="x"/>a</p><div/><p>b</p>', 'a\n\nb'],
    ['listings of old', '<xmp><b>x</b></xmp>', '```\n<b>x</b>\n```'],
    [
      'a shadow tree that comes with the page',
      '<x-card><template shadowrootmode=open><p>shown</template></x-card><template><p>not</template>',
      'shown',
    ],
  ])('%s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });
});

describe('what a click shows', () => {
  const question = '<h3><button aria-expanded="false" aria-controls="a1">How do I prime the pump?</button></h3>';

  it.each([
    ['hidden until found', `${question}<div id="a1" hidden="until-found"><p>Fill it.</p></div>`],
    ['hidden', `${question}<div id="a1" hidden><p>Fill it.</p></div>`],
    ['hidden from readers aloud', `${question}<div id="a1" aria-hidden="true"><p>Fill it.</p></div>`],
    ['hidden by style', `${question}<div id="a1" style="color:red; display : none"><p>Fill it.</p></div>`],
    [
      'named by a heading of its own',
      '<h3 id=q>How do I prime the pump? <button aria-expanded=false></button></h3><div aria-labelledby=q hidden>Fill it.</div>',
    ],
    [
      'right behind its control',
      '<h3><button aria-expanded="false">How do I prime the pump?</button></h3><div hidden>Fill it.</div>',
    ],
    [
      'named by a target',
      '<h3><a data-toggle=collapse href="#a1">How do I prime the pump?</a></h3><div id=a1 style="display:none">Fill it.</div>',
    ],
    [
      'called by a script',
      `<h3 onclick="toggle('a1')">How do I prime the pump?</h3><div id=a1 style="visibility:hidden">Fill it.</div>`,
    ],
    ['called a panel', '<h3>How do I prime the pump?</h3><div class="accordion-body" hidden>Fill it.</div>'],
    ['details', '<details><summary><h3>How do I prime the pump?</h3></summary>Fill it.</details>'],
  ])('is text: %s', async (_, html) => {
    expect(await textOf(html)).toBe('### How do I prime the pump?\n\nFill it.');
  });

  it('keeps each of several tabs', async () => {
    const tabs = (style: string): string =>
      `<div class="tabcontent"><pre>apt install pumpctl</pre></div><div class="tabcontent" ${style}><pre>brew\ninstall pumpctl</pre></div>`;
    const both = '```\napt install pumpctl\n```\n\n```\nbrew\ninstall pumpctl\n```';
    for (const style of ['style="display:none"', 'hidden', 'role=tabpanel aria-hidden=true'])
      expect(await textOf(tabs(style))).toBe(both);
    expect(await textOf('<div class="x on">a</div><div class=y hidden>b</div>')).toBe('a');
    expect(await textOf('<div class=x>a</div><div class=x hidden>b</div>')).toBe('a\n\nb');
  });

  it.each([
    ['nothing leads to it', '<div hidden>no</div><p style="display:none">no<p aria-hidden=true>no'],
    ['a dialog', '<button aria-controls=d>x</button><div id=d role=dialog hidden>no</div>'],
    ['a menu', '<button aria-controls=m>x</button><ul id=m hidden><li><a href=a>no</a><li><a href=b>never</a></ul>'],
    ['templates and styles', '<template>no</template><style>no</style>'],
  ])('leaves out what no reader is meant to see: %s', async (_, html) => {
    expect(await textOf(`<p>yes${html}`)).toBe('yes');
  });

  it('keeps words for readers aloud where what is seen is hidden from them', async () => {
    expect(
      await textOf(
        '<p><span aria-hidden=true>3.5x</span><span class=sr-only>3.5 times</span> <span class=sr-only>new tab</span>',
      ),
    ).toBe('3.5 times');
  });
});

describe('raised and lowered text', () => {
  it.each([
    ['10<sup>\u22126</sup> A', '10^\u22126 A'],
    ['10<sup>-3</sup>', '10^-3'],
    ['2<sup>n/2</sup>', '2^(n/2)'],
    ['e<sup>\u2212kT(1)</sup>', 'e^(\u2212kT(1))'],
    ['x<sup>n+1</sup>', 'x^(n+1)'],
    ['2<sup>2<sup>n</sup></sup>', '2^(2^n)'],
    ['<i>x</i><sup>2</sup> + (a+b)<sup>2</sup>', '*x*^2 + (a+b)^2'],
    ['sinh<sup>2</sup> 5 metres<sup>2</sup>', 'sinh^2 5 metres^2'],
    ['10<span style="vertical-align: super">9</span> 10<span class=superscript>8</span>', '10^9 10^8'],
    ['<code>2<sup>64</sup></code>', '`2^64`'],
    ['Ca<sup>2+</sup> and <sup>14</sup>C', 'Ca^2+ and ^14C'],
    ['1<sup>st</sup> 2<sup>nd</sup> 3<sup>e</sup> n<sup>o</sup> 5', '1st 2nd 3e no 5'],
    ['Java<sup>TM</sup> Acme<sup>&reg;</sup>', 'Java\u2122 Acme\u00ae'],
    ['turn<sup>3</sup> of the end.<sup>12</sup>', 'turn[3] of the end.[12]'],
    [
      '10<sup><a href="#fn1">1</a></sup> x<sup class=footnote-ref>2</sup> y<a href="n.html#n3" role=doc-noteref><sup>3</sup></a>',
      `10[1] x[2] y[[3]](${BASE}n.html#n3)`,
    ],
    ['H<sub>2</sub>O CO<sub>2</sub> Fe<sub>2</sub>(SO<sub>4</sub>)<sub>3</sub>', 'H2O CO2 Fe2(SO4)3'],
    ['x<sub>i</sub> x<sub>n+1</sub> 101<sub>2</sub> log<sub>2</sub> n', 'x_i x_(n+1) 101_2 log_2 n'],
    ['<sup>1</sup>/<sub>2</sub> and 1<sup>3</sup>&frasl;<sub>4</sub>', '1/2 and 1 3/4'],
    ['<ruby>\u6f22<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>', '\u6f22(kan)'],
  ])('%s reads %s', async (html, text) => {
    expect(await textOf(`<p>${html}`)).toBe(text);
  });

  it('is marked in titles and listings as well', async () => {
    expect((await parse('<h1>O(n<sup>2</sup>) sorting</h1><p>x')).title).toBe('O(n^2) sorting');
    expect(await textOf('<pre>x = 10<sup>6</sup></pre>')).toBe('```\nx = 10^6\n```');
  });
});

describe('formulas', () => {
  it.each([
    ['fractions', '<math><mfrac><mi>F</mi><mi>A</mi></mfrac></math>', '$\\frac{F}{A}$'],
    [
      'powers and roots',
      '<math><msup><mi>x</mi><mn>10</mn></msup><mo>\u2212</mo><msqrt><mi>y</mi></msqrt></math>',
      '$x^{10}-\\sqrt{y}$',
    ],
    [
      'sums',
      '<math display=block><munderover><mo>\u2211</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><msub><mi>a</mi><mi>i</mi></msub></math>',
      '$$\u2211_{i=1}^na_i$$',
    ],
    [
      'functions and accents',
      '<math><mi>sin</mi><mo>\u2061</mo><mover><mi>v</mi><mo>\u2192</mo></mover><mtext> m/s</mtext></math>',
      '$\\sin \\vec{v}\\text{ m/s}$',
    ],
    [
      'matrices and brackets',
      '<math><mfenced><mi>a</mi><mi>b</mi></mfenced><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable></math>',
      '$(a,b)\\begin{matrix} 1 & 2 \\end{matrix}$',
    ],
    ['a prefix', '<m:math><m:msup><m:mi>a</m:mi><m:mn>2</m:mn></m:msup></m:math>', '$a^2$'],
    [
      'annotations',
      '<math><semantics><mi>x</mi><annotation encoding="StarMath 5.0">no</annotation><annotation encoding="application/x-tex">x^2</annotation></semantics></math>',
      '$x^2$',
    ],
    [
      'KaTeX',
      '<span class="katex"><span class="katex-mathml"><math><mi>c</mi><annotation encoding="application/x-tex">c^2</annotation></math></span><span class="katex-html" aria-hidden="true">c2</span></span>',
      '$c^2$',
    ],
    [
      'MathJax 2',
      '<span class="MathJax_Preview">p</span><span class="MathJax"><nobr>a1</nobr></span><script type="math/tex">a_1 < b</script>',
      '$a_1 < b$',
    ],
    [
      'MathJax 2, displayed',
      '<div class="MathJax_Display"><span class="MathJax">a1</span></div><script type="math/tex; mode=display">a_1</script>',
      '$$a_1$$',
    ],
    [
      'MathJax 3',
      '<mjx-container class="MathJax" display="true"><mjx-math aria-hidden=true>x</mjx-math><mjx-assistive-mml><math><mi>q</mi></math></mjx-assistive-mml></mjx-container>',
      '$$q$$',
    ],
    [
      'Wikipedia',
      '<span class="mwe-math-element"><span style="display: none;"><math alttext="{\\displaystyle E=mc^{2}}"><mi>E</mi></math></span><img class="mwe-math-fallback-image-inline" aria-hidden=true alt="{\\displaystyle E=mc^{2}}" src=x></span>',
      '$E=mc^{2}$',
    ],
    ['pictures', '<img class="math" alt="\\sqrt{2}" src=i.png> <img alt="$x_1$" src=i.png>', '$\\sqrt{2}$ $x_1$'],
    ['TeX as text', '<span class="math inline">\\(x^2\\)</span>', '\\(x^2\\)'],
  ])('%s', async (_, html, text) => {
    expect(await parse(`<p>${html}</p>`)).toMatchObject({ text });
    expect((await parse(`<p>${html}</p>`)).losses).toBeUndefined();
  });

  it('that cannot be read are counted', async () => {
    const page = await parse(
      '<p>a<mjx-container><svg></svg></mjx-container><img class=latex src=x><span class="katex"><span class="katex-html" aria-hidden=true>xy</span></span><math><apply><plus/><ci>z</ci></apply></math>',
    );
    expect(page.losses).toEqual({ formula: 4 });
    expect(page.text).toContain('z');
  });
});

describe('lists', () => {
  it.each([
    ['text before items', '<ul>Tools for the mount:<li>hammer</ul>', 'Tools for the mount:\n\n- hammer'],
    ['text between items', '<ol><li>a<!-- --></li>then <b>wait</b><li>b</ol>', '1. a\n\nthen **wait**\n\n2. b'],
    ['text in a definition list', '<dl>Loose words<dt>a<dd>b</dd>more</dl>', 'Loose words\n\n- **a**: b\n\nmore'],
    ['a list right in a list', '<ul><li>a</li><ul><li>b</li></ul><li>c</ul>', '- a\n  - b\n- c'],
    ['items in wrappers', '<ul><div><li>a</li></div><p>p</p><li>b</ul>', '- a\n\np\n\n- b'],
    ['numbers of items', '<ol><li>a<li value="4">b<li>c</ol>', '1. a\n4. b\n5. c'],
    [
      'numbers that count down',
      '<ol reversed start="3"><li>a<li>b<li>c</ol><hr><ol reversed><li>x<li>y</ol>',
      '3. a\n2. b\n1. c\n\n---\n\n2. x\n1. y',
    ],
    ['blocks in terms', '<dl><dt><h3>Open</h3><dd>b</dl>', '### Open\n\nb'],
  ])('keep %s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });

  it.each([
    [
      'Javadoc',
      '<ul class="blockList"><li><section><h3>Method Detail</h3><ul><li><a id=o></a><h4>open</h4><pre>void open()</pre><p>Opens.</p></li></ul></section></li></ul>',
      '### Method Detail\n\n#### open\n\n```\nvoid open()\n```\n\nOpens.',
    ],
    ['steps', '<ol><li><h2>Measure</h2><p>a<li><h2>Cut</h2>b</ol>', '## Measure\n\na\n\n## Cut\n\nb'],
    ['cards', '<ul><li><a href=/c><h3>Card</h3></a>x<li>y</ul>', '### [Card](https://ex.org/c)\n\nx\n\n- y'],
    ['wrapped headings', '<ul><li><div><header><h3>In</h3></header>x</div></ul>', '### In\n\nx'],
    ['lists that only hold a block', '<ul><li><hr><pre>x</pre><div>y</div></ul>', '---\n\n```\nx\n```\n\ny'],
  ])('that arrange sections give sections: %s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });

  it('keep a heading that stands inside an item as part of it', async () => {
    expect(await textOf('<ul><li>a<h4>Note</h4>b</ul>')).toBe('- a\n\n  **Note**\n\n  b');
  });
});

describe('listings beside numbers', () => {
  const code = '```\nif (rain) {\n    open_gauge ();\n}\n```';
  const lines = ['if (rain) {', '    open_gauge ();', '}'];

  it.each([
    [
      'GTK-Doc',
      `<table class="listing_frame"><tr><td class="listing_lines"><pre>1\n2\n3</pre></td><td class="listing_code"><pre class="programlisting">${lines.join('\n')}</pre></td></tr></table>`,
    ],
    ['any class', `<table><tr><td>7<br>8<br>9</td><td><pre>${lines.join('\n')}</pre></td></tr></table>`],
    [
      'Rouge',
      `<table class="rouge-table"><tr><td class="rouge-gutter gl"><pre class="lineno">1\n2\n3\n</pre></td><td class="rouge-code"><pre>${lines.join('\n')}\n</pre></td></tr></table>`,
    ],
    [
      'SyntaxHighlighter',
      `<table><tr><td class="gutter"><div class=line>1</div><div class=line>2</div><div class=line>3</div></td><td class="code"><div>${lines.map((line) => `<div class=line><code>${line.replace(/ /g, '&nbsp;')}</code></div>`).join('')}</div></td></tr></table>`,
    ],
    [
      'a row for each line',
      `<table>${lines.map((line, at) => `<tr><td data-line-number="${at + 1}"></td><td class="blob-code">${line.replace(/ {4}/, '&nbsp;'.repeat(4))}</td></tr>`).join('')}</table>`,
    ],
    [
      'highlight.js',
      `<pre><code><table class="hljs-ln">${lines.map((line, at) => `<tr><td class="hljs-ln-numbers">${at + 1}</td><td class="hljs-ln-code">${line}</td></tr>`).join('')}</table></code></pre>`,
    ],
    [
      'prettyprint',
      `<pre class="prettyprint"><ol class="linenums">${lines.map((line) => `<li class=L0>${line}</li>`).join('')}</ol></pre>`,
    ],
    [
      'numbers in the lines',
      `<pre>${lines.map((line, at) => `<span class=n>${at + 9}</span> ${line}`).join('\n')}</pre>`,
    ],
    ['Pygments', `<pre>${lines.map((line, at) => `<span class="linenos">${at + 1}</span>${line}`).join('\n')}</pre>`],
    [
      'Doxygen',
      `<div class="fragment">${lines.map((line, at) => `<div class="line"><a name="l1"></a><span class="lineno">    ${at + 1}</span>&#160;${line}</div>`).join('')}</div>`,
    ],
  ])('are the listing alone: %s', async (_, html) => {
    expect(await textOf(html)).toBe(code);
  });

  it('and numbers that are data stay', async () => {
    expect(await textOf('<table><tr><td>1<td>one<tr><td>2<td>two</table>')).toBe(
      '| 1 | one |\n| --- | --- |\n| 2 | two |',
    );
    expect(await textOf('<pre><b>1</b> x\n<b>3</b> y</pre>')).toBe('```\n1 x\n3 y\n```');
  });
});

describe('tables', () => {
  it.each([
    [
      'a table in a cell',
      '<table><tr><th>A<th>B<th>C<tr><td>1<td>2<td>3<tr><td>4<td>5<td><table><tr><td>in<td>ner<tr><td>x<td>y</table></table>',
      '| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n| 4 | 5 | in, ner<br>x, y |',
    ],
    [
      'an empty corner over row labels',
      '<table><tr><td><th>A<th>B<tr><th>x<td>1<td>2</table>',
      '|  | A | B |\n| --- | --- | --- |\n| x | 1 | 2 |',
    ],
    [
      'a foot that is written first',
      '<table><tfoot><tr><td>sum<td>3</tfoot><thead><tr><th>a<th>b</thead><tbody><tr><td>x<td>3</table>',
      '| a | b |\n| --- | --- |\n| x | 3 |\n| sum | 3 |',
    ],
    [
      'rows to the end of a group',
      '<table><tbody><tr><td rowspan=0>a<td>1<tr><td>2</tbody><tbody><tr><td>b<td>3</table>',
      '| a | 1 |\n| --- | --- |\n| a | 2 |\n| b | 3 |',
    ],
    [
      'spans that end with their group',
      '<table><tbody><tr><td rowspan=9>a<td>1</tbody><tbody><tr><td>b<td>2</table>',
      '| a | 1 |\n| --- | --- |\n| b | 2 |',
    ],
    ['spans with a unit', '<table><tr><td colspan="2px">a<tr><td>b<td>c</table>', '| a |  |\n| --- | --- |\n| b | c |'],
    [
      'captions without tabs',
      '<table><caption><span class=activeTableTab>All</span>Methods</caption><tr><td>a<td>b</table>',
      'Methods\n\n|  |  |\n| --- | --- |\n| a | b |',
    ],
  ])('keep %s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });

  it('keep elements in their line whose style says so', async () => {
    expect(await textOf('costs $<div style="display:inline"><span>5.22</span></div> per piece')).toBe(
      'costs $5.22 per piece',
    );
    expect(await textOf('a<section style="color:red;display:inline-block">b</section>c')).toBe('abc');
    expect(await textOf('a<span style="display:block">b</span>c')).toBe('a\n\nb\n\nc');
  });
});

describe('what leads away from a page', () => {
  it('is no part of it, and a page is called by its own heading', async () => {
    const links = ['Clouds', 'Rain', 'Snow'].map((name) => `<li><a href="${name}.html">${name}</a></li>`).join('');
    const page =
      await parse(`<title>Path | Weather.js v18 Documentation</title><div id="content"><div id="column2"><ul>${links}</ul></div>
      <div id="column1"><header><h1>Weather.js v18 documentation</h1></header><div id="apicontent"><h2>Path</h2>${WORDS}${WORDS}</div></div></div>`);
    expect(page.title).toBe('Path');
    expect(page.text).toMatch(/^## Path\n\nWords enough/);
  });

  it.each([
    [
      'DocBook',
      '<div class="navheader"><table><tr><th colspan=3>VACUUM</th></tr><tr><td><a accesskey="p" href="a">Prev</a></td><th>SQL Commands</th><td><a accesskey="n" href="b">Next</a></td></tr></table></div>',
    ],
    [
      'Texinfo',
      '<div class="header"><p>Next: <a href="b" accesskey="n" rel="next">Shells</a>, Previous: <a href="a" rel="prev">Top</a> [<a href="i">Index</a>]</p></div>',
    ],
    ['arrows', '<table><tr><td><a href=a>&laquo; Previous</a><td><a href=b>Next &raquo;</a></table>'],
  ])('bands of %s are dropped', async (_, band) => {
    expect(await textOf(`<main>${band}<h1>T</h1>${WORDS}${band}</main>`)).toMatch(/^# T\n\nWords enough[^\n]*$/);
  });

  it('stays where it is what the page says', async () => {
    const list = '<ul><li><a href=a>One</a><li><a href=b>Two</a><li><a href=c>Three</a></ul>';
    expect(await textOf(`<main><h1>All</h1>${list}</main>`)).toContain('Two');
    expect(await textOf(`<main>${list}<p>End</p></main>`)).toContain('Two');
    expect(
      await textOf(
        `<main><h1>T</h1>${WORDS}<p>See the <a href=a>next</a> and the <a href=b>previous</a> chapter.</p></main>`,
      ),
    ).toContain('chapter');
  });

  it('is told from an aside by its links, not by its name', async () => {
    const aside = (inside: string): string =>
      `<div role="main"><h1>Casting</h1>${WORDS}${WORDS}<aside class="sidebar">${inside}</aside>${WORDS}</div>`;
    expect(
      await textOf(aside('<p class="sidebar-title">Temperatures</p><p>Bronze pours at 1100 degrees.</p>')),
    ).toContain('Temperatures\n\nBronze pours');
    expect(await textOf(aside('<a href=a>One</a> <a href=b>Two</a>'))).not.toContain('Two');
    for (const name of ['toc', 'page-nav', 'side-bar']) {
      expect(
        await textOf(`<main>${WORDS}<div class="${name}">Plain words of an author.</div>${WORDS}</main>`),
      ).toContain('Plain words');
    }
  });

  it.each([
    ['Install | Tool', '<h1>Tool</h1><h2>Install</h2>', 'Install'],
    ['Tool - Install', '<h1>Install</h1>', 'Install'],
    ['Install | Tool', '<h1>Something else</h1>', 'Install | Tool'],
    ['', '<h1>Only</h1>', 'Only'],
    ['Well-known words', '<h2>x</h2>', 'Well-known words'],
  ])('title %j with %s is %s', async (title, body, expected) => {
    expect((await parse(`<title>${title}</title><main>${body}${WORDS}</main>`)).title).toBe(expected);
  });
});

describe('what a page has and its text lacks', () => {
  it.each([
    ['<img src=a.png><img src=b.png alt=""><img src=c.png alt=words><img src=t.gif width=1>', { image: 1 }],
    ['<figure><img src=a.png><figcaption>Words</figcaption></figure><img src=b role=presentation>', undefined],
    ['<iframe src=a></iframe><embed src=b><object data=c></object><object data=d>words</object>', { frame: 3 }],
    [
      '<form><input name=q><select><option>a</select><textarea>x</textarea><input type=hidden><input type=submit></form>',
      { form: 3 },
    ],
    [
      '<canvas></canvas><svg width=300 height=200></svg><svg width=16 height=16></svg><svg width=300><title>Flow</title></svg>',
      { drawing: 2 },
    ],
    ['<video src=a></video><audio src=b></audio>', { media: 2 }],
    ['<div hidden><img src=a><iframe src=b></iframe></div>', undefined],
  ])('is counted: %s', async (html, losses) => {
    expect((await parse(`<p>a</p>${html}`)).losses).toEqual(losses);
  });

  it('is the text itself where only scripts bring it', async () => {
    expect((await parse('<div id="root"></div><script src=a.js></script>')).losses).toEqual({ script: 1 });
    expect(
      (await parse('<noscript>You need JavaScript.</noscript><script src=a.js></script><p>Loading')).losses,
    ).toEqual({ script: 1 });
    expect(
      (await parse(`<main>${WORDS}${WORDS}${WORDS}</main><script src=a.js></script><noscript>JavaScript</noscript>`))
        .losses,
    ).toBeUndefined();
  });

  it('says what a drawing says', async () => {
    expect(await textOf('<p>a</p><svg width=300><text>pump</text><text>valve</text></svg>')).toBe('a\n\npump valve');
  });
});

describe('hostile pages', () => {
  it.each([
    ['formatting that is opened again', Array.from({ length: 10_000 }, (_, at) => `<p><b id=${at}>x</p>`).join('')],
    ['attributes', `<p ${Array.from({ length: 200_000 }, (_, at) => `a${at}`).join(' ')}>x`],
    ['depth', `${'<div><b>'.repeat(100_000)}x`],
    ['hidden parts', '<div hidden class=a>x</div>'.repeat(20_000)],
    ['text in tables', `<table>${'<b>x</b>'.repeat(20_000)}`],
    ['nested scripts', `${'<sup>'.repeat(30_000)}x`],
    ['loose definitions', `<dl>${'loose<dt>a<dd>b'.repeat(10_000)}`],
  ])('cost bounded time and memory: %s', async (_, html) => {
    const parsed = await parse(html);
    expect(parsed.text.length).toBeLessThan(2_000_000);
  });
});
