import { z } from 'zod';
import { defineOperation } from '../define.js';

const Finding = z.object({ file: z.string(), line: z.number(), message: z.string() });

export const auditVerify = defineOperation({
  name: 'audit_verify',
  summary: 'Verify the audit log',
  description:
    'Checks that no line of the audit log was changed, put in, taken out or moved, and that no file is missing. Keep the hashes of the heads elsewhere and give them back with expect: then even a log that was cut at its end, or written anew, is found out.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'service',
  scope: 'owner',
  http: { method: 'GET', path: '/audit/verify' },
  cli: { command: ['audit', 'verify'] },
  input: z.strictObject({
    expect: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'))
      .max(100)
      .default([])
      .describe('Hashes of lines that must be there: heads of an earlier answer.'),
  }),
  output: z.object({
    ok: z.boolean(),
    files: z.number(),
    lines: z.number(),
    heads: z.array(z.object({ file: z.string(), line: z.number(), hash: z.string() })).describe('The newest files.'),
    findings: z.array(Finding).describe('The first hundred.'),
  }),
  errors: ['INPUT_INVALID', 'SCOPE_MISSING', 'AUDIT_UNAVAILABLE'],
  examples: [{}],
  failure: ({ findings }) => findings.map(findingLine).join('\n'),
  async run({ services }, input) {
    const { audit } = await services.access.get();
    const { files, lines, heads, findings } = await audit.verify(input.expect);
    return {
      ok: findings.length === 0,
      files,
      lines,
      heads: heads.slice(-20).map((head) => ({ ...head })),
      findings: findings.slice(0, 100).map((finding) => ({ ...finding })),
    };
  },
  render: ({ ok, files, lines, heads, findings }) =>
    [
      ...findings.map(findingLine),
      ok ? `The audit log is whole: ${lines} lines in ${files} files.` : 'The audit log was tampered with, see above.',
      ...heads.map(({ file, line, hash }) => `head ${hash}  (${file}, line ${line})`),
    ].join('\n'),
});

function findingLine({ file, line, message }: z.output<typeof Finding>): string {
  return `BAD  ${file === '' ? '' : `${file}${line === 0 ? '' : `:${line}`}: `}${message}`;
}
