import { z } from 'zod';
import type { AuditLine } from '../../core/access/audit-line.js';
import type { AuditQuery } from '../../core/access/ports.js';
import { moment } from '../shapes.js';

/** Input fields that choose lines; all given must hold. */
export const auditFields = {
  by: z.string().min(1).max(100).optional().describe('Who: the id of a key, owner or anonymous.'),
  operation: z.string().min(1).max(100).optional().describe('What: the name of an operation.'),
  outcome: z.string().min(1).max(100).optional().describe('How it ended: ok or the code of an error.'),
  about: z.string().min(1).max(200).optional().describe('An id, name or place that it was about, exactly.'),
  since: moment.optional().describe('From this ISO 8601 time on.'),
  until: moment.optional().describe('Until this ISO 8601 time.'),
};

type AuditInput = { readonly [K in keyof typeof auditFields]?: z.output<(typeof auditFields)[K]> };

/** The question in an operation's input. */
export function auditQueryOf({ by, operation, outcome, about, since, until }: AuditInput): AuditQuery {
  return {
    identity: by,
    operation,
    outcome,
    target: about,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
}

/** Output: one line of the log. */
export const auditLineShape = z.object({
  at: z.string(),
  phase: z.string().describe('begin and end of a write, or done.'),
  call: z.string().describe('Binds begin and end.'),
  by: z.string(),
  door: z.string(),
  from: z.string(),
  request: z.string(),
  operation: z.string(),
  workspace: z.string(),
  about: z.record(z.string(), z.unknown()),
  outcome: z.string().describe('Empty while it is not known.'),
  count: z.number().describe('How many alike it stands for.'),
  hash: z.string(),
});

/** A line, as it may leave the process. */
export function toAuditShape(line: AuditLine): z.output<typeof auditLineShape> {
  const { at, phase, call, door, from, request, operation, workspace, outcome, count, hash } = line;
  const about = line.target;
  return { at, phase, call, by: line.identity, door, from, request, operation, workspace, about, outcome, count, hash };
}

/** One line for a line. */
export function auditText(line: z.output<typeof auditLineShape>): string {
  const times = line.count === 1 ? '' : ` x${line.count}`;
  const where = [line.door, line.from].filter((part) => part !== '').join(' ');
  const about = Object.keys(line.about).length === 0 ? '' : `  ${JSON.stringify(line.about)}`;
  return `${line.at}  ${line.by}  ${line.operation}  ${line.phase} ${line.outcome}${times}  (${where})${about}`;
}
