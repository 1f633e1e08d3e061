import { type AuditCheck, AuditFindings, type AuditReport } from '../../core/curation/audit-report.js';
import { ExactDuplicateFinder } from '../../core/curation/exact-duplicates.js';
import { countLabels, imbalance } from '../../core/curation/histogram.js';
import { groupPairs, NearDuplicateFinder } from '../../core/curation/near-duplicates.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import { longestSharedRun, plainWords } from '../../core/curation/shingles.js';
import type { JobHandle } from '../jobs.js';
import { auditText, EVIDENCE_WORDS, wholeText } from './audit-text.js';
import { type EmbedTexts, vectorFindings } from './audit-vectors.js';
import { proveSource } from './split-links.js';
import type { GuardedSuites } from './suite-guard.js';
import { finishSearch, pickExamples, visitExamples } from './visit-examples.js';

/** What an audit is given. */
export interface AuditWork {
  readonly examples: ExampleSource;
  readonly suites: GuardedSuites;
  /** Languages that the dataset is meant to hold; empty when it does not say. */
  readonly languages: readonly string[];
  /** Makes vectors; undefined leaves out the checks that need them. */
  readonly embed?: EmbedTexts | undefined;
  /** Cosine from which two answers are the same, and from which a prompt is a suite's query in other words. */
  readonly vectorThreshold: number;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** What the first reading leaves of the examples. */
interface Overview {
  readonly ids: readonly string[];
  readonly categories: readonly string[];
  readonly splits: ReadonlySet<string>;
  /** Places of copies; the first of a group is none. */
  readonly copies: ReadonlySet<number>;
  readonly near: NearDuplicateFinder;
}

/**
 * Audits examples, and reads them once for each kind of check rather than hold them: memory grows by some hundred bytes an
 * example, and by its vector where there are vectors. Pure but for the vectors; gives the event loop a turn now and then.
 */
export async function auditExamples(work: AuditWork): Promise<AuditReport> {
  const skipped: string[] = [];
  const findings = new AuditFindings();
  const overview = await readTexts(work, findings);
  const { ids, categories } = overview;
  await nearDuplicates(work, overview, findings);
  if (ids.length === 0) skipped.push('all checks: there are no examples');
  else if (work.embed === undefined) skipped.push('vector checks: too many examples, ask for them with vectors');
  else await vectorFindings({ ...work, embed: work.embed, ids, categories, findings, skipped });
  if (overview.splits.size > 1) await crossingSplits(work, ids, findings);
  const classes = countLabels(
    categories.map((category) => (category === '' ? 'none' : category)),
    30,
  );
  const { suites, unread } = work.suites;
  for (const { name, problem } of unread) skipped.push(`leaks into suite ${name}, which cannot be read: ${problem}`);
  return { rows: ids.length, findings, classes, imbalance: imbalance(classes), suites, skipped };
}

/** The first reading: everything that can be said of an example by itself, and what the comparisons need. */
async function readTexts(work: AuditWork, findings: AuditFindings): Promise<Overview> {
  const ids: string[] = [];
  const categories: string[] = [];
  const splits = new Set<string>();
  const exact = new ExactDuplicateFinder();
  const near = new NearDuplicateFinder();
  await visitExamples(work.examples, { stage: 'texts', handle: work.handle }, (example) => {
    ids.push(example.id);
    categories.push(example.category);
    if (example.split !== '') splits.add(example.split);
    const text = wholeText(example);
    exact.add(text);
    near.add(text);
    for (const finding of auditText(example, work)) findings.add(finding);
  });
  const copies = new Set<number>();
  for (const [first = 0, ...others] of exact.groups()) {
    for (const at of others) {
      copies.add(at);
      const evidence = `the same as ${ids[first]} but for case, punctuation and white space`;
      findings.add({ check: 'exact-duplicate', example: ids[at] ?? '', evidence });
    }
  }
  return { ids, categories, splits, copies, near };
}

/** An example and the one that it resembles most. */
interface Resemblance {
  readonly at: number;
  readonly other: number;
  readonly similarity: number;
}

/** The first of a group stays; the others are flagged. */
async function nearDuplicates(
  work: AuditWork,
  { ids, copies, near }: Overview,
  findings: AuditFindings,
): Promise<void> {
  const check: AuditCheck = 'near-duplicate';
  const suspects = near.suspects();
  if (suspects.size === 0) return;
  await visitExamples(work.examples, { stage: 'near-duplicates', handle: work.handle }, (example, at) => {
    if (suspects.has(at)) near.verify(at, wholeText(example));
  });
  const pairs = await finishSearch(near.pairs(), work.handle.signal);
  const best = new Map<number, { other: number; similarity: number }>();
  for (const { first, second, similarity } of pairs) {
    if (similarity > (best.get(second)?.similarity ?? 0)) best.set(second, { other: first, similarity });
    if (similarity > (best.get(first)?.similarity ?? 0)) best.set(first, { other: second, similarity });
  }
  const shown: Resemblance[] = [];
  for (const [kept = 0, ...others] of groupPairs(ids.length, pairs)) {
    for (const at of others) {
      if (copies.has(at)) continue;
      if (shown.length < findings.limit) shown.push({ at, other: kept, similarity: 0, ...best.get(at) });
      else findings.flag(check, ids[at] ?? '');
    }
  }
  const texts = await pickExamples(work.examples, new Set(shown.flatMap(({ at, other }) => [at, other])));
  for (const { at, other, similarity } of shown) {
    const [a, b] = [texts.get(at), texts.get(other)];
    if (a === undefined || b === undefined) continue;
    const run = longestSharedRun(plainWords(wholeText(a)), plainWords(wholeText(b)));
    const words = `${run.slice(0, EVIDENCE_WORDS).join(' ')}${run.length > EVIDENCE_WORDS ? ' ...' : ''}`;
    const evidence = `Jaccard ${similarity.toFixed(3)} with ${b.id}; ${run.length} words in a row are shared: "${words}"`;
    findings.add({ check, example: a.id, evidence });
  }
}

async function crossingSplits(work: AuditWork, ids: readonly string[], findings: AuditFindings): Promise<void> {
  const { proof, splits } = await proveSource(work.examples, { stage: 'splits', handle: work.handle });
  for (const { first, second, kind } of proof.crossing) {
    const evidence = `${kind} with ${ids[first]}: one is in ${splits[first]}, the other in ${splits[second]}`;
    findings.add({ check: 'crosses-splits', example: ids[second] ?? '', evidence });
  }
}
