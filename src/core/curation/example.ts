import { z } from 'zod';
import { sha256 } from '../identity.js';
import { REVIEW_STATES } from './review-states.js';

/** Parts of a dataset. An example that no split was assigned to has an empty one. */
export const SPLITS = ['train', 'validation', 'test'] as const;
/** One of {@link SPLITS}. */
export type SplitName = (typeof SPLITS)[number];

const text = z.string().min(1).max(1_000_000);

/** A question or phrase and a passage that belongs to it. */
const pairFields = z.strictObject({ anchor: text, positive: text });
/** A pair with one or more passages that do not belong to the anchor. */
const tripletFields = z.strictObject({ anchor: text, positive: text, negatives: z.array(text).min(1).max(100) });
/** Two sentences and how alike they are, 0 (unrelated) to 1 (same meaning). */
const scoredFields = z.strictObject({ sentence1: text, sentence2: text, score: z.number().min(0).max(1) });
/** A passage judged for a query: 0 not relevant, 1 related, 2 answers in part, 3 answers. */
const judgedFields = z.strictObject({ query: text, passage: text, grade: z.int().min(0).max(3) });
const instructionFields = z.strictObject({
  instruction: text,
  input: z.string().max(1_000_000),
  output: text,
});
const chatFields = z.strictObject({
  messages: z
    .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text }))
    .min(2)
    .max(1_000),
});

/** Where an example comes from and how it was made. Empty strings and nulls mean unknown. */
const provenanceSchema = z.strictObject({
  /** Source id of the knowledge, or the name of the imported file. */
  source: z.string().max(4_000).default(''),
  uri: z.string().max(4_000).default(''),
  documentId: z.string().max(200).default(''),
  /** sha256 of the document's text when the example was made. */
  contentHash: z.string().max(64).default(''),
  /** UTF-16 offsets of the positive passage in that text. */
  start: z.int().min(0).nullable().default(null),
  end: z.int().min(0).nullable().default(null),
  /** `mine`, `import`, `negatives`, `label`, `write` or `sample`. */
  method: z.string().max(100).default(''),
  /** Name of the miner or rule. */
  rule: z.string().max(200).default(''),
  /** Who judged or wrote it, for labelled examples. */
  judge: z.string().max(200).default(''),
  /** Examples with one cluster name (the same query in other words) share a split. */
  cluster: z.string().max(200).default(''),
  /** Documents that the negatives come from, in their order. */
  negativeDocuments: z.array(z.string().max(200)).max(100).default([]),
});

const shared = {
  id: z.string().regex(/^ex_[0-9a-f]{24}$/),
  split: z.enum(['', ...SPLITS]).default(''),
  provenance: provenanceSchema.prefault({}),
  /** SPDX expression; empty when unknown. */
  licence: z.string().max(200).default(''),
  category: z.string().max(200).default(''),
  /** BCP 47 tag or programming language; empty when unknown. */
  language: z.string().max(40).default(''),
  tags: z.array(z.string().min(1).max(100)).max(100).default([]),
  /** What audits found and nobody has cleared, for instance `near-duplicate`. */
  flags: z.array(z.string().min(1).max(100)).max(100).default([]),
  review: z.enum(REVIEW_STATES).default('unreviewed'),
  /** Trust in the label, 0 to 1; 1 for what was not labelled. */
  trust: z.number().min(0).max(1).default(1),
};

/** One example of a dataset, checked on every way in. */
export const exampleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pair'), fields: pairFields, ...shared }),
  z.strictObject({ kind: z.literal('triplet'), fields: tripletFields, ...shared }),
  z.strictObject({ kind: z.literal('scored'), fields: scoredFields, ...shared }),
  z.strictObject({ kind: z.literal('judged'), fields: judgedFields, ...shared }),
  z.strictObject({ kind: z.literal('instruction'), fields: instructionFields, ...shared }),
  z.strictObject({ kind: z.literal('chat'), fields: chatFields, ...shared }),
]);

/** One example of a dataset. */
export type Example = z.output<typeof exampleSchema>;
/** What may be left out of an {@link Example} takes its default; the id is computed. */
export type ExampleInput = Omit<z.input<typeof exampleSchema>, 'id'>;
/** Kinds of examples. */
export const EXAMPLE_KINDS = ['pair', 'triplet', 'scored', 'judged', 'instruction', 'chat'] as const;
/** One of {@link EXAMPLE_KINDS}. */
export type ExampleKind = (typeof EXAMPLE_KINDS)[number];
/** The texts and numbers of an example, by kind. */
export type ExampleFields = Example['fields'];

