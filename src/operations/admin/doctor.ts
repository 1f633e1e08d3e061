import { z } from 'zod';
import { defineOperation } from '../define.js';
import { inspectMachine } from '../inspect-machine.js';

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
    findings: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), hint: z.string().optional() })),
  }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  isFailure: (output) => !output.ok,
  async run({ services }) {
    const findings = await services.status.doctor(await inspectMachine(services.context.config));
    return { ok: findings.every((finding) => finding.ok), findings: findings.map((finding) => ({ ...finding })) };
  },
  render({ ok, findings }) {
    const lines = findings.map(
      (finding) =>
        `${finding.ok ? 'ok  ' : 'BAD '} ${finding.name}: ${finding.detail}${finding.hint === undefined ? '' : `\n     -> ${finding.hint}`}`,
    );
    return [...lines, ok ? 'Everything is in order.' : 'Something needs mending, see above.'].join('\n');
  },
});
