import { describe, expect, test } from '@jest/globals';
import { ERROR_TABLE } from '../../src/core/errors.js';
import type { JsonObject } from '../../src/core/types.js';
import { operations } from '../../src/operations/index.js';

const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null ? (value as JsonObject) : {};

/** Every schema that may hold an unbounded list, with its path. */
function arrayProblems(schema: unknown, path: string): string[] {
  const node = objectOf(schema);
  const own = node['type'] === 'array' && node['maxItems'] === undefined ? [path] : [];
  const below = [
    ...Object.entries(objectOf(node['properties'])),
    ...(node['items'] === undefined ? [] : ([['items', node['items']]] as const)),
  ];
  return [...own, ...below.flatMap(([key, child]) => arrayProblems(child, `${path}.${key}`))];
}

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_name, operation) => {
  const properties = objectOf(operation.inputSchema['properties']);

  test('is named, described and placed at every door', () => {
    expect(operation.name).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(operation.summary.length).toBeLessThanOrEqual(40);
    expect(operation.description.length).toBeGreaterThan(30);
    expect(operation.description.length).toBeLessThanOrEqual(600);
    expect(operation.http.path).toMatch(/^\//);
    expect(operation.cli.command.length).toBeGreaterThan(0);
  });

  test('describes every input and limits every list', () => {
    expect(operation.inputSchema['additionalProperties']).toBe(false);
    for (const [key, schema] of Object.entries(properties))
      expect([key, typeof objectOf(schema)['description']]).toEqual([key, 'string']);
    expect(arrayProblems(operation.inputSchema, operation.name)).toEqual([]);
  });

  test('names real errors, and bad input among them', () => {
    expect(operation.errors).toContain('INPUT_INVALID');
    for (const code of operation.errors) expect(Object.keys(ERROR_TABLE)).toContain(code);
  });

  test('has examples, and places its path parameters and positional words among its inputs', () => {
    expect(operation.examples.length).toBeGreaterThan(0);
    const named = [...operation.http.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    for (const key of [...named, ...(operation.cli.positional ?? []), ...(operation.cli.fromFile ?? [])])
      expect(Object.keys(properties)).toContain(key);
  });

  test('says that reads change nothing', () => {
    if (operation.effect === 'read') expect(operation.idempotent).toBe(true);
    expect(operation.openWorld && operation.effect === 'destroy').toBe(false);
  });
});

test('names, routes and commands are unique', () => {
  const routes = operations.map((operation) => `${operation.http.method} ${operation.http.path.replace(/:\w+/g, ':')}`);
  const commands = operations.map((operation) => operation.cli.command.join(' '));
  for (const list of [operations.map((operation) => operation.name), routes, commands])
    expect(new Set(list).size).toBe(list.length);
});

test('at most a dozen tools are offered by default, in a small list', () => {
  const offered = operations.filter((operation) => operation.toolset === 'knowledge');
  expect(offered.length).toBeLessThanOrEqual(12);
  const characters = JSON.stringify(
    offered.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  ).length;
  expect(characters / 4).toBeLessThan(6_000);
});
