import { z } from 'zod';
import { EXAMPLE_KINDS } from '../../core/curation/example.js';
import type { DatasetAbout, DatasetVersion } from '../../core/curation/ports.js';
import { REVIEW_STATES } from '../../core/curation/review-states.js';
import type { ExampleFilter } from '../../services/curation/dataset-service.js';

/** Input: a dataset's name. */
export const datasetName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores')
  .describe('Name of the dataset.');

/** Input: a version. */
export const versionField = z
  .number()
  .int()
  .min(1)
  .max(999_999_999)
  .optional()
  .describe('Version; default the newest.');

/** Input: look without writing. */
export const previewField = (isDefault: boolean) =>
  z
    .boolean()
    .default(isDefault)
    .describe(
      `true${isDefault ? ' (default)' : ''} reports and shows samples without writing; false${isDefault ? '' : ' (default)'} writes.`,
    );

/** Input: a seed. */
export const seedField = z
  .number()
  .int()
  .min(0)
  .max(2_147_483_647)
  .default(1)
  .describe('Seed of every random choice; default 1.');

/** Inputs that describe a dataset as a whole. */
export const aboutFields = {
  description: z.string().max(4_000).optional().describe('What the dataset is for.'),
  licence: z.string().max(200).optional().describe('SPDX licence of the dataset as a whole, for instance Apache-2.0.'),
  languages: z
    .array(z.string().min(2).max(40))
    .max(50)
    .optional()
    .describe('Languages that it holds, as BCP 47 tags (en, de).'),
  tags: z.array(z.string().min(1).max(100)).max(50).optional().describe('Tags of the dataset.'),
};

type AboutInput = { readonly [K in keyof typeof aboutFields]?: z.output<(typeof aboutFields)[K]> };

/** What is said of the dataset, as far as it is given. */
export function aboutOf(input: AboutInput): Partial<DatasetAbout> {
  const { description, licence, languages, tags } = input;
  return {
    ...(description === undefined ? {} : { description }),
    ...(licence === undefined ? {} : { licence }),
    ...(languages === undefined ? {} : { languages }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** Inputs that choose examples. */
export const exampleFilterFields = {
  ids: z.array(z.string().min(1).max(60)).max(1_000).optional().describe('Only these examples.'),
  split: z.enum(['train', 'validation', 'test', 'none']).optional().describe('Only examples of this split.'),
  kind: z.enum(EXAMPLE_KINDS).optional().describe('Only examples of this kind.'),
  state: z.enum(REVIEW_STATES).optional().describe('Only examples in this review state.'),
  flag: z.string().min(1).max(100).optional().describe('Only examples with this flag (near-duplicate, secret, ...).'),
  tag: z.string().min(1).max(100).optional().describe('Only examples with this tag.'),
  rule: z.string().min(1).max(200).optional().describe('Only examples made by this miner or rule.'),
  text: z.string().min(1).max(500).optional().describe('Only examples that hold this text.'),
};

type FilterInput = { readonly [K in keyof typeof exampleFilterFields]?: z.output<(typeof exampleFilterFields)[K]> };

/** The choice of examples among an operation's input. */
export function exampleFilterOf(input: FilterInput): ExampleFilter {
  const { ids, split, kind, state, flag, tag, rule, text } = input;
  return { ids, split, kind, review: state, flag, tag, rule, text };
}

/** Output: a version of a dataset. */
export const datasetShape = z.object({
  name: z.string(),
  version: z.number(),
  rows: z.number(),
  createdAt: z.string(),
  message: z.string(),
  description: z.string(),
  licence: z.string(),
  languages: z.array(z.string()),
  tags: z.array(z.string()),
});

/** A version in the shape of {@link datasetShape}. */
export function toDatasetShape(version: DatasetVersion): z.output<typeof datasetShape> {
  const { name, version: number, rows, createdAt, message, about } = version;
  return {
    name,
    version: number,
    rows,
    createdAt,
    message,
    description: about.description,
    licence: about.licence,
    languages: [...about.languages],
    tags: [...about.tags],
  };
}

/** One line for a dataset. */
export function datasetLine(dataset: z.output<typeof datasetShape>): string {
  const about = [dataset.licence, ...dataset.languages, ...dataset.tags.map((tag) => `#${tag}`)].filter(
    (part) => part !== '',
  );
  const extra = about.length === 0 ? '' : ` (${about.join(', ')})`;
  return `${dataset.name}  version ${dataset.version}, ${dataset.rows} examples${extra}: ${dataset.message}`;
}

/** Output of a change. */
export const changedShape = z.object({ dataset: datasetShape, changed: z.number(), preview: z.boolean() });
