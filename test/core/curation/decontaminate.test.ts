import { describe, expect, test } from '@jest/globals';
import { OverlapIndex } from '../../../src/core/curation/decontaminate.js';
import { createRandom } from '../../../src/core/training/random.js';
import { readCleanDocuments } from './clean-documents.js';

const random = createRandom(8);
const documents = readCleanDocuments();

function indexOf(texts: readonly { name: string; text: string }[]): OverlapIndex {
  const index = new OverlapIndex();
  for (const { name, text } of texts) index.add({ suite: 'planted', item: `document:${name}`, isTest: true, text });
  return index;
}

describe('OverlapIndex', () => {
  test('finds all of 50 passages that leaked from a suite, with the shared span', () => {
    const protectedTexts = documents.slice(0, 100);
    const index = indexOf(protectedTexts);
    for (let leak = 0; leak < 50; leak++) {
      const source = protectedTexts[random.below(protectedTexts.length)]?.text.split(/\s+/) ?? [];
      const start = random.below(Math.max(1, source.length - 20));
      const passage = source.slice(start, start + 20).join(' ');
      const [overlap] = index.find(`Completely new words stand before it. ${passage} And after it as well.`);
      expect(overlap?.words).toBeGreaterThanOrEqual(12);
      expect(overlap?.span).not.toBe('');
    }
  });

  const passage =
    'The router keeps a table of every neighbour and forgets those that have been silent for longer than the interval says.';
  const each = (mark: (word: string, at: number) => string): string => passage.split(' ').map(mark).join(' ');
  test.each([
    ['case and punctuation', passage.toUpperCase().replace(/ /g, ', ')],
    ['line breaks and quote marks', passage.replace(/(\S+ \S+ \S+) /g, '$1\n> ')],
    ['tags', each((word, at) => (at % 3 === 1 ? `<a class="x y" href="https://a.dev/b">${word}</a>` : word))],
    ['tags inside words', each((word) => (word.length > 5 ? `<b>${word.slice(0, 2)}</b>${word.slice(2)}` : word))],
    ['line breaks of HTML', passage.replace(/ /g, '<br/>\n')],
    ['entities', passage.replace(/ /g, '&nbsp;')],
    ['tags written as entities', each((word) => `&lt;em&gt;${word}&lt;/em&gt;`)],
    ['links of Markdown', each((word, at) => (at % 5 === 2 ? `[${word}](https://a.dev/${word} "title")` : word))],
    ['references of Markdown', each((word, at) => (at % 5 === 2 ? `[${word}][ref-${at}]` : `**${word}**`))],
    ['notes', each((word, at) => `${word}[${at}]`)],
    ['hyphens at line ends', each((word) => (word.length > 6 ? `${word.slice(0, 3)}-\n    ${word.slice(3)}` : word))],
    ['soft hyphens', each((word) => (word.length > 6 ? `${word.slice(0, 3)}\u00ad${word.slice(3)}` : word))],
    ['characters without width', each((word) => `${word.slice(0, 1)}\u200b${word.slice(1)}`)],
    ['line breaks written as \\n', JSON.stringify(passage.replace(/ /g, '\n'))],
  ])('sees through %s, on either side', (_, marked) => {
    for (const [text, leak] of [
      [passage, marked],
      [marked, passage],
    ] as const) {
      const index = indexOf([{ name: 'p', text }]);
      expect(index.size).toBe(1);
      expect(index.find(`Other words stand before it. ${leak} And after it.`)).toMatchObject([
        { item: 'document:p', words: 21 },
      ]);
    }
  });

  test('reads texts without marks, and marks that hold the words, as they stand', () => {
    const code =
      'if (a < b && c > d) return <Title name="x" onClose={() => setOpen(false)} isVisible={true} size={3} />;';
    expect(indexOf([{ name: 'p', text: code }]).find(code)).toHaveLength(1);
    expect(indexOf([{ name: 'p', text: code }]).find(passage)).toEqual([]);
    expect(indexOf([{ name: 'p', text: '<br/><br/>' }]).size).toBe(0);
  });

  test('does not confuse documents by different hands on the same subject', () => {
    const index = indexOf(documents.filter((document) => document.name.startsWith('router')));
    const others = documents.filter((document) => document.name.startsWith('field-guide'));
    const alarms = others.filter((document) => index.find(document.text).length > 0);
    expect(others.length).toBeGreaterThan(100);
    expect(alarms.length).toBe(0);
  });

  test("protects a short query word for word, but not everybody's three words", () => {
    const index = new OverlapIndex();
    index.add({ suite: 's', item: 'query:1', isTest: true, text: 'How do I rotate signing keys?' });
    index.add({ suite: 's', item: 'query:2', isTest: true, text: 'what is caching' });
    expect(index.size).toBe(2);
    expect(index.find('Somebody asked: how do I rotate signing keys, then left.')[0]).toMatchObject({
      item: 'query:1',
      words: 6,
      span: 'how do i rotate signing keys',
    });
    expect(index.find('What is caching?')[0]).toMatchObject({ item: 'query:2', words: 3, coverage: 1 });
    expect(index.find('Then we asked what is caching good for.')).toEqual([]);
    expect(index.find('how do I rotate')).toEqual([]);
  });

  test('protects scripts without spaces by letters, two for a word', () => {
    const index = new OverlapIndex();
    const letters = Array.from({ length: 60 }, (_, at) => String.fromCharCode(0x4e00 + at * 5)).join('');
    index.add({ suite: 's', item: 'document:1', isTest: true, text: letters });
    index.add({ suite: 's', item: 'query:1', isTest: true, text: '\u4ec0\u4e48\u662f\u7f13\u5b58' });
    expect(index.find(`\u597d\u7684${letters.slice(10, 40)}\u597d\u7684`)[0]).toMatchObject({
      item: 'document:1',
      words: 30,
    });
    expect(index.find(`\u597d\u7684${letters.slice(10, 25)}\u597d\u7684`)).toEqual([]);
    expect(index.find('\u4ec0\u4e48\u662f\u7f13\u5b58\uff1f')[0]).toMatchObject({ item: 'query:1' });
    expect(index.find('\u6211\u4eec\u770b\u770b\u4ec0\u4e48\u662f\u7f13\u5b58')).toEqual([]);
  });

  test('measures how much of a text is covered', () => {
    const index = new OverlapIndex();
    const text = 'a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12 m13 n14';
    index.add({ suite: 's', item: 'document:1', isTest: false, text });
    expect(index.find(text)[0]?.coverage).toBe(1);
    expect(index.find(`${text} ${'other words '.repeat(7)}`)[0]?.coverage).toBeCloseTo(0.5);
  });
});
