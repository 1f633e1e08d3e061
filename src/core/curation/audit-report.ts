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

/** What one check found. */
export interface CheckSummary {
  readonly check: AuditCheck;
  /** Examples that it found something in. */
  readonly examples: number;
  /** The first findings as evidence, in the order of the examples. */
  readonly shown: readonly AuditFinding[];
}

/** All that an audit found. */
export interface AuditReport {
  readonly rows: number;
  readonly findings: AuditFindings;
  /** Classes (categories) with their sizes, and how far from equal they are; 1 is equal. */
  readonly classes: readonly HistogramBar[];
  readonly imbalance: number;
  /** Suites that examples were compared with. */
  readonly suites: readonly string[];
  /** Checks that were not made, with the reason. */
  readonly skipped: readonly string[];
}

/** Collects findings: of every example which checks it failed, and of every check the evidence of its first few findings. */
export class AuditFindings {
  /** Findings of a check whose evidence is kept. */
  readonly limit: number;
  /** By example id, one bit for each check in the order of {@link AUDIT_CHECKS}. */
  readonly #failed = new Map<string, number>();
  readonly #shown = new Map<AuditCheck, AuditFinding[]>();
  #total = 0;

  constructor(limit = 10) {
    this.limit = limit;
  }

  /** Number of findings; a check may find several things in one example. */
  get total(): number {
    return this.#total;
  }

  /** Adds a finding. */
  add(finding: AuditFinding): void {
    this.flag(finding.check, finding.example);
    const shown = this.#shown.get(finding.check);
    if (shown === undefined) this.#shown.set(finding.check, [finding]);
    else if (shown.length < this.limit) shown.push(finding);
  }

  /** Adds a finding whose evidence is not kept. */
  flag(check: AuditCheck, example: string): void {
    this.#total++;
    this.#failed.set(example, (this.#failed.get(example) ?? 0) | bitOf(check));
  }

  /** Checks that each example failed, by its id, in the order of the checks; examples without findings are left out. */
  flags(): Map<string, readonly AuditCheck[]> {
    const lists = new Map<number, readonly AuditCheck[]>();
    const listOf = (bits: number): readonly AuditCheck[] => {
      const known = lists.get(bits) ?? AUDIT_CHECKS.filter((check) => (bits & bitOf(check)) !== 0);
      lists.set(bits, known);
      return known;
    };
    return new Map([...this.#failed].map(([id, bits]) => [id, listOf(bits)]));
  }

  /** What each check found, in the order of the checks; those that found nothing are left out. */
  summary(): CheckSummary[] {
    return AUDIT_CHECKS.flatMap((check) => {
      let examples = 0;
      for (const bits of this.#failed.values()) if ((bits & bitOf(check)) !== 0) examples++;
      return examples === 0 ? [] : [{ check, examples, shown: this.#shown.get(check) ?? [] }];
    });
  }
}

function bitOf(check: AuditCheck): number {
  return 2 ** AUDIT_CHECKS.indexOf(check);
}
