import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { SETTINGS } from '../../../src/config/schema.js';
import { getPrompt, listPrompts } from '../../../src/edges/mcp/prompts.js';
import { toToolListing } from '../../../src/edges/mcp/tool-listing.js';
import { operations } from '../../../src/operations/index.js';
import { offeredOperations } from '../../../src/operations/offered.js';

/** Tokens of a model, roughly. */
const tokensOf = (value: unknown): number => Math.round(JSON.stringify(value).length / 4);

describe('what a client has to load', () => {
  const byDefault = offeredOperations(operations, SETTINGS.toolsets.default).map(toToolListing);

  test('by default: at most a dozen tools within 7,000 tokens', () => {
    expect(byDefault.length).toBeLessThanOrEqual(12);
    expect(tokensOf(byDefault)).toBeLessThan(7_000);
  });

  test('what the model itself reads of them stays below 4,500 tokens', () => {
    expect(tokensOf(byDefault.map(({ outputSchema: _output, ...tool }) => tool))).toBeLessThan(4_500);
  });

  test('no tool alone costs more than 1,500 tokens', () => {
    for (const tool of operations.map(toToolListing))
      expect([tool.name, tokensOf(tool) < 1_500]).toEqual([tool.name, true]);
  });

  test('the default offers the tools that prompts and instructions name', () => {
    const names = new Set(byDefault.map((tool) => tool.name));
    const given = { question: 'q', collection: 'c' };
    for (const prompt of listPrompts(operations).prompts) {
      const wanted = new Set(prompt.arguments?.map((argument) => argument.name));
      const own = Object.fromEntries(Object.entries(given).filter(([key]) => wanted.has(key)));
      const text = JSON.stringify(getPrompt(operations, prompt.name, own));
      const mentioned = operations
        .map((operation) => operation.name)
        .filter((name) => new RegExp(`\\b${name}\\b`).test(text));
      expect(mentioned.length).toBeGreaterThan(1);
      expect(mentioned.filter((name) => !names.has(name))).toEqual([]);
    }
  });

  test('connector clients find the names they look for', () => {
    expect(byDefault.map((tool) => tool.name)).toEqual(expect.arrayContaining(['search', 'fetch']));
  });
});

describe('server.json', () => {
  const Argument = z.union([
    z.strictObject({ type: z.literal('positional'), value: z.string() }),
    z.strictObject({
      type: z.literal('named'),
      name: z.string().startsWith('--'),
      description: z.string(),
      default: z.string(),
    }),
  ]);
  const Input = z.looseObject({ description: z.string(), isSecret: z.boolean().optional() });
  const Registration = z.strictObject({
    $schema: z
      .string()
      .regex(/^https:\/\/static\.modelcontextprotocol\.io\/schemas\/\d{4}-\d\d-\d\d\/server\.schema\.json$/),
    name: z.string().regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
    title: z.string().max(100),
    description: z.string().min(1).max(100),
    version: z.string(),
    packages: z.array(
      z.strictObject({
        registryType: z.literal('npm'),
        registryBaseUrl: z.literal('https://registry.npmjs.org'),
        identifier: z.string(),
        version: z.string(),
        runtimeHint: z.literal('npx'),
        transport: z.strictObject({ type: z.literal('stdio') }),
        packageArguments: z.array(Argument),
        environmentVariables: z.array(Input.extend({ name: z.string() })),
      }),
    ),
    remotes: z.array(
      z.strictObject({
        type: z.literal('streamable-http'),
        url: z.string().regex(/^https?:\/\//),
        variables: z.record(z.string(), Input),
        headers: z.array(Input.extend({ name: z.string(), value: z.string() })),
      }),
    ),
  });

  test('keeps to the registry schema and says what package.json and the settings say', async () => {
    const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(name, 'utf8'));
    const registration = Registration.parse(await read('server.json'));
    const manifest = z.looseObject({ name: z.string(), version: z.string() }).parse(await read('package.json'));
    const [entry] = registration.packages;
    expect(registration.version).toBe(manifest.version);
    expect(entry).toMatchObject({ identifier: manifest.name, version: manifest.version });
    const variables = new Map<string, boolean>(
      Object.values(SETTINGS).flatMap((setting) => setting.env.map((name) => [name, 'secret' in setting] as const)),
    );
    for (const { name, isSecret } of entry?.environmentVariables ?? []) {
      expect([name, variables.get(name)]).toEqual([name, isSecret === true]);
    }
  });
});
