import type { HistogramBar } from './histogram.js';

/** What an audit looks for; also the names of the flags that it leaves on examples. */
export const AUDIT_CHECKS = [
  'exact-duplicate',
  'near-duplicate',
  'vector-duplicate',
  'echo',
  'secret',
  'personal',
  'leak',
  'similar-to-suite',
  'too-short',
  'too-long',
  'symbols',
  'few-words',
  'long-words',
  'repetition',
  'boilerplate',
  'language',
  'label-noise',
  'outlier',
  'crosses-splits',
] as const;
/** One of {@link AUDIT_CHECKS}. */
export type AuditCheck = (typeof AUDIT_CHECKS)[number];

/** One thing that an audit found. */
export interface AuditFinding {
  readonly check: AuditCheck;
  /** Id of the example. */
  readonly example: string;
  /** What was found and where, with the shared or offending text; secrets are masked. */
  readonly evidence: string;
}

/** All that an audit found. */
export interface AuditReport {
  readonly rows: number;
  /** Findings in the order of the checks, then of the examples. */
  readonly findings: readonly AuditFinding[];
  /** Classes (categories) with their sizes, and how far from equal they are; 1 is equal. */
  readonly classes: readonly HistogramBar[];
  readonly imbalance: number;
  /** Suites that examples were compared with. */
  readonly suites: readonly string[];
  /** Checks that were not made, with the reason. */
  readonly skipped: readonly string[];
}

/** Flags by example id, each once, in the order of the checks. */
export function flagsOf(report: AuditReport): Map<string, AuditCheck[]> {
  const flags = new Map<string, AuditCheck[]>();
  for (const { example, check } of report.findings) {
    const known = flags.get(example);
    if (known === undefined) flags.set(example, [check]);
    else if (!known.includes(check)) known.push(check);
  }
  return flags;
}

/** How many examples each check found something in, with up to `shown` findings as evidence. */
export function summarizeAudit(
  report: AuditReport,
  shown: number,
): { readonly check: AuditCheck; readonly examples: number; readonly shown: readonly AuditFinding[] }[] {
  return AUDIT_CHECKS.flatMap((check) => {
    const findings = report.findings.filter((finding) => finding.check === check);
    if (findings.length === 0) return [];
    const examples = new Set(findings.map((finding) => finding.example)).size;
    return [{ check, examples, shown: findings.slice(0, shown) }];
  });
}
