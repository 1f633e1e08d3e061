import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import type { ParsedDocument } from '../../../src/extract/formats/parsed-document.js';

const BASE = 'https://ex.org/docs/';

async function parse(html: string, uri = BASE): Promise<ParsedDocument> {
  return await parseDocument(new TextEncoder().encode(html), { uri, mediaType: 'text/html' });
}

async function textOf(html: string): Promise<string> {
  return (await parse(html)).text;
}

describe('HTML as Markdown', () => {
  it.each([
    ['headings', '<h1>A</h1><h2>B <code>c</code></h2><p>t', '# A\n\n## B `c`\n\nt'],
    ['permalinks in headings', '<h2 id=x>Install<a class="headerlink" href="#x">¶</a></h2><p>t', '## Install\n\nt'],
    ['headings inside links', '<h2><a href="#x" class="anchor">Title</a></h2>', '## Title'],
    [
      'absolute links',
      '<p><a href="../a b?q=1#f">x</a> <a href="//h.org/">y</a> <a href="#f">z</a>',
      '[x](https://ex.org/a%20b?q=1#f) [y](https://h.org/) z',
    ],
    ['unsafe links', '<p><a href="javascript:alert(1)">x</a> <a href="data:text/html,x">y</a>', 'x y'],
    ['emphasis', '<p>a<b> b </b>c <em></em><i>d</i> <del>e</del>', 'a **b** c *d* ~~e~~'],
    ['identifiers unescaped', '<p>my_var * other[0] __init__ `x`', 'my_var * other[0] __init__ `x`'],
    ['line starts escaped', '<p># x<p>- y<p>1. z<p>&lt;div&gt;<p>---', '\\# x\n\n\\- y\n\n1\\. z\n\n\\<div>\n\n\\---'],
    ['inline code with backticks', '<p><code>a `b` c</code> <code>``</code>', '``a `b` c`` ` `` `'],
    ['breaks', '<p>a<br>b<br/>c', 'a\nb\nc'],
    ['nested lists', '<ul><li>a<ul><li>b<li>c</ul><li>d</ul>', '- a\n  - b\n  - c\n- d'],
    ['ordered lists', '<ol start=9><li>a<li><p>b<p>c</ol>', '9. a\n10. b\n\n    c'],
    ['task lists', '<ul><li><input type=checkbox checked> a<li><input type=checkbox> b</ul>', '- [x] a\n- [ ] b'],
    [
      'code in a list',
      '<ul><li>a<pre><code class="lang-py">x\n  y</code></pre></ul>',
      '- a\n\n  ```python\n  x\n    y\n  ```',
    ],
    ['quotes', '<blockquote><p>a<p>b<blockquote>c</blockquote></blockquote>', '> a\n>\n> b\n>\n> > c'],
    [
      'definition lists',
      '<dl><dt>A<dd>one<dt>B<dt>C<dd><p>two<p>three</dl>',
      '- **A**: one\n- **B, C**: two\n\n  three',
    ],
    [
      'definition lists with what is not shown, and with blocks',
      '<main><dl><dt>A<dd hidden>no<dt>B<dd><p>b<dt>C<dd><ul><li>c</ul><dt>D</dl></main>',
      '**A**\n\n- **B**: b\n\n**C**\n\n- c\n\n**D**',
    ],
    [
      'headings that unfold',
      '<h2><button aria-expanded=false><svg></svg>Why <i>so</i>?</button></h2><div>Because.</div><h3>Run <button>Copy</button></h3><p>x',
      '## Why *so*?\n\nBecause.\n\n### Run\n\nx',
    ],
    [
      'questions that unfold',
      '<div><button>Is it cold?</button><div>Yes.</div></div><button>Copy</button><form><button>Forgot it?</button></form>',
      '**Is it cold?**\n\nYes.',
    ],
    ['details', '<details><summary>More</summary><p>inside</details>', '**More**\n\ninside'],
    [
      'images',
      '<p><img src="/i.png" alt="An [x]"><img src="data:image/png;base64,xx" alt="d"><img src=y.png>',
      '![An x](https://ex.org/i.png)d',
    ],
    ['math', '<p><math><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></math>', '$x^2$'],
    ['powers', '<p>10<sup>3</sup> m', '10^3 m'],
    ['linked cards', '<a href="/c"><h3>Card</h3><p>text</p></a>', '### [Card](https://ex.org/c)\n\ntext'],
    [
      'tabs that are hidden',
      '<div role=tabpanel hidden>npm i</div><div hidden>no</div><p style="display:none">no',
      'npm i',
    ],
    ['entities', '<p>&lt;T&gt; &amp;amp; &nbsp;&copy; &#x41;', '\\<T> &amp; \u00a0© A'],
    ['stray characters', '<p>1 < 2 && 3 > 2', '1 < 2 && 3 > 2'],
  ])('keeps %s', async (_, html, markdown) => {
    expect(await textOf(html)).toBe(markdown);
  });

  it.each([
    ['class on code', '<pre><code class="language-js">a</code></pre>', 'javascript'],
    ['class on pre', '<pre class="lang-ts"><code>a</code></pre>', 'typescript'],
    ['Sphinx', '<div class="highlight-python3 notranslate"><div class="highlight"><pre>a</pre></div></div>', 'python'],
    ['GitHub', '<div class="highlight highlight-source-shell"><pre>a</pre></div>', 'bash'],
    ['highlight.js', '<pre><code class="hljs rust">a</code></pre>', 'rust'],
    ['pandoc', '<pre class="sourceCode haskell"><code>a</code></pre>', 'haskell'],
    ['data attribute', '<pre data-language="go"><code>a</code></pre>', 'go'],
    ['SyntaxHighlighter', '<pre class="brush: csharp; gutter: true">a</pre>', 'csharp'],
    ['none', '<pre class="literal-block">a</pre>', ''],
    ['plain text', '<pre><code class="language-text">a</code></pre>', ''],
  ])('finds the language of a listing: %s', async (_, html, language) => {
    expect(await textOf(html)).toBe(`\`\`\`${language}\na\n\`\`\``);
  });

  it('keeps listings as displayed, without line numbers and buttons', async () => {
    expect(await textOf('<pre>  a\n\n<span>  b</span> &lt;x&gt;\n</pre>')).toBe('```\n  a\n\n  b <x>\n```');
    expect(await textOf('<pre><div class="line"><span class="ln">1</span>a</div><div class="line">b</div></pre>')).toBe(
      '```\na\nb\n```',
    );
    expect(
      await textOf(
        '<pre><span class=token-line>a<br></span><span class=token-line>b<br></span></pre><button>Copy</button>',
      ),
    ).toBe('```\na\nb\n```');
    const table =
      '<table class="highlighttable"><tr><td class="linenos"><pre>1\n2</pre></td><td class="code"><pre>a\nb</pre></td></tr></table>';
    expect(await textOf(table)).toBe('```\na\nb\n```');
    expect(await textOf('<pre>x\n```\ny</pre>')).toBe('````\nx\n```\ny\n````');
  });

  it('writes tables with spans, pipes, lists and code on one line each', async () => {
    const html = `<table><caption>Options</caption><thead><tr><th>Name<th>Type</thead>
      <tr><td><code>a|b</code><td rowspan=2>str<tr><td><ul><li>p<li>q</ul><tr><td colspan=2>wide<tr><td><pre>x\ny</pre><td></table>`;
    expect(await textOf(html)).toBe(
      'Options\n\n| Name | Type |\n| --- | --- |\n| `a\\|b` | str |\n| p<br>q | str |\n| wide |  |\n| `x`<br>`y` |  |',
    );
    expect(await textOf('<table><tr><td>a<td>b<tr><td>1<td>2</table>')).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
    expect(await textOf('<table><tr><th>a<td>b<tr><th>c<td>d</table>')).toBe(
      '|  |  |\n| --- | --- |\n| a | b |\n| c | d |',
    );
  });

  it('reads tables that lay out a page as what is in them', async () => {
    expect(await textOf('<table><tr><td><h2>A</h2><p>x</td><td><p>y</td></tr></table>')).toBe('## A\n\nx\n\ny');
    expect(await textOf('<table><tr><td>only</table>')).toBe('only');
    expect(await textOf('<table><form><tr><td>a<td>b</form></table>')).toContain('| a | b |');
    expect(await textOf('<table>stray<tr><td>a<td>b</table>')).toContain('stray');
  });

  it('makes documented symbols sections', async () => {
    const html =
      '<h1>m</h1><dl class="py function"><dt class="sig sig-object">m.f(<em>a</em>)<a class=headerlink href=#f>¶</a></dt><dd><p>Does.</p><dl class=field-list><dt>Parameters<dd>a – b</dl></dd></dl>';
    expect(await textOf(html)).toBe('# m\n\n## `m.f(a)`\n\nDoes.\n\n- **Parameters**: a – b');
  });
});

