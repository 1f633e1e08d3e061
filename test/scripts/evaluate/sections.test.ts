import { describe, expect, it } from '@jest/globals';
import { matchOf } from '../../../scripts/evaluate/fts5-peer.js';
import { cutSections } from '../../../scripts/evaluate/sections.js';

describe('cutting files into heading sections', () => {
  it('cuts Markdown at headings outside fenced code, each with the path of its headings', () => {
    const text = '---\ntitle: "The guide"\n---\nIntro\n# One\nfirst\n## Two\n```sh\n# no heading\n```\n# Three\n\n\n';
    expect(cutSections({ path: 'a/guide.md', text })).toEqual([
      { heading: 'The guide', text: '---\ntitle: "The guide"\n---\nIntro' },
      { heading: 'One', text: '# One\nfirst' },
      { heading: 'One > Two', text: '## Two\n```sh\n# no heading\n```' },
      { heading: 'Three', text: '# Three\n\n\n' },
    ]);
  });

  it('calls what stands before the first heading by that heading, or by the file', () => {
    expect(cutSections({ path: 'x.md', text: 'before\n# First\n' })[0]?.heading).toBe('First');
    expect(cutSections({ path: 'docs/x.md', text: 'nothing else' })).toEqual([
      { heading: 'x.md', text: 'nothing else' },
    ]);
  });

  it('reads the levels of reStructuredText from the order of its underlines', () => {
    const text = '=====\nTitle\n=====\n\nintro\n\nPart\n----\n\ntext\n\nDeep\n~~~~\n\nmore\n\nOther\n-----\n\nend\n';
    expect(cutSections({ path: 'a.rst', text }).map((section) => section.heading)).toEqual([
      'Title',
      'Title',
      'Title > Part',
      'Title > Part > Deep',
      'Title > Other',
    ]);
  });

  it('takes no underline that is shorter than its line, indented text or a table for a heading', () => {
    const text = 'A long line of words\n---\n\n  indented\n  --------\n\n=====\n=====\n';
    expect(cutSections({ path: 'a.rst', text })).toHaveLength(1);
  });

  it('cuts everything else at a blank line from 60 lines on, and at 90 at the latest', () => {
    const lines = Array.from({ length: 200 }, (_, i) => (i === 70 ? '' : `line ${i}`));
    const sections = cutSections({ path: 'src/main.go', text: lines.join('\n') });
    expect(sections.map((section) => section.heading)).toEqual(['main.go', 'main.go', 'main.go']);
    expect(sections.map((section) => section.text.split('\n').length)).toEqual([70, 90, 40]);
    expect(sections.map((section) => section.text).join('\n')).toBe(lines.join('\n'));
  });

  it('drops what is white space alone', () => {
    expect(cutSections({ path: 'a.md', text: '\n\n# One\ntext\n' })).toHaveLength(1);
    expect(cutSections({ path: 'a.txt', text: ' \n' })).toEqual([]);
  });

  it('asks with every word in quotes, so that no word is an operator', () => {
    expect(matchOf('task_acks_late AND "NEAR" was für?')).toBe(
      '"task" OR "acks" OR "late" OR "and" OR "near" OR "was" OR "für"',
    );
    expect(matchOf('?!')).toBe('');
  });
});
