import { z } from 'zod';
import { JOB_STATES, type Job } from '../core/types.js';
import { oneLineValues } from './one-line-values.js';
import { outline } from './outline.js';

/** Output: a job. */
export const jobShape = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(JOB_STATES),
  subject: z.string(),
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  /** Items a second since the job began. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  counts: z.record(z.string(), z.number()),
  issues: z.array(z.object({ uri: z.string(), code: z.string(), message: z.string() })),
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});

/** A job in the shape of {@link jobShape}, with its rate and the time left. */
export function toJobShape(job: Job): z.output<typeof jobShape> {
  const { done, total, stage } = job.progress;
  const seconds =
    job.startedAt === null ? 0 : (Date.parse(job.finishedAt ?? job.updatedAt) - Date.parse(job.startedAt)) / 1000;
  const rate = seconds > 0.5 && done > 0 ? Math.round((done / seconds) * 10) / 10 : null;
  const isCounting = job.state === 'running' && rate !== null && total > done;
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    subject: job.subject,
    stage,
    done,
    total,
    rate,
    secondsLeft: isCounting ? Math.ceil((total - done) / rate) : null,
    counts: { ...job.counts },
    issues: job.issues.map((issue) => ({ ...issue })),
    result: job.result,
    error: job.error === null ? null : { ...job.error },
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
  };
}

/** The order in which people read counts; others follow as they came. */
const COUNT_ORDER = [
  'added',
  'updated',
  'remade',
  'unchanged',
  'reread',
  'removed',
  'failed',
  'chunks',
  'embedded',
  'reused',
  'skipped',
];

function placeOf(count: string): number {
  const place = COUNT_ORDER.indexOf(count.split('.')[0] ?? '');
  return place < 0 ? COUNT_ORDER.length : place;
}

/** A job for people: state, progress, counts, what went wrong. */
export function renderJob(job: z.output<typeof jobShape>): string {
  const progress = job.total > 0 ? ` ${job.done}/${job.total}` : '';
  const rate = job.rate === null ? '' : `, ${job.rate}/s`;
  const left = job.secondsLeft === null ? '' : `, ${job.secondsLeft} s left`;
  const lines = [`${job.id}  ${job.kind} ${job.subject}: ${job.state} (${job.stage}${progress}${rate}${left})`];
  const counts = Object.entries(job.counts).sort(([a], [b]) => placeOf(a) - placeOf(b));
  if (counts.length > 0) lines.push(`  ${counts.map(([name, value]) => `${name} ${value}`).join(', ')}`);
  else if (job.state === 'succeeded' && hasSources(job.result)) lines.push('  nothing was found there to ingest');
  for (const issue of job.issues.slice(0, 10)) lines.push(`  ! ${issue.uri}: ${issue.message} [${issue.code}]`);
  const issues = job.counts['issues'] ?? job.issues.length;
  if (issues > 10) lines.push(`  ! and ${issues - 10} more`);
  for (const line of linesOf(job.result)) lines.push(`  ${line}`);
  const times = [
    `created ${job.createdAt}`,
    job.startedAt === null ? '' : `started ${job.startedAt}`,
    job.finishedAt === null ? '' : `finished ${job.finishedAt}`,
  ];
  lines.push(`  ${times.filter((time) => time !== '').join(', ')}`);
  if (job.error !== null)
    lines.push(`  ${job.error.message}${job.error.hint === undefined ? '' : ` ${job.error.hint}`} [${job.error.code}]`);
  return lines.join('\n');
}

/** A job for people, straight from its record. */
export function jobText(job: Job): string {
  return renderJob(oneLineValues(toJobShape(job)));
}

/** Whether the job was a sync, which counts what it meets. */
function hasSources(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'sources' in result;
}

/** What a job came to, in words: the `lines` of its result where it has them, else the result itself. A sync has said it in counts. */
function linesOf(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  if (hasSources(result)) return [...leftOutLines(result), ...lossLines(result)];
  if (!('lines' in result) || !Array.isArray(result.lines)) return outline(result);
  return result.lines.filter((line): line is string => typeof line === 'string');
}

const syncResult = z.object({
  sources: z.array(
    z.object({
      leftOut: z.array(z.object({ rule: z.string(), count: z.number(), first: z.array(z.string()) })),
      // Jobs of before that was counted have none.
      losses: z.record(z.string(), z.object({ documents: z.number(), number: z.number() })).default({}),
    }),
  ),
});

/** What default rules left out of the sources of a sync, and how it can be had. */
function leftOutLines(result: object): string[] {
  const parsed = syncResult.safeParse(result);
  const rules = parsed.data?.sources.flatMap(({ leftOut }) => leftOut) ?? [];
  if (rules.length === 0) return [];
  return [
    'left out by default:',
    ...rules.map(
      ({ rule, count, first }) => `  ${rule}: ${count} (${first.join(', ')}${count > first.length ? ', ...' : ''})`,
    ),
    '  to read them: `!name` in a .quarryignore, the options includeHidden, maxFileBytes, skipGenerated or maxPages, or git add',
  ];
}

/** What documents have that their texts lack, by kind over all sources of a sync. */
function lossLines(result: object): string[] {
  const kinds = new Map<string, { documents: number; number: number }>();
  for (const { losses } of syncResult.safeParse(result).data?.sources ?? []) {
    for (const [kind, { documents, number }] of Object.entries(losses)) {
      const known = kinds.get(kind) ?? { documents: 0, number: 0 };
      kinds.set(kind, { documents: known.documents + documents, number: known.number + number });
    }
  }
  if (kinds.size === 0) return [];
  const told = [...kinds].map(([kind, { documents, number }]) => `${kind} ${number} (documents: ${documents})`);
  return [`not in the text: ${told.join(', ')}; list_documents with losses names them`];
}

/** Output of an operation that starts a job. */
export const startedJobShape = z.object({ jobId: z.string(), state: z.enum(JOB_STATES), subject: z.string() });

/** Text of an operation that starts a job. */
export function renderStarted(output: { readonly jobId: string; readonly subject: string }): string {
  return `Started ${output.jobId} for ${output.subject}. Follow it with job_status (id ${output.jobId}).`;
}
