import { z } from 'zod';
import type { Example } from '../../core/curation/example.js';
import { drawHistogram, type HistogramBar } from '../../core/curation/histogram.js';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { fenceText, oneLine } from '../../core/text/fence.js';
import type { CampaignProgress } from '../../services/curation/labelling-service.js';
import { defineOperation } from '../define.js';
import { cursor, pageLine } from '../shapes.js';
import {
  datasetLine,
  datasetName,
  datasetShape,
  exampleFilterFields,
  exampleFilterOf,
  toDatasetShape,
  versionField,
} from './dataset-fields.js';

const bars = z.array(z.object({ label: z.string(), count: z.number() }));

const diffShape = z.object({
  from: z.number(),
  to: z.number(),
  added: z.number(),
  removed: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  addedIds: z.array(z.string()),
  removedIds: z.array(z.string()),
  changedIds: z.array(z.string()),
});

const campaignShape = z.object({
  campaign: z.string(),
  items: z.number(),
  remaining: z.number(),
  accepted: z.number(),
  abstained: z.number(),
  unapplied: z.number(),
  alpha: z.number().nullable(),
  kappas: z.array(z.object({ judges: z.array(z.string()), passages: z.number(), kappa: z.number().nullable() })),
  judges: z.array(
    z.object({
      judge: z.string(),
      submitted: z.number(),
      rejected: z.number(),
      gold: z.number(),
      goldRight: z.number(),
      trust: z.number(),
      isTrusted: z.boolean(),
    }),
  ),
});

const exampleShape = z.object({
  id: z.string(),
  kind: z.string(),
  fields: z.record(z.string(), z.unknown()),
  split: z.string(),
  licence: z.string(),
  category: z.string(),
  language: z.string(),
  tags: z.array(z.string()),
  flags: z.array(z.string()),
  review: z.string(),
  trust: z.number(),
  provenance: z.record(z.string(), z.unknown()),
});

export const datasetShow = defineOperation({
  name: 'dataset_show',
  summary: 'Show a dataset',
  description:
    'Shows a dataset: counts and lengths as histograms, its versions, the state of labelling (agreement, trust in judges), the notes that audits and splits left, and a page of its examples, narrowed by split, kind, review state, flag, tag, rule or text. With diff: what changed since that version.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'GET', path: '/datasets/:name' },
  takesTurn: true,
  cli: { command: ['dataset', 'show'], positional: ['name'] },
  input: z.strictObject({
    name: datasetName,
    version: versionField,
    diff: z.number().int().min(1).max(999_999_999).optional().describe('Compare with this older version.'),
    ...exampleFilterFields,
    limit: z.number().int().min(0).max(100).default(5).describe('Examples to show, 0 to 100; default 5.'),
    cursor,
  }),
  output: z.object({
    dataset: datasetShape,
    matched: z.number(),
    statistics: z.record(z.string(), bars),
    versions: z.array(z.object({ version: z.number(), rows: z.number(), createdAt: z.string(), message: z.string() })),
    notes: z.record(z.string(), z.unknown()),
    labelling: z.array(campaignShape),
    diff: diffShape.nullable(),
    examples: z.array(exampleShape),
    nextCursor: z.string().nullable(),
  }),
  errors: ['INPUT_INVALID', 'DATASET_NOT_FOUND', 'DATASET_INVALID', 'CURSOR_INVALID'],
  quoted: ['examples.fields'],
  examples: [{ name: 'no-such-dataset' }],
  async run({ services }, input) {
    const { datasets, labelling } = await services.curation();
    const filter = exampleFilterOf(input);
    const shown = await datasets.show(input.name, input.version, filter);
    const binding = ['dataset', input.name, shown.version.version, filter];
    const offset = decodeCursor(input.cursor, binding);
    const page = shown.examples.slice(offset, offset + input.limit);
    const next = offset + page.length;
    const { rows: _rows, ...statistics } = shown.statistics;
    const diff = input.diff === undefined ? null : await datasets.diff(input.name, input.diff, input.version);
    return {
      dataset: toDatasetShape(shown.version),
      matched: shown.examples.length,
      statistics: Object.fromEntries(
        Object.entries(statistics).map(([name, list]) => [name, list.map((bar) => ({ ...bar }))]),
      ),
      versions: shown.history
        .slice(0, 50)
        .map(({ version, rows, createdAt, message }) => ({ version, rows, createdAt, message })),
      notes: shown.version.notes,
      labelling: (await labelling.progress(input.name)).map(toCampaignShape),
      diff:
        diff === null
          ? null
          : {
              ...diff,
              addedIds: [...diff.addedIds],
              removedIds: [...diff.removedIds],
              changedIds: [...diff.changedIds],
            },
      examples: page.map(toExampleShape),
      nextCursor: page.length > 0 && next < shown.examples.length ? encodeCursor(next, binding) : null,
    };
  },
  render: renderShown,
});

