import { describe, expect, test } from '@jest/globals';
import { type Example, parseExample } from '../../../src/core/curation/example.js';
import { findInExample, redactExample } from '../../../src/core/curation/sensitive-example.js';

function pairFrom(uri: string, positive = 'An answer of some words.'): Example {
  const parsed = parseExample({ kind: 'pair', fields: { anchor: 'a question', positive }, provenance: { uri } });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.example;
}

describe('an example with secrets', () => {
  const secret = `x9Kd02mQ${'pL7vTz41'}`;

  test.each([
    [`https://ann:${secret}@docs.acme.io/page`, 'https://ann:[SECRET]@docs.acme.io/page'],
    [`https://docs.acme.io/page?access_token=${secret}&v=2`, 'https://docs.acme.io/page?access_token=[SECRET]&v=2'],
  ])('has them found and redacted in its address too: %s', (uri, expected) => {
    const example = pairFrom(uri);
    expect(findInExample(example)).toMatchObject([{ text: uri, finding: { kind: 'secret' } }]);
    const redacted = redactExample(example);
    expect(redacted.provenance.uri).toBe(expected);
    expect(redacted.id).toBe(example.id);
    expect(findInExample(redacted)).toEqual([]);
  });

  test('has texts and address redacted at once', () => {
    const redacted = redactExample(pairFrom(`https://ann:${secret}@acme.io/`, `The password is "${secret}".`));
    expect(JSON.stringify(redacted)).not.toContain(secret);
  });

  test.each([
    'https://docs.google.com/document/d/1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ4',
    'file:///srv/x.git#commit/3f786850e387550fdab836ed7e6dc881de23001b',
    'https://lists.acme.io/ann.lee@quince.co.uk/0012.html',
  ])('keeps an address that only names a page: %s', (uri) => {
    expect(redactExample(pairFrom(uri))).toEqual(pairFrom(uri));
  });
});
