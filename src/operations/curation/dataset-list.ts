import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { defineOperation } from '../define.js';
import { cursor, pageLimit, pageLine } from '../shapes.js';
import { datasetLine, datasetShape, toDatasetShape } from './dataset-fields.js';

export const datasetList = defineOperation({
  name: 'dataset_list',
  summary: 'List datasets',
  description:
    'Lists the training datasets of the workspace with their newest versions, sizes, licences and last changes, and apart from them those whose files are damaged.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'GET', path: '/datasets' },
  cli: { command: ['dataset', 'list'] },
  input: z.strictObject({ limit: pageLimit, cursor }),
  output: z.object({
    datasets: z.array(datasetShape),
    total: z.number(),
    damaged: z.array(z.object({ name: z.string(), problem: z.string(), hint: z.string() })),
    nextCursor: z.string().nullable(),
  }),
  errors: ['INPUT_INVALID', 'CURSOR_INVALID'],
  examples: [{}],
  async run({ services }, input) {
    const { datasets: all, damaged } = await (await services.curation()).datasets.list();
    const offset = decodeCursor(input.cursor, ['datasets']);
    const page = all.slice(offset, offset + input.limit);
    const next = offset + page.length;
    return {
      datasets: page.map(toDatasetShape),
      total: all.length,
      damaged: damaged.map((damage) => ({ ...damage })),
      nextCursor: page.length > 0 && next < all.length ? encodeCursor(next, ['datasets']) : null,
    };
  },
  render: ({ datasets, total, damaged, nextCursor }) =>
    [
      ...datasets.map(datasetLine),
      ...damaged.map(({ name, problem, hint }) => `${name}: damaged. ${problem} ${hint}`),
      pageLine(datasets.length, total, nextCursor),
    ].join('\n'),
});
