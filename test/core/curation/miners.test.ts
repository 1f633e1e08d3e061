import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linkCandidates, openingOf } from '../../../src/core/curation/miners/mine-links.js';
import {
  MINERS,
  MINING_BOUNDS,
  type MinableDocument,
  type MinerName,
} from '../../../src/core/curation/miners/mined-pair.js';
import { MINER_TABLE } from '../../../src/core/curation/miners/miners.js';
import { readCleanDocuments } from './clean-documents.js';

const prose = 'Every night the database is copied to a second site, and the copy is checked by restoring it. ';
const document = (text: string, more: Partial<MinableDocument> = {}): MinableDocument => ({
  uri: 'file:///docs/guide/page.md',
  title: 'Guide',
  text,
  format: 'markdown',
  language: '',
  category: '',
  metadata: {},
  ...more,
});
const code = (text: string, language: string): MinableDocument =>
  document(text, { format: 'code', language, uri: 'file:///src/x' });
const mine = (name: MinerName, of: MinableDocument): { anchor: string; positive: string }[] =>
  MINER_TABLE[name](of, MINING_BOUNDS).map(({ anchor, positive }) => ({ anchor, positive }));

describe('miners', () => {
  test('headings name their sections with the path above them, code fences left alone', () => {
    const text = `# Guide\n\n${prose}\n\n## Backups {#backups}\n\n${prose}\n\n\`\`\`sh\n# not a heading\nrun\n\`\`\`\n\n### Restore\n\nshort\n`;
    expect(mine('headings', document(text))).toEqual([
      { anchor: 'Guide', positive: prose.trim() },
      { anchor: 'Guide: Backups', positive: `${prose}\n\n\`\`\`sh\n# not a heading\nrun\n\`\`\`` },
    ]);
  });

  test('headings carry the name of their document and the nearest telling heading, never badges', () => {
    const badge = '[![Build](https://ci.example/b.svg)](https://ci.example) [![Version][npm-image]][npm-url]';
    const text = `# zipper ${badge}\n\n${badge}\n\n${prose}\n\n## API\n\n### open(path)\n\n#### Options\n\n${prose}\n\n---\n\n<!-- end -->\n`;
    const pairs = mine('headings', document(text, { title: 'zipper Build Version' }));
    expect(pairs).toEqual([
      { anchor: 'zipper', positive: prose.trim() },
      { anchor: 'zipper: open(path): Options', positive: prose.trim() },
    ]);
    const unnamed = document(`# Installation\n\n${prose}\n`, { title: 'Installation', uri: 'x/zipper/README.md' });
    expect(mine('headings', unnamed)[0]?.anchor).toBe('zipper: Installation');
  });

  test('an address is no text: a section that has little else is left out', () => {
    const text = `# Summary\n\nTypes for zipper (https://example.org/${'deep/'.repeat(20)}zipper).\n\n# Details\n\nFrom <https://example.org/${'x'.repeat(80)}>.\n`;
    expect(mine('headings', document(text))).toEqual([]);
    expect(mine('headings', document(`${text}\n${prose}\n`))).toHaveLength(1);
  });

  test('numbers of sections are left out of their names, and versions are no sections', () => {
    const named = ['1. Mounting the pump:', '3.1 Oil and filters', '4.10.2. Before the winter'];
    const versions = ['1.2.3', 'v2.0 (2024-05-06)', '3.0.0 released', '[4.1.0] - 2024-05-06', '2024-05-06'];
    const text = [...named, ...versions].map((heading) => `## ${heading}\n\n${prose}\n`).join('\n');
    expect(mine('headings', document(`# 2) Pumps\n\n${text}`)).map((pair) => pair.anchor)).toEqual([
      'Pumps: Mounting the pump',
      'Pumps: Oil and filters',
      'Pumps: Before the winter',
    ]);
  });

  test('a paragraph that announces what stands elsewhere is no answer, nor the end of one', () => {
    const text = `# Guide\n\nThe copy can be made in each of the following ways, which differ in the time that they take,\nand in what they need:\n\n## Copying while it runs\n\n${prose}\n\n- It takes long.\n- Also, it needs:\n\n### Space\n`;
    expect(mine('headings', document(text))).toEqual([
      { anchor: 'Guide: Copying while it runs', positive: `${prose}\n\n- It takes long.` },
    ]);
  });

  test('headings over tables of contents, badges and legal text are left out', () => {
    const links = Array.from({ length: 12 }, (_, at) => `- [How to do the thing ${at}](#thing-${at})`).join('\n');
    const badges = '[![Build](https://ci.example/a-long-address/b.svg)](https://ci.example/another/long/address)\n';
    const text = `# Guide\n\n${badges}\n## What is in it\n\n${links}\n\n## License\n\n${prose}\n\n## 1.2.3 (2024-05-06)\n\n${prose}\n`;
    expect(mine('headings', document(text))).toEqual([]);
  });

  test('questions that could stand on any page name their document', () => {
    const text = `# zipper\n\n## What is this?\n\n${prose}\n\n## How to use\n\n${prose}\n\n## Why do archives need an index?\n\n${prose}\n`;
    expect(mine('questions', document(text)).map((pair) => pair.anchor)).toEqual([
      'zipper: What is this?',
      'zipper: How to use',
      'Why do archives need an index?',
    ]);
  });

  test('doc comments lose the call they repeat, and code that does nothing is no answer', () => {
    const python =
      'def read(path):\n    """read(path) -> bytes\n\n    Reads the whole file at once.\n    """\n    with open(path) as file:\n        return file.read()\n\ndef wait(self):\n    """Waits until all the work has been done."""\n    raise NotImplementedError("subclasses have to say how they wait")\n';
    expect(mine('docstrings', code(python, 'python')).map((pair) => pair.anchor)).toEqual([
      'Reads the whole file at once.',
    ]);
  });

  test('code that is cut never ends in a comment whose code was cut off', () => {
    const members = Array.from({ length: 30 }, (_, at) => `  /** Number ${at} of them. */\n  n${at}: number;\n`).join(
      '\n',
    );
    const text = `/** Holds all of the numbers there are. */\nexport interface Numbers {\n${members}}\n`;
    for (let maxCharacters = 150; maxCharacters < 250; maxCharacters++) {
      const [pair] = MINER_TABLE.docstrings(code(text, 'typescript'), { minCharacters: 20, maxCharacters });
      expect(pair?.positive).toMatch(/: number;$/);
    }
  });

  test('questions find their answers in headings, in Q and A lines, and in bold', () => {
    const text = `## How do I restore a backup?\n\n${prose}\n\n## Notes\n\nQ: What happens at night?\nA: ${prose}\n\n**Where does the copy go in the end?**\n\n${prose}\n`;
    expect(mine('questions', document(text)).map((pair) => pair.anchor)).toEqual([
      'How do I restore a backup?',
      'What happens at night?',
      'Where does the copy go in the end?',
    ]);
    for (const pair of mine('questions', document(text))) expect(pair.positive).toBe(prose.trim());
  });

  test('an answer ends where the next question is asked, in whatever form', () => {
    const text = `## How do I restore a backup?\n\n${prose}\n\n**Where does the copy go in the end?**\n\n${prose}\n\n## 夜には何が起こりますか？\n\n${prose}\n\nQ: What happens at night?\nA: ${prose}\n`;
    const pairs = mine('questions', document(text));
    expect(pairs).toHaveLength(4);
    for (const pair of pairs) expect(pair.positive).toBe(prose.trim());
  });

  test('doc comments find their code in Python, TypeScript, Go, Rust and Ruby', () => {
    const python =
      'def restore(path):\n    """Restores a snapshot from a path.\n\n    More words.\n    """\n    snapshot = open(path)\n    return snapshot.read()\n\nx = 1\n';
    expect(mine('docstrings', code(python, 'python'))).toEqual([
      { anchor: 'Restores a snapshot from a path.', positive: 'snapshot = open(path)\n    return snapshot.read()' },
    ]);
    const typescript =
      '/**\n * Adds two numbers with care. See {@link sub}.\n * @param a first\n */\nexport function add(a: number, b: number): number {\n  return a + b; // "}"\n}\n\nconst y = 2;\n';
    expect(mine('docstrings', code(typescript, 'typescript'))).toEqual([
      {
        anchor: 'Adds two numbers with care.',
        positive: 'export function add(a: number, b: number): number {\n  return a + b; // "}"\n}',
      },
    ]);
    const go =
      '// Open opens the file that the name stands for.\nfunc Open(name string) (*File, error) {\n\treturn open(name)\n}\n';
    expect(mine('docstrings', code(go, 'go'))).toMatchObject([
      { anchor: 'Open opens the file that the name stands for.' },
    ]);
    const rust =
      "/// Returns the longest of the two slices.\npub fn longest<'a>(x: &'a str, y: &'a str) -> &'a str {\n    if x.len() > y.len() { x } else { y }\n}\n";
    expect(mine('docstrings', code(rust, 'rust'))[0]?.positive).toMatch(/^pub fn longest[\s\S]*\}$/);
    const ruby =
      '# Restores the newest snapshot of a site.\ndef restore(site)\n  snapshots.last.restore(site)\nend\n\ndef other\nend\n';
    expect(mine('docstrings', code(ruby, 'ruby'))[0]?.positive).toBe(
      'def restore(site)\n  snapshots.last.restore(site)\nend',
    );
    const cpp =
      '////////////////////////////////\n/// Restores the newest snapshot of a site.\nbool restore(Site &site) {\n  return site.last().restore();\n}\n';
    expect(mine('docstrings', code(cpp, 'cpp'))).toEqual([
      {
        anchor: 'Restores the newest snapshot of a site.',
        positive: 'bool restore(Site &site) {\n  return site.last().restore();\n}',
      },
    ]);
  });

  test('issues give the comment that settles them, merged pull requests their description', () => {
    const issue = `# Restore fails on Windows (#12)\n\nIssue by ann, 2026-01-01, closed\n\nIt fails.\n\n## Comment by bob, 2026-01-02\n\nSame here, it fails for me too.\n\n## Comment by cat, 2026-01-03\n\nThis was fixed in version 2.1 by closing the file before the rename.\n`;
    expect(mine('issues', document(issue, { title: 'Restore fails on Windows', category: 'issue' }))).toEqual([
      {
        anchor: 'Restore fails on Windows',
        positive: 'This was fixed in version 2.1 by closing the file before the rename.',
      },
    ]);
    const pull = `# Close files before renaming (#13)\n\nPull request by cat, 2026-01-03, merged\n\nWindows refuses to rename a file that is open, so it is closed first.\n\n## Comment by ann, 2026-01-04\n\nThanks!\n`;
    const merged = document(pull, {
      title: 'Close files before renaming',
      category: 'pull_request',
      metadata: { state: 'merged' },
    });
    expect(mine('issues', merged)).toEqual([
      {
        anchor: 'Close files before renaming',
        positive: 'Windows refuses to rename a file that is open, so it is closed first.',
      },
    ]);
    expect(mine('issues', document(issue))).toEqual([]);
    const asked = '## Comment by bob, 2026-01-02\n\nYou need to tell us more: please share the log of the restore.\n\n';
    const told =
      '## Comment by cat, 2026-01-03\n\nWorkaround: stop the writer before the restore begins.\n\nCloses #14.\n';
    const about = { title: 'Restore fails on Windows', category: 'issue' };
    expect(mine('issues', document(`# Restore fails (#12)\n\nIt fails.\n\n${asked}`, about))).toEqual([]);
    expect(mine('issues', document(`# Restore fails (#12)\n\nIt fails.\n\n${asked}${told}`, about))).toEqual([
      { anchor: 'Restore fails on Windows', positive: 'Workaround: stop the writer before the restore begins.' },
    ]);
  });

  test('commits give subject and body, without trailers and without empty subjects', () => {
    const log = `commit 3f786850e387550fdab836ed7e6dc881de23001b\nAuthor: A <a>\nDate: today\n\n    fix(store): close files before renaming them (#13)\n\n    Windows refuses to rename a file that is open, so it is closed first.\n\n    Signed-off-by: A <a>\n\ncommit 89e6c98d92887913cadf06b2adb97f26cde4849b\nAuthor: A <a>\n\n    Merge branch 'main' of somewhere\n\n    with a body that is long enough to be taken for one by mistake\n`;
    expect(mine('commits', document(log, { format: 'plain' }))).toEqual([
      {
        anchor: 'close files before renaming them',
        positive: 'Windows refuses to rename a file that is open, so it is closed first.',
      },
    ]);
    const message = 'Fixes the race between two writers of one log file.\n\nFixes #12\nReviewed-by: B <b@x.org>\n\n';
    const commit = document(message, { uri: 'https://x.org/commit/3f786850e3', title: 'Lock the log while it rolls' });
    expect(mine('commits', commit).map((pair) => pair.positive)).toEqual([
      'Fixes the race between two writers of one log file.',
    ]);
  });

  test('definitions come from bold items and from definition lists', () => {
    const text = `- **Restore point**: ${prose}\n- \`replay\` - ${prose}\n- **Not one** ${prose}\n\nLog shipping\n: ${prose}\n`;
    expect(mine('definitions', document(text)).map((pair) => pair.anchor)).toEqual([
      'Guide: Restore point',
      'Guide: replay',
      'Guide: Log shipping',
    ]);
  });

  test('definitions may have a term in bold or with a number; a call for attention is no term', () => {
    const text = `**Restore point**\n: ${prose}\n\n404 page\n: ${prose}\n\n- **Note:** ${prose}\n- **Warning**: ${prose}\n\n* a\n: ${prose}\n`;
    expect(mine('definitions', document(text)).map((pair) => pair.anchor)).toEqual([
      'Guide: Restore point',
      'Guide: 404 page',
    ]);
  });

  test('definitions hold the list that they announce, and no other', () => {
    const text = `- **input**: an object that describes the source of the copy, which has the keys:\n  - \`path\`: where it is\n  - \`at\`: when\n- **output**: ${prose}\n  - not announced\n`;
    expect(mine('definitions', document(text)).map((pair) => pair.positive)).toEqual([
      'an object that describes the source of the copy, which has the keys:\n  - `path`: where it is\n  - `at`: when',
      prose.trimEnd(),
    ]);
  });

  test('image descriptions take the paragraph that speaks of the same', () => {
    const text = `Nothing of it here, only other things that are quite long and take up the space of a paragraph.\n\n![Diagram of the nightly database copy](a.png)\n\n${prose}\n\n![Build badge of it](https://img.shields.io/x)\n`;
    expect(mine('alt-texts', document(text))).toEqual([
      { anchor: 'Diagram of the nightly database copy', positive: prose.trim() },
    ]);
  });

  test('links keep their targets; empty words and fragments are passed over', () => {
    const text =
      'See [how to restore a backup](../restore.md#now), [here](a.md), [this part](#x) and ![an image here](b.png).\n';
    expect(MINER_TABLE.links(document(text), MINING_BOUNDS).map((pair) => [pair.anchor, pair.target])).toEqual([
      ['how to restore a backup', '../restore.md#now'],
    ]);
  });

  test('never invent: every passage stands in its document at its span', () => {
    for (const { name, text } of readCleanDocuments()) {
      for (const miner of MINERS) {
        for (const pair of MINER_TABLE[miner](document(text, { uri: name }), MINING_BOUNDS)) {
          if (pair.target === undefined) expect(text.slice(pair.start, pair.end)).toBe(pair.positive);
          expect(pair.anchor).toBe(pair.anchor.trim());
        }
      }
    }
  });

  test('stay linear on text made to slow them down', () => {
    const pieces = ['# a\n', '# ![', '[a](', '![', '<!--', '- ', 'Q: a\n', '/** a\n', '"""', 'commit 1234567\n'];
    for (const piece of pieces) {
      const text = piece.repeat(60_000);
      for (const miner of ['headings', 'questions', 'links', 'definitions', 'alt-texts', 'commits'] as const) {
        expect(MINER_TABLE[miner](document(text), MINING_BOUNDS).length).toBeLessThan(60_000);
      }
    }
  });

  test('issues stay linear in what people write under them', () => {
    for (const filler of ['\n', ' ', '* ', '?\n', 'fix ', 'closes \n']) {
      const text = `# Restore fails (#12)\n\n## Comment by bob, 2026-01-02\n\n?${filler.repeat(100_000)}x\n`;
      const about = { title: 'Restore fails on Windows', category: 'issue' };
      expect(mine('issues', document(text, about))).toEqual([]);
    }
  });

  test('commits stay linear in long lines', () => {
    const spaces = ' '.repeat(300_000);
    const subject = 'Close files before renaming them';
    for (const message of [`x${spaces}y\n\n    ${prose}`, `${subject}\n\n    ${prose}\n\n    fixes ${spaces}x`]) {
      const log = `commit 3f786850e387550fdab836ed7e6dc881de23001b\n\n    ${message}\n`;
      expect(mine('commits', document(log, { format: 'plain' })).length).toBeLessThan(2);
    }
  });

  test('survive any text', () => {
    const soup = fc.array(
      fc.constantFrom(
        '# ',
        '## a\n',
        '```',
        '\n',
        '**',
        'Q: ',
        'A: ',
        '/** ',
        '*/',
        'def f(',
        '):',
        '"""',
        '[x y](',
        ')',
        '![',
        ': ',
        '- ',
        '{',
        '}',
        "'",
        '\u{1F33F}',
        'commit 3f78685\n',
        ' word',
        '///',
        '#',
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(
        soup,
        fc.constantFrom('markdown' as const, 'code' as const, 'plain' as const),
        fc.constantFrom('', 'python', 'rust', 'ruby'),
        (parts, format, language) => {
          const text = parts.join('');
          const bounds = { minCharacters: 1, maxCharacters: 30 };
          for (const miner of MINERS) {
            for (const pair of MINER_TABLE[miner](document(text, { format, language, category: 'issue' }), bounds)) {
              if (pair.target === undefined) expect(text.slice(pair.start, pair.end)).toBe(pair.positive);
              expect(pair.positive.length).toBeLessThanOrEqual(30);
            }
          }
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('linkCandidates', () => {
  test.each([
    ['https://x.org/docs/a/', '../b', 'https://x.org/docs/b'],
    ['https://x.org/docs/a', 'b.html#part', 'https://x.org/docs/b.html'],
    ['file:///docs/guide/page.md', './setup.md', 'file:///docs/guide/setup.md'],
    ['owner/repo@main:docs/page.md', '../README.md', 'owner/repo@main:README.md'],
    ['file:///srv/x.git#main:docs/page.md', './setup.md', 'file:///srv/x.git#main:docs/setup.md'],
    ['file:///srv/x.git#main:my%20docs/page.md', 'a%20b.md', 'file:///srv/x.git#main:my%20docs/a%20b.md'],
    ['git@x.org:a/b.git#main:docs/page.md', '/README.md', 'git@x.org:a/b.git#main:README.md'],
    ['/home/docs/page.md', 'deep/er.md', '/home/docs/deep/er.md'],
  ])('from %s, %s leads to %s', (base, target, wanted) => {
    expect(linkCandidates(base, target)).toContain(wanted);
  });
});

describe('openingOf', () => {
  test('ends before the first heading behind enough text', () => {
    const text = `# Page\n\n${prose}\n\n## More\n\n${prose}\n`;
    const { start, end } = openingOf(text, MINING_BOUNDS);
    expect(text.slice(start, end)).toBe(prose.trim());
  });
});
