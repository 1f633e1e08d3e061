import { z } from 'zod';
import type { ExampleFields } from '../../core/curation/example.js';
import { REVIEW_STATES } from '../../core/curation/review-states.js';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import {
  aboutFields,
  aboutOf,
  changedShape,
  datasetLine,
  datasetName,
  exampleFilterFields,
  exampleFilterOf,
  previewField,
  toDatasetShape,
} from './dataset-fields.js';

const tagList = z.array(z.string().min(1).max(100)).max(50).default([]);

export const datasetEdit = defineOperation({
  name: 'dataset_edit',
  summary: 'Edit a dataset',
  description:
    'Edits the chosen examples (by ids, split, kind, review state, flag, tag, rule or text): review, tags, category, licence, cleared flags, new fields of one example, or removal (set confirm). Also changes what is said of the dataset, restores an older version (restore), and writes the labels of curate_submit into it (applyLabels). Every edit is a new version, so nothing is lost.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'PATCH', path: '/datasets/:name' },
  maxInputBytes: 1024 * 1024,
  cli: { command: ['dataset', 'edit'], positional: ['name'], fromFile: ['fields'] },
  input: z.strictObject({
    name: datasetName,
    ...exampleFilterFields,
    review: z
      .enum(REVIEW_STATES)
      .optional()
      .describe('New review state; rejected and needs-review stay out of exports.'),
    addTags: tagList.describe('Tags to put on the examples.'),
    removeTags: tagList.describe('Tags to take off the examples.'),
    clearFlags: tagList.describe('Flags to clear.'),
    category: z.string().max(200).optional().describe('New category of the examples.'),
    exampleLicence: z.string().max(200).optional().describe('New SPDX licence of the examples.'),
    fields: z
      .record(z.string().max(40), z.unknown())
      .optional()
      .describe('New fields of one example, as a JSON object.'),
    remove: z.boolean().default(false).describe('Removes the chosen examples; needs confirm.'),
    ...aboutFields,
    restore: z.number().int().min(1).max(999_999_999).optional().describe('Makes this version the newest again.'),
    applyLabels: z
      .enum(['grade', 'write'])
      .optional()
      .describe('Writes the accepted labels of this task into the dataset.'),
    confirm: z.boolean().default(false).describe('Must be true for remove.'),
    preview: previewField(false),
  }),
  output: changedShape,
  errors: [
    'INPUT_INVALID',
    'DATASET_NOT_FOUND',
    'DATASET_INVALID',
    'CONFIRMATION_REQUIRED',
    'ALREADY_EXISTS',
    'STORE_FULL',
    'STORE_LOCKED',
  ],
  examples: [{ name: 'no-such-dataset', ids: ['ex_000000000000000000000000'], review: 'accepted' }],
  async run({ services }, input) {
    const { datasets, labelling } = await services.curation();
    requireAlone(input);
    if (input.restore !== undefined) {
      const restored = await datasets.restore(input.name, input.restore, input.preview);
      return { dataset: toDatasetShape(restored), changed: restored.rows, preview: input.preview };
    }
    if (input.applyLabels !== undefined) {
      const applied = await labelling.apply(input.name, input.applyLabels, input.preview);
      const { version } = await datasets.show(input.name, applied.version, { ids: [] });
      return { dataset: toDatasetShape(version), changed: applied.changed + applied.added, preview: input.preview };
    }
    const { review, addTags, removeTags, clearFlags, category, exampleLicence, fields, remove } = input;
    const filter = exampleFilterOf(input);
    // The service checks the fields against the kind of the example before anything is written.
    const edit = {
      review,
      addTags,
      removeTags,
      clearFlags,
      category,
      licence: exampleLicence,
      fields: fields as ExampleFields | undefined,
      remove,
    };
    const about = aboutOf(input);
    if (remove && !input.confirm && !input.preview) {
      const { matched } = await datasets.edit(input.name, { filter, edit, about, preview: true });
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would remove ${matched} examples of ${input.name}.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    const { version, matched } = await datasets.edit(input.name, { filter, edit, about, preview: input.preview });
    return { dataset: toDatasetShape(version), changed: matched, preview: input.preview };
  },
  render: ({ dataset, changed, preview }) =>
    `${preview ? `Would change ${changed} examples; nothing was written.` : `Changed ${changed} examples.`}\n${datasetLine(dataset)}`,
});

/** Restoring and applying labels are steps of their own: what else is asked for would be passed over. */
function requireAlone(input: Readonly<Record<string, unknown>>): void {
  const step = ['restore', 'applyLabels'].find((key) => input[key] !== undefined);
  if (step === undefined) return;
  const isGiven = (value: unknown): boolean =>
    value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  const others = Object.keys(input).filter(
    (key) => !['name', 'confirm', 'preview', step].includes(key) && isGiven(input[key]),
  );
  if (others.length === 0) return;
  throw new QuarryError('INPUT_INVALID', `${step} does not go together with ${others.join(', ')}.`, {
    hint: `Call once with ${step} alone, then again for the rest.`,
  });
}