/** The two main texts of an example: what is asked or shown, and what answers it. */
export interface ExampleSides {
  readonly prompt: string;
  readonly response: string;
}

/**
 * Id of an example: the same content always has the same id, whatever its split, flags or review. Negatives are part of
 * the content, so a pair and the triplet made of it have different ids.
 */
export function exampleId(kind: ExampleKind, fields: ExampleFields): string {
  return `ex_${sha256(JSON.stringify([kind, ...orderedValues(fields)])).slice(0, 24)}`;
}

/** Values of the fields by field name, so that the order in which a file wrote its keys does not matter. */
function orderedValues(fields: ExampleFields): unknown[] {
  return Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
}

/** An example with defaults filled in and its id computed, or the first problem in words. */
export function parseExample(input: unknown): { readonly example: Example } | { readonly problem: string } {
  const record = typeof input === 'object' && input !== null ? input : {};
  const parsed = exampleSchema.safeParse({ ...record, id: `ex_${'0'.repeat(24)}` });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.map(String).join('.') || 'example'}: ${issue?.message ?? 'not an example'}` };
  }
  const example = parsed.data;
  return { example: { ...example, id: exampleId(example.kind, example.fields) } };
}

/** The texts of an example, in reading order; every audit and every search for leaks reads all of them. */
export function textsOf(example: Example): readonly string[] {
  switch (example.kind) {
    case 'pair':
      return [example.fields.anchor, example.fields.positive];
    case 'triplet':
      return [example.fields.anchor, example.fields.positive, ...example.fields.negatives];
    case 'scored':
      return [example.fields.sentence1, example.fields.sentence2];
    case 'judged':
      return [example.fields.query, example.fields.passage];
    case 'instruction':
      return [example.fields.instruction, example.fields.input, example.fields.output].filter((part) => part !== '');
    case 'chat':
      return example.fields.messages.map((message) => message.content);
  }
}

/** The two main texts of an example; of a chat, what users say and what the assistant says. */
export function sidesOf(example: Example): ExampleSides {
  switch (example.kind) {
    case 'pair':
    case 'triplet':
      return { prompt: example.fields.anchor, response: example.fields.positive };
    case 'scored':
      return { prompt: example.fields.sentence1, response: example.fields.sentence2 };
    case 'judged':
      return { prompt: example.fields.query, response: example.fields.passage };
    case 'instruction': {
      const { instruction, input, output } = example.fields;
      return { prompt: input === '' ? instruction : `${instruction}\n\n${input}`, response: output };
    }
    case 'chat': {
      const said = (role: string): string =>
        example.fields.messages
          .filter((message) => message.role === role)
          .map((message) => message.content)
          .join('\n\n');
      return { prompt: said('user'), response: said('assistant') };
    }
  }
}

/** The example with every text replaced by `change(text)`; its id follows its content. */
export function mapTexts(example: Example, change: (text: string) => string): Example {
  const renamed = <E extends Example>(changed: E): E => ({ ...changed, id: exampleId(changed.kind, changed.fields) });
  switch (example.kind) {
    case 'pair':
      return renamed({
        ...example,
        fields: { anchor: change(example.fields.anchor), positive: change(example.fields.positive) },
      });
    case 'triplet': {
      const { anchor, positive, negatives } = example.fields;
      return renamed({
        ...example,
        fields: { anchor: change(anchor), positive: change(positive), negatives: negatives.map(change) },
      });
    }
    case 'scored': {
      const { sentence1, sentence2, score } = example.fields;
      return renamed({ ...example, fields: { sentence1: change(sentence1), sentence2: change(sentence2), score } });
    }
    case 'judged': {
      const { query, passage, grade } = example.fields;
      return renamed({ ...example, fields: { query: change(query), passage: change(passage), grade } });
    }
    case 'instruction': {
      const { instruction, input, output } = example.fields;
      return renamed({
        ...example,
        fields: { instruction: change(instruction), input: change(input), output: change(output) },
      });
    }
    case 'chat': {
      const messages = example.fields.messages.map(({ role, content }) => ({ role, content: change(content) }));
      return renamed({ ...example, fields: { messages } });
    }
  }
}
