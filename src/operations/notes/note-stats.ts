import { z } from 'zod';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';

const counts = z.record(z.string(), z.number());

const line = (name: string, tally: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(tally).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return `${name}: ${entries.map(([key, value]) => `${key} ${value}`).join(', ') || 'none'}`;
};

export const noteStats = defineOperation({
  name: 'note_stats',
  summary: 'Count notes',
  description: 'Counts notes by category, status and tag, and gives their mean confidence.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'GET', path: '/note-stats' },
  takesTurn: true,
  cli: { command: ['note', 'stats'] },
  input: z.strictObject({ collection: collectionName.optional() }),
  output: z.object({
    total: z.number(),
    byCategory: counts,
    byStatus: counts,
    byTag: counts,
    meanConfidence: z.number(),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND'],
  examples: [{}],
  async run({ services }, input) {
    const { total, byCategory, byStatus, byTag, meanConfidence } = await services.notes.statistics(input.collection);
    return { total, byCategory: { ...byCategory }, byStatus: { ...byStatus }, byTag: { ...byTag }, meanConfidence };
  },
  render: (output) =>
    [
      `${output.total} notes, mean confidence ${output.meanConfidence.toFixed(2)}`,
      line('category', output.byCategory),
      line('status', output.byStatus),
      line('tag', output.byTag),
    ].join('\n'),
});
