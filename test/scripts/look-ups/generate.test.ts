import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { generateLookUps, LOOK_UPS_SEED, renderSuite } from '../../../scripts/look-ups/generate.js';

const folder = new URL('../../../../eval/look-ups/', import.meta.url);
const suite = generateLookUps(LOOK_UPS_SEED);

describe('the generated look-ups', () => {
  it('are the bytes that are kept in eval', async () => {
    for (const [name, text] of renderSuite(suite)) {
      expect(await readFile(fileURLToPath(new URL(name, folder)), 'utf8')).toBe(text);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(generateLookUps(7)).toEqual(generateLookUps(7));
    expect(generateLookUps(8)).not.toEqual(generateLookUps(7));
  });

  it('ask three times for each name, for a document that is there, never twice alike', () => {
    const paths = suite.documents.map((document) => document.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(suite.lookUps.map((lookUp) => lookUp.text)).size).toBe(suite.lookUps.length);
    for (const { document } of suite.lookUps) expect(paths).toContain(document);
    expect(suite.lookUps.length % 3).toBe(0);
  });

  it('hold a change log of 195 versions and seventeen kinds of names and more', () => {
    expect(suite.documents.filter((document) => document.path.startsWith('changes/'))).toHaveLength(195);
    expect(new Set(suite.lookUps.map((lookUp) => lookUp.kind)).size).toBeGreaterThanOrEqual(17);
  });

  it('spell each version, commit and date of a question in the one document that is meant, as its own', () => {
    for (const { kind, text, document } of suite.lookUps.filter(({ id }) => id.endsWith('a'))) {
      if (!['version', 'commit', 'date'].includes(kind)) continue;
      const meant = suite.documents.find(({ path }) => path === document)?.text ?? '';
      const isOwn = new RegExp(`(?:^## |\\(|Commit )${text.replaceAll('.', '\\.')}(?![\\d.])`, 'm');
      expect(suite.documents.filter((other) => isOwn.test(other.text)).map((other) => other.text)).toEqual([meant]);
    }
  });
});