function toExampleShape(example: Example): z.output<typeof exampleShape> {
  return { ...example, fields: { ...example.fields }, provenance: { ...example.provenance } };
}

function toCampaignShape(progress: CampaignProgress): z.output<typeof campaignShape> {
  return {
    ...progress,
    kappas: progress.kappas.map((entry) => ({ ...entry, judges: [...entry.judges] })),
    judges: progress.judges.map((judge) => ({ ...judge })),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  byKind: 'Kinds',
  bySplit: 'Splits',
  byRule: 'Made by',
  byLicence: 'Licences',
  byReview: 'Review',
  byFlag: 'Flags',
  byCategory: 'Categories',
  byLanguage: 'Languages',
  byTag: 'Tags',
  promptLengths: 'Length of prompts (characters)',
  responseLengths: 'Length of answers (characters)',
};

function renderShown(output: {
  readonly dataset: z.output<typeof datasetShape>;
  readonly matched: number;
  readonly statistics: Readonly<Record<string, readonly HistogramBar[]>>;
  readonly versions: readonly {
    readonly version: number;
    readonly rows: number;
    readonly message: string;
    readonly createdAt: string;
  }[];
  readonly notes: Readonly<Record<string, unknown>>;
  readonly labelling: readonly z.output<typeof campaignShape>[];
  readonly diff: z.output<typeof diffShape> | null;
  readonly examples: readonly z.output<typeof exampleShape>[];
  readonly nextCursor: string | null;
}): string {
  const lines = [datasetLine(output.dataset)];
  if (output.dataset.description !== '') lines.push(`About: ${output.dataset.description}`);
  for (const [name, list] of Object.entries(output.statistics)) {
    if (list.length > 0) lines.push('', TITLES[name] ?? name, ...drawHistogram(list));
  }
  lines.push(
    '',
    'Versions',
    ...output.versions.map(
      (entry) => `  ${entry.version}  ${entry.createdAt}  ${entry.rows} examples  ${entry.message}`,
    ),
  );
  if (output.diff !== null) lines.push('', ...renderDiff(output.diff));
  for (const campaign of output.labelling) lines.push('', ...renderCampaign(campaign));
  for (const [tool, note] of Object.entries(output.notes)) lines.push('', `Note of ${tool}: ${JSON.stringify(note)}`);
  lines.push('');
  for (const example of output.examples) lines.push(...renderExample(example));
  lines.push(pageLine(output.examples.length, output.matched, output.nextCursor));
  return lines.join('\n');
}

function renderDiff(diff: z.output<typeof diffShape>): string[] {
  const ids = (list: readonly string[]): string => (list.length === 0 ? '' : `: ${list.join(', ')}`);
  return [
    `From version ${diff.from} to ${diff.to}: ${diff.unchanged} unchanged`,
    `  ${diff.added} added${ids(diff.addedIds)}`,
    `  ${diff.removed} removed${ids(diff.removedIds)}`,
    `  ${diff.changed} changed${ids(diff.changedIds)}`,
  ];
}

function renderCampaign(campaign: z.output<typeof campaignShape>): string[] {
  const alpha = campaign.alpha === null ? 'not known yet' : campaign.alpha.toFixed(3);
  return [
    `Labelling ${campaign.campaign}: ${campaign.remaining} of ${campaign.items} items left, ${campaign.accepted} answers (${campaign.abstained} abstained, ${campaign.unapplied} not applied), Krippendorff's alpha ${alpha}`,
    ...campaign.judges.map(
      (judge) =>
        `  ${judge.judge}: ${judge.submitted} submitted, ${judge.rejected} rejected, gold ${judge.goldRight}/${judge.gold}, trust ${judge.trust.toFixed(2)}${judge.isTrusted ? '' : ' (not trusted)'}`,
    ),
    ...campaign.kappas.map(
      ({ judges, passages, kappa }) =>
        `  ${judges.join(' and ')}: Cohen's kappa ${kappa === null ? 'not defined' : kappa.toFixed(3)} over ${passages} passages`,
    ),
  ];
}

function renderExample(example: z.output<typeof exampleShape>): string[] {
  const facts = [
    example.kind,
    example.split,
    example.review,
    example.category,
    example.language,
    example.licence,
    ...example.tags.map((tag) => `#${tag}`),
    ...example.flags.map((flag) => `!${flag}`),
    example.trust === 1 ? '' : `trust ${example.trust.toFixed(2)}`,
  ];
  return [
    `${example.id}  ${facts.filter((fact) => fact !== '').join(', ')}`,
    ...Object.entries(example.fields).flatMap(([name, value]) => [
      `    ${oneLine(name)}:`,
      fenceText(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
    `    from: ${JSON.stringify(example.provenance)}`,
  ];
}
