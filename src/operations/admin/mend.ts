import { z } from 'zod';
import type { MendStep } from '../../core/ports.js';
import { defineOperation } from '../define.js';

/** How many lost documents of one step are named. */
const NAMED = 200;

const lostShape = z.object({ id: z.string(), url: z.string(), sourceId: z.string() });

const stepShape = z.object({
  what: z.string(),
  damage: z.string(),
  action: z.string(),
  documents: z.number(),
  notes: z.number(),
  remade: z.number(),
  lostDocuments: z.number(),
  lost: z.array(lostShape),
  lostRows: z.number(),
  aside: z.string(),
});

type StepOutput = z.output<typeof stepShape>;

function toStepShape({ lost, ...step }: MendStep): StepOutput {
  const named = lost.slice(0, NAMED).map(({ id, uri, sourceId }) => ({ id, url: uri, sourceId }));
  return { ...step, lostDocuments: lost.length, lost: named };
}

function renderStep(step: StepOutput): string {
  const kept =
    step.documents === 0
      ? ''
      : ` ${step.documents} documents are kept, ${step.notes} of them notes${step.remade === 0 ? '' : `, ${step.remade} cut and embedded anew from their text`}.`;
  const lines = [`- ${step.what}: ${step.damage}`, `  ${step.action}${kept}`];
  if (step.lostDocuments > 0)
    lines.push(
      `  ${step.lostDocuments} documents are lost; a sync brings back those of a source:`,
      ...step.lost.map(({ id, url }) => `    ${id} ${url}`),
    );
  if (step.lostRows > 0) lines.push(`  ${step.lostRows} rows cannot be read, and nothing tells whose they were.`);
  if (step.aside !== '') lines.push(`  Kept aside in ${step.aside}, inside the database folder.`);
  return lines.join('\n');
}

export const mend = defineOperation({
  name: 'mend',
  summary: 'Mend a damaged store',
  description:
    'Mends what doctor finds damaged in the store: saves every document and note that can be read into new tables, builds indexes anew, takes up tables that lost their record, and keeps the damaged files aside. Without confirm it only tells what it would do. Sync the sources afterwards.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'POST', path: '/mend' },
  cli: { command: ['mend'], alsoAs: { command: 'doctor', flag: 'mend' } },
  input: z.strictObject({
    confirm: z.boolean().default(false).describe('Must be true, or nothing is changed and the answer is a preview.'),
  }),
  output: z.object({ mended: z.boolean(), steps: z.array(stepShape) }),
  errors: ['INPUT_INVALID', 'STORE_LOCKED', 'STORE_FULL', 'STORE_BROKEN', 'PATH_UNREADABLE'],
  examples: [{}],
  async run({ services, report }, { confirm }) {
    const steps = await services.mending.mend(confirm, report);
    return { mended: confirm, steps: steps.map(toStepShape) };
  },
  render({ mended, steps }) {
    if (steps.length === 0) return 'Nothing is damaged; nothing was changed.';
    const end = mended
      ? 'Mended. Run `quarry sync` to bring back what has a source.'
      : 'Nothing was changed yet. Add --confirm (confirm set to true) to do this.';
    return [...steps.map(renderStep), end].join('\n');
  },
});
