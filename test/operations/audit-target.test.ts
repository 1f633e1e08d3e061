import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditTarget } from '../../src/operations/audit-target.js';
import { operations } from '../../src/operations/index.js';

test('names what a call is about, and nothing that is text', () => {
  const input = {
    id: 'n1',
    title: 'Canary',
    text: 'canary',
    query: 'canary',
    answer: { a: 'canary' },
    ids: ['a', 'b'],
  };
  expect(auditTarget(input)).toEqual({ id: 'n1', ids: ['a', 'b'] });
});

test.each([
  ['https://user:canary@example.org/repo?token=canary#canary', 'https://example.org/repo'],
  ['https://canary@example.org/repo.git', 'https://example.org/repo.git'],
  ['ssh://git:canary@example.org:22/repo', 'ssh://example.org:22/repo'],
  ['canary@example.org:owner/repo', 'example.org:owner/repo'],
  ['/home/me/docs', '/home/me/docs'],
  ['two\nlines', 'two lines'],
])('%j is recorded as %j', (given, told) => {
  expect(auditTarget({ target: given })).toEqual({ target: told });
});

test('is short, whatever was given', () => {
  const values = fc.dictionary(fc.constantFrom('id', 'ids', 'target', 'name', 'path'), fc.anything());
  fc.assert(
    fc.property(values, (given) => JSON.stringify(auditTarget(given)).length < 20_000),
    { seed: 7411 },
  );
  expect(JSON.stringify(auditTarget({ ids: Array<string>(500).fill('x'.repeat(500)) })).length).toBeLessThan(3_000);
});

test('no input that is a document, or may be read from a file, is among the names', () => {
  for (const operation of operations) {
    const documents = [...(operation.cli.fromFile ?? []), 'text', 'title', 'query', 'quote', 'answer', 'key'];
    const given = Object.fromEntries(documents.map((name) => [name, 'canary']));
    expect([operation.name, auditTarget(given)]).toEqual([operation.name, {}]);
  }
});

test('every call that writes is about something that its line names', () => {
  // These are about the whole workspace or home.
  const whole = ['doctor', 'mend', 'learn', 'feedback_forget', 'find_patterns', 'feedback_queue', 'record_feedback'];
  const nameless = operations
    .filter(({ effect, name }) => effect !== 'read' && !whole.includes(name))
    .filter((operation) => {
      const names = [...Object.keys(operation.input.shape), ...Object.keys(operation.output.shape)];
      return Object.keys(auditTarget(Object.fromEntries(names.map((name) => [name, 'x'])))).length === 0;
    });
  expect(nameless.map(({ name }) => name)).toEqual([]);
});
