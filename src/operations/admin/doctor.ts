import { z } from 'zod';
import type { Openness } from '../../core/home-rights-port.js';
import type { StoreFinding } from '../../core/ports.js';
import type { ServiceContext } from '../../services/context.js';
import { defineOperation } from '../define.js';
import { inspectMachine } from '../inspect-machine.js';

const finding = z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), hint: z.string().optional() });

function linesOf(findings: readonly z.output<typeof finding>[]): string[] {
  return findings.map(
    ({ name, ok, detail, hint }) =>
      `${ok ? 'ok  ' : 'BAD '} ${name}: ${detail}${hint === undefined ? '' : `\n     -> ${hint}`}`,
  );
}

const countOf = ({ folders, files }: Openness): string => `${folders} folders and ${files} files`;

/** Looks that are taken where something is open: a job beside may write between closing and looking. */
const MOST_LOOKS = 5;

/** What others can reach but for what this process wrote: that would be closed at its end, and is no finding until then. */
async function openOfOthers(homeRights: ServiceContext['homeRights']): Promise<Openness> {
  for (let look = 1; ; look++) {
    await homeRights.tightenNew();
    const open = await homeRights.examine();
    if (open.folders + open.files === 0 || look === MOST_LOOKS) return open;
  }
}

/** Whether others can read the home; with `tighten` and `confirm`, once that has been changed. */
async function rightsFinding(
  { homeRights }: ServiceContext,
  { tighten, confirm }: { readonly tighten: boolean; readonly confirm: boolean },
): Promise<StoreFinding> {
  const before = await openOfOthers(homeRights);
  const changed = tighten && confirm ? await homeRights.tighten() : undefined;
  const open = changed === undefined ? before : await homeRights.examine();
  const done = changed === undefined ? '' : ` Closed ${countOf(changed)}.`;
  if (open.folders + open.files === 0)
    return { name: 'privacy', ok: true, detail: `only you can read the home.${done}` };
  return {
    name: 'privacy',
    ok: false,
    detail: `${countOf(open)} of the home can be reached by others.${done}`,
    hint:
      changed === undefined
        ? 'Run `quarry doctor --tighten --confirm` to take the rights of others from what is yours below the home.'
        : 'What is left belongs to another user, or its disk keeps no modes: its owner can run chmod there.',
  };
}

export const doctor = defineOperation({
  name: 'doctor',
  summary: 'Examine the installation',
  description:
    'Examines the machine, the embedding model, the store and who can read the home, and says how to mend what is wrong. With tighten and confirm the rights of others are taken from the home.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'POST', path: '/doctor' },
  cli: { command: ['doctor'] },
  input: z.strictObject({
    tighten: z.boolean().default(false).describe('Take the rights of others from the home; needs confirm.'),
    confirm: z.boolean().default(false).describe('Must be true for tighten, or it only tells what it would close.'),
  }),
  output: z.object({
    ok: z.boolean(),
    findings: z.array(finding),
  }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  failure: ({ findings }) => linesOf(findings.filter((finding) => !finding.ok)).join('\n'),
  async run({ services }, input) {
    const { context } = services;
    const findings = [
      ...(await services.status.doctor(await inspectMachine(context.config))),
      await rightsFinding(context, input),
    ];
    return { ok: findings.every((finding) => finding.ok), findings: findings.map((finding) => ({ ...finding })) };
  },
  render({ ok, findings }) {
    return [...linesOf(findings), ok ? 'Everything is in order.' : 'Something needs mending, see above.'].join('\n');
  },
});
