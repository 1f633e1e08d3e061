import { describe, expect, it } from '@jest/globals';
import { embedTextOf } from '../../../src/core/text/embed-text.js';

describe('embedTextOf', () => {
  it('puts title and heading path before the text', () => {
    expect(embedTextOf({ title: 'Guide', headingPath: ['Install', 'Linux'], text: 'Run it.' })).toBe(
      'Guide\nInstall > Linux\nRun it.',
    );
  });

  it('says nothing twice', () => {
    expect(embedTextOf({ title: 'Guide', headingPath: ['guide', 'Install'], text: '## Install\n\nRun it.' })).toBe(
      'Guide\n## Install\n\nRun it.',
    );
    expect(embedTextOf({ title: 'Guide', headingPath: [], text: '# Guide\n\nRun it.' })).toBe('# Guide\n\nRun it.');
  });

  it('is the bare text where nothing else is known', () => {
    expect(embedTextOf({ title: ' ', headingPath: [''], text: 'Run it.' })).toBe('Run it.');
  });

  it('bounds hostile headings', () => {
    const text = embedTextOf({ title: '#'.repeat(5_000_000), headingPath: [' '.repeat(5_000_000)], text: 'x' });
    expect(text.length).toBeLessThan(600);
  });
});
