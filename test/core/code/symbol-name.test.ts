import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findName, fitName, nameParts } from '../../../src/core/code/symbol-name.js';

describe('names of symbols', () => {
  test.each([
    ['get', ['get']],
    ['Store.get', ['Store', 'get']],
    ['Store::get()', ['Store', 'get']],
    ['Store#get', ['Store', 'get']],
    ['$store->get', ['$store', 'get']],
    ['A\\B\\C', ['A', 'B', 'C']],
    ['Vec<T>::push', ['Vec', 'push']],
    ['#secret', ['secret']],
    ['...', []],
    ['()', []],
  ])('%s has its parts', (name, parts) => {
    expect(nameParts(name)).toEqual(parts);
  });

  test.each([
    ['get', ['Store', 'get'], 'exact'],
    ['Store.get', ['a', 'Store', 'get'], 'exact'],
    ['n.Store', ['m.n', 'Store'], 'exact'],
    ['store.GET', ['Store', 'get'], 'case'],
    ['Other.get', ['Store', 'get'], 'suffix'],
    ['api.get', ['get'], 'suffix'],
    ['get', ['Store', 'getAll'], undefined],
    ['Store', ['Store', 'get'], undefined],
  ])('%s and %j: %s', (name, path, fit) => {
    expect(fitName(nameParts(name), path)).toBe(fit);
  });

  test('an identifier is found wherever it stands alone, and nowhere else', () => {
    const identifier = fc.stringMatching(/^[a-zA-Z_$][a-zA-Z0-9_$]{0,12}$/);
    fc.assert(
      fc.property(identifier, fc.array(identifier, { maxLength: 20 }), (name, others) => {
        const words = [...others, name, ...others];
        const text = words.join(' + ');
        const same = words.filter((word) => word.toLowerCase() === name.toLowerCase());
        const found = findName(text, name);
        expect(found.map((one) => one.text)).toEqual(same);
        for (const { start, text: written } of found) expect(text.startsWith(written, start)).toBe(true);
      }),
      { seed: 7 },
    );
  });
});
