import { describe, expect, test } from '@jest/globals';
import { ERROR_TABLE } from '../../../src/core/errors.js';
import type { JsonObject, JsonValue } from '../../../src/core/types.js';
import { describeApi } from '../../../src/edges/http/openapi.js';
import { operations } from '../../../src/operations/index.js';

const api = describeApi(operations, { version: '1.2.3', hasKey: true });

/** Every object in the document, with its place. */
function* walk(
  value: JsonValue,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; node: JsonObject }> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield { path, node: value };
  for (const [key, child] of Object.entries(value)) yield* walk(child as JsonValue, [...path, key]); // Children of JSON are JSON.
}

function at(path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = api;
  for (const key of path) {
    // A missing step gives undefined, which the callers expect.
    node = (node as JsonObject | undefined)?.[key];
  }
  return node;
}

const keysOf = (value: JsonValue | undefined): string[] => Object.keys((value ?? {}) as JsonObject); // Only objects are asked.

describe('the OpenAPI document', () => {
  test('has one entry for each operation, with its own id', () => {
    for (const operation of operations) {
      const path = `/api/v1${operation.http.path.replace(/:(\w+)/g, '{$1}')}`;
      const entry = at(['paths', path, operation.http.method.toLowerCase()]) as JsonObject; // Asserted just below.
      expect(entry).toMatchObject({ operationId: operation.name, summary: operation.summary });
      expect(keysOf(entry['responses'])).toContain(String(operation.http.status ?? 200));
    }
  });

  test('declares every error code under its status', () => {
    for (const operation of operations) {
      const path = `/api/v1${operation.http.path.replace(/:(\w+)/g, '{$1}')}`;
      for (const code of operation.errors) {
        const status = String(ERROR_TABLE[code].status);
        expect(at(['paths', path, operation.http.method.toLowerCase(), 'responses', status, 'description'])).toContain(
          code,
        );
      }
    }
  });

  test('every input key is a parameter or part of the body, once', () => {
    for (const operation of operations) {
      const path = `/api/v1${operation.http.path.replace(/:(\w+)/g, '{$1}')}`;
      const base = ['paths', path, operation.http.method.toLowerCase()];
      const parameters = (at([...base, 'parameters']) ?? []) as JsonObject[]; // Lists of objects, as OpenAPI has it.
      const body = at([...base, 'requestBody', 'content', 'application/json', 'schema', 'properties']);
      const given = [...parameters.map((parameter) => String(parameter['name'])), ...keysOf(body)].sort();
      expect(given).toEqual(Object.keys(operation.input.shape).sort());
      const inPath = parameters.filter((parameter) => parameter['in'] === 'path').map((parameter) => parameter['name']);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    }
  });

  test('every reference leads somewhere', () => {
    for (const { node } of walk(api)) {
      const { $ref: reference } = node;
      if (typeof reference !== 'string') continue;
      expect(reference).toMatch(/^#\/components\/schemas\//);
      expect([reference, at(reference.slice(2).split('/')) === undefined]).toEqual([reference, false]);
    }
  });

  test('ids are unique, and the key is declared', () => {
    const ids = [...walk(api['paths'] ?? null)].flatMap(({ node }) =>
      typeof node['operationId'] === 'string' ? [node['operationId']] : [],
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(api).toMatchObject({ openapi: '3.1.0', security: [{ bearer: [] }] });
    expect(at(['paths', '/healthz', 'get', 'security'])).toEqual([]);
  });
});
