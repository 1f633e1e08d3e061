import { AUDIT_CHECKS, type AuditCheck, type AuditReport } from '../../core/curation/audit-report.js';
import type { Example } from '../../core/curation/example.js';
import type { DatasetVersion } from '../../core/curation/ports.js';
import { redactExample } from '../../core/curation/sensitive-example.js';
import { QuarryError } from '../../core/errors.js';
import type { Job, JsonObject, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { auditExamples } from './audit-examples.js';
import { DatasetAccess } from './dataset-access.js';
import { type GuardedSuites, guardSuites } from './suite-guard.js';

/** What an audit does with what it finds. */
export const AUDIT_ACTIONS = ['report', 'flag', 'clean'] as const;
/** One of {@link AUDIT_ACTIONS}. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** How a dataset is to be audited. */
export interface AuditRequest {
  readonly dataset: string;
  /** `report` changes nothing, `flag` puts flags on examples, `clean` also drops and redacts. */
  readonly action: AuditAction;
  /** Checks whose examples `clean` drops. */
  readonly drop: readonly AuditCheck[];
  /** What `clean` does with secrets and personal data. */
  readonly sensitive: 'redact' | 'drop' | 'keep';
  /** Whether to make the checks that need vectors; undefined decides by size. */
  readonly vectors?: boolean | undefined;
  /** Cosine from which two texts count as the same, 0.5..1. */
  readonly vectorThreshold: number;
}

/** What `clean` drops unless told otherwise. */
export const DEFAULT_DROP: readonly AuditCheck[] = ['exact-duplicate', 'near-duplicate', 'leak', 'echo', 'too-short'];
/** Above this number of examples vectors are made only when asked for. */
const MAX_AUTO_VECTORS = 20_000;
/** Versions that are audited, one after another, when others keep changing the dataset. */
const MAX_TRIES = 3;

/** Audits datasets and cleans them. */
export class AuditService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { jobs: JobService }) {
    this.#context = context;
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError DATASET_NOT_FOUND */
  async start(request: AuditRequest): Promise<Job> {
    await this.#access.require(request.dataset);
    return this.#jobs.start({
      kind: 'audit',
      subject: request.dataset,
      input: {
        dataset: request.dataset,
        action: request.action,
        sensitive: request.sensitive,
        drop: [...request.drop],
      },
      work: (handle) => this.run(request, handle),
    });
  }

  /** Audits now; the newest version, when the dataset is changed before the findings are written. @throws QuarryError DATASET_NOT_FOUND, ALREADY_EXISTS when it is changed on and on */
  async run(request: AuditRequest, handle: JobHandle): Promise<JsonValue> {
    handle.report({ stage: 'suites', done: 0, total: 0 });
    const suites = await guardSuites(this.#context, handle.signal);
    for (const { name, problem } of suites.unread) {
      handle.issue({ uri: `suite ${name}`, code: 'SUITE_INVALID', message: `Leaks were not looked for: ${problem}` });
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#audit(request, suites, handle);
      } catch (error) {
        // Somebody changed the dataset meanwhile and nothing was written, so the newest version is audited in its place.
        const isOvertaken = error instanceof QuarryError && error.code === 'ALREADY_EXISTS';
        if (!isOvertaken || attempt === MAX_TRIES) throw error;
      }
    }
  }

  async #audit(request: AuditRequest, suites: GuardedSuites, handle: JobHandle): Promise<JsonValue> {
    const head = await this.#access.require(request.dataset);
    const isEmbedding = request.vectors ?? head.rows <= MAX_AUTO_VECTORS;
    const embedder = isEmbedding && head.rows > 0 ? await this.#context.embedder() : undefined;
    const report = await auditExamples({
      examples: this.#access.source(head),
      suites,
      languages: head.about.languages,
      embed: embedder === undefined ? undefined : (texts, kind) => embedder.embed(texts, kind, handle.signal),
      vectorThreshold: request.vectorThreshold,
      handle,
    });
    const summary = toSummary(report);
    const change = planChange(report, request);
    const version = request.action === 'report' ? undefined : await this.#write(head, request, change, summary);
    handle.count('findings', report.findings.total);
    if (version === undefined) return { ...summary, action: 'report' };
    return {
      ...summary,
      action: request.action,
      dropped: change.dropped.size,
      redacted: change.redacted.size,
      version: version.version,
      rows: version.rows,
    };
  }

  async #write(
    head: DatasetVersion,
    request: AuditRequest,
    change: PlannedChange,
    summary: JsonObject,
  ): Promise<DatasetVersion> {
    const seen = new Set<string>();
    return this.#access.change(head, {
      message:
        request.action === 'flag'
          ? `Audited: flagged ${change.flags.size} examples`
          : `Cleaned: dropped ${change.dropped.size}, redacted ${change.redacted.size} examples`,
      notes: { audit: { ...summary, action: request.action } },
      transform: (example) => {
        const changed = applyChange(example, change);
        // Two texts may become one by redaction.
        if (changed === undefined || seen.has(changed.id)) return undefined;
        seen.add(changed.id);
        return changed;
      },
    });
  }
}

interface PlannedChange {
  readonly flags: ReadonlyMap<string, readonly AuditCheck[]>;
  readonly dropped: ReadonlySet<string>;
  readonly redacted: ReadonlySet<string>;
}

function planChange(report: AuditReport, request: AuditRequest): PlannedChange {
  const flags = report.findings.flags();
  if (request.action === 'flag') return { flags, dropped: new Set(), redacted: new Set() };
  const isSensitive = (checks: readonly AuditCheck[]): boolean =>
    checks.some((check) => check === 'secret' || check === 'personal');
  const entries = [...flags];
  const dropped = new Set(
    entries
      .filter(
        ([, checks]) =>
          checks.some((check) => request.drop.includes(check)) || (request.sensitive === 'drop' && isSensitive(checks)),
      )
      .map(([id]) => id),
  );
  const redacted = new Set(
    request.sensitive !== 'redact'
      ? []
      : entries.filter(([id, checks]) => !dropped.has(id) && isSensitive(checks)).map(([id]) => id),
  );
  return { flags, dropped, redacted };
}

/** Flags of earlier audits are replaced, flags of other tools stay. */
function applyChange(example: Example, change: PlannedChange): Example | undefined {
  if (change.dropped.has(example.id)) return undefined;
  const found = change.flags.get(example.id) ?? [];
  const isRedacted = change.redacted.has(example.id);
  const own: readonly string[] = AUDIT_CHECKS;
  const others = example.flags.filter((flag) => !own.includes(flag));
  const left = isRedacted ? found.filter((check) => check !== 'secret' && check !== 'personal') : found;
  const flags = [...others, ...left];
  const isSame = !isRedacted && flags.join('\n') === example.flags.join('\n');
  if (isSame) return example;
  const flagged = { ...example, flags };
  return isRedacted ? redactExample(flagged) : flagged;
}

function toSummary(report: AuditReport): JsonObject {
  return {
    examined: report.rows,
    findings: report.findings.summary().map(({ check, examples, shown }) => ({
      check,
      examples,
      shown: shown.map((finding) => ({ ...finding })),
    })),
    flaggedExamples: report.findings.flags().size,
    classes: report.classes.map((bar) => ({ ...bar })),
    imbalance: Math.round(report.imbalance * 100) / 100,
    suites: [...report.suites],
    skipped: [...report.skipped],
  };
}