describe('main content and metadata', () => {
  const filler =
    '<p>A sentence that is long enough to count as the content of a page, with commas, and more words.</p>'.repeat(5);

  it('keeps the main element and drops navigation, header, footer, scripts and styles', async () => {
    const html = `<html><head><title>T</title><style>p{}</style></head><body><nav>NAV</nav><header>HEAD</header><main><h1>M</h1>${filler}
      <div class="breadcrumbs">CRUMBS</div><nav>INNER</nav></main><footer>FOOT</footer><script>SCRIPT</script><!-- COMMENT --></body></html>`;
    const text = await textOf(html);
    expect(text).toMatch(/^# M\n\nA sentence/);
    expect(text).not.toMatch(/NAV|HEAD|CRUMBS|INNER|FOOT|SCRIPT|COMMENT|p\{\}/);
  });

  it('falls back to Readability and to the body, and loses no code doing so', async () => {
    const page = `<body><div class="menu"><a href=/1>One</a><a href=/2>Two</a></div><div class="post"><h1>P</h1>${filler}</div><div class="footer">Copyright</div></body>`;
    expect(await textOf(page)).toContain('A sentence');
    expect(await textOf('<body><h1>Short</h1><p>few words</p></body>')).toBe('# Short\n\nfew words');
    const reference = `<body><div>${filler}</div><div><a href=/x>x</a><pre>code</pre></div></body>`;
    expect(await textOf(reference)).toContain('```\ncode\n```');
    expect(await textOf('<body><nav><ul><li><a href=/a>All there is</a></ul></nav></body>')).toContain('All there is');
  });

  it('puts the heading back that stands outside of the main element', async () => {
    expect(await textOf(`<body><div><h1>Outside</h1></div><main>${filler}</main></body>`)).toMatch(
      /^# Outside\n\nA sentence/,
    );
  });

  it('reads title, language, canonical address, robots, description, times, licence, tags and links', async () => {
    const parsed =
      await parse(`<html lang="de-AT"><head><base href="/root/"><title>Install | Tool</title><link rel="canonical" href="/docs/install">
      <meta name="robots" content="NOINDEX, follow"><meta name="description" content="How  to"><meta property="article:published_time" content="2024-01-02T03:04:05Z">
      <meta property="article:modified_time" content="2024-02-03"><meta name="keywords" content="a, b"><meta http-equiv="refresh" content="5; url=next.html">
      </head><body><nav><a href="n">n</a></nav><main><h1>Install</h1>${filler}<a href="p#x" rel="nofollow">p</a><a href="p">again</a>
      <a href="mailto:a@b.c">m</a><a rel=license href="https://creativecommons.org/licenses/by-sa/4.0/">L</a></main></body></html>`);
    expect(parsed).toMatchObject({
      title: 'Install',
      language: 'de-AT',
      licence: 'CC-BY-SA-4.0',
      modifiedAt: '2024-02-03T00:00:00.000Z',
      tags: ['a', 'b'],
      metadata: { description: 'How to', publishedAt: '2024-01-02T03:04:05.000Z' },
      page: {
        canonical: 'https://ex.org/docs/install',
        robots: ['noindex', 'follow'],
        refresh: 'https://ex.org/root/next.html',
      },
    });
    expect(parsed.links).toEqual([
      { url: 'https://ex.org/root/n', nofollow: false },
      { url: 'https://ex.org/root/p', nofollow: true },
      { url: 'https://creativecommons.org/licenses/by-sa/4.0/', nofollow: false },
    ]);
  });

  it('reads pages without html, head or body, in XHTML and with the content behind the end', async () => {
    expect(await textOf('just text')).toBe('just text');
    expect(await textOf('<title>T</title><p>hello')).toBe('hello');
    expect(
      await textOf(
        '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>b</p></body></html>',
      ),
    ).toBe('b');
    expect(await textOf('<html><body><p>a</p></body></html><p>after')).toBe('a\n\nafter');
    expect(await textOf('')).toBe('');
  });
});

describe('hostile HTML', () => {
  it.each([
    '<div>',
    '<span>',
    '<ul><li>',
    '<blockquote>',
    '<table><tr><td>',
    '<b><p>',
    '<a href=x>',
    '<li><p>',
    '<dl><dt>',
    '<details>',
    '<pre>',
    '<title>',
    '<svg>',
    '&lt;',
    '</p>',
    '<p title="',
    '<i><b>',
    '<h1>',
    '<td>',
    '<![CDATA[',
  ])('reads 5,000 times %s in linear time', async (piece) => {
    const parsed = await parse(`${piece.repeat(5_000)}end of text`);
    expect(parsed.text.length).toBeLessThan(400_000);
    // What stands inside an unclosed attribute or CDATA section is part of it.
    if (!/"|CDATA/.test(piece)) expect(parsed.text).toContain('end of text');
  });

  it('reads any mixture of broken markup without failing, and keeps plain words', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<p>',
        '</p>',
        '<div>',
        '</div>',
        '<ul>',
        '<li>',
        '</ul>',
        '<table>',
        '<tr>',
        '<td>',
        '</table>',
        '<pre>',
        '</pre>',
        '<b>',
        '</b>',
        '<a href="/x">',
        '</a>',
        '<h2>',
        '</h2>',
        '<dl>',
        '<dt>',
        '<dd>',
        '<!--',
        '-->',
        '<',
        '>',
        '&',
        '"',
        "'",
        '<br/>',
        '<script>',
        '</script>',
        '<title>',
        '</title>',
        '<details>',
        '<svg>',
        '</svg>',
        '<code>',
        '</code>',
        '```',
        '\n',
        '\0',
        '\ud800',
      ),
      fc.string({ maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const parsed = await parse(`<p>first ${'and more words '.repeat(200)}</p>${pieces.join('')}`);
        expect(parsed.text).toContain('first');
        expect(parsed.text).not.toMatch(/\p{Surrogate}/u);
        expect(parsed.text).not.toContain('\0');
      }),
      { numRuns: 100, seed: 11 },
    );
  });
});
