import { z } from 'zod';
import { defineOperation } from '../define.js';
import { inspectMachine } from '../inspect-machine.js';

const finding = z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), hint: z.string().optional() });

function linesOf(findings: readonly z.output<typeof finding>[]): string[] {
  return findings.map(
    ({ name, ok, detail, hint }) =>
      `${ok ? 'ok  ' : 'BAD '} ${name}: ${detail}${hint === undefined ? '' : `\n     -> ${hint}`}`,
  );
}

export const doctor = defineOperation({
  name: 'doctor',
  summary: 'Examine the installation',
  description: 'Examines the machine, the embedding model and the store, and says how to mend what is wrong.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'GET', path: '/doctor' },
  cli: { command: ['doctor'] },
  input: z.strictObject({}),
  output: z.object({
    ok: z.boolean(),
    findings: z.array(finding),
  }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  failure: ({ findings }) => linesOf(findings.filter((finding) => !finding.ok)).join('\n'),
  async run({ services }) {
    const findings = await services.status.doctor(await inspectMachine(services.context.config));
    return { ok: findings.every((finding) => finding.ok), findings: findings.map((finding) => ({ ...finding })) };
  },
  render({ ok, findings }) {
    return [...linesOf(findings), ok ? 'Everything is in order.' : 'Something needs mending, see above.'].join('\n');
  },
});
