import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/types.js';
import type { ToolListing } from '../../src/services/specialists/tool-shelf.js';

/** The suite of tasks, from dist/scripts/routing. */
export const ROUTING_SUITE = fileURLToPath(new URL('../../../eval/router-specialist/routing/', import.meta.url));

/** A specialist of the suite. */
export interface SuiteSpecialist {
  readonly name: string;
  readonly description: string;
  readonly categories: readonly string[];
  /** Absolute folders of the documents that it knows. */
  readonly documents: readonly string[];
}

/** A task with what is right for it; out of scope when no specialist is. */
export interface SuiteTask {
  readonly id: string;
  readonly text: string;
  readonly type: string;
  readonly split: 'train' | 'test';
  readonly specialists: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** The whole suite. */
export interface RoutingSuite {
  readonly specialists: readonly SuiteSpecialist[];
  readonly tools: readonly ToolListing[];
  readonly tasks: readonly SuiteTask[];
}

const entry = z.object({
  _id: z.string(),
  title: z.string(),
  text: z.string(),
  metadata: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('specialist'), categories: z.array(z.string()), documents: z.array(z.string()) }),
    z.object({ kind: z.literal('tool'), inputSchema: z.record(z.string(), z.json()) }),
  ]),
});
const task = z.object({
  _id: z.string(),
  text: z.string(),
  metadata: z.object({ type: z.string(), split: z.enum(['train', 'test']) }),
});

/** Reads the suite. */
export async function readRoutingSuite(folder = ROUTING_SUITE): Promise<RoutingSuite> {
  const lines = async (name: string): Promise<string[]> =>
    (await readFile(join(folder, name), 'utf8')).split('\n').filter((line) => line !== '');
  const entries = (await lines('corpus.jsonl')).map((line) => entry.parse(JSON.parse(line)));
  const right = new Map<string, string[]>();
  for (const name of ['qrels/train.tsv', 'qrels/test.tsv']) {
    for (const line of (await lines(name)).slice(1)) {
      const [query = '', target = ''] = line.split('\t');
      right.set(query, [...(right.get(query) ?? []), target]);
    }
  }
  const named = (id: string, kind: string): Set<string> =>
    new Set((right.get(id) ?? []).filter((each) => each.startsWith(kind)).map((each) => each.slice(kind.length)));
  return {
    specialists: entries.flatMap(({ title: name, text: description, metadata }) =>
      metadata.kind === 'specialist'
        ? [
            {
              name,
              description,
              categories: metadata.categories,
              documents: metadata.documents.map((each) => resolve(folder, each)),
            },
          ]
        : [],
    ),
    tools: entries.flatMap(({ title: name, text: description, metadata }): ToolListing[] =>
      // A JSON Schema is plain JSON.
      metadata.kind === 'tool' ? [{ name, description, inputSchema: metadata.inputSchema as JsonObject }] : [],
    ),
    tasks: (await lines('queries.jsonl')).map((line) => {
      const { _id: id, text, metadata } = task.parse(JSON.parse(line));
      return { id, text, ...metadata, specialists: named(id, 'specialist/'), tools: named(id, 'tool/') };
    }),
  };
}
