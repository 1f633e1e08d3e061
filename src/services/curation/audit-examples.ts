import type { AuditCheck, AuditFinding, AuditReport } from '../../core/curation/audit-report.js';
import { AUDIT_CHECKS } from '../../core/curation/audit-report.js';
import { findExactDuplicates } from '../../core/curation/exact-duplicates.js';
import { type Example, sidesOf, textsOf } from '../../core/curation/example.js';
import { findSensitive } from '../../core/curation/find-sensitive.js';
import { maskFinding } from '../../core/curation/finding.js';
import { countLabels, imbalance } from '../../core/curation/histogram.js';
import { flagQuality, measureQuality } from '../../core/curation/measure-quality.js';
import { groupPairs, NearDuplicateFinder } from '../../core/curation/near-duplicates.js';
import {
  findOutliers,
  findVectorDuplicates,
  findVectorMatches,
  judgeByNeighbours,
} from '../../core/curation/neighbours.js';
import { sampleRandom } from '../../core/curation/sample-diverse.js';
import { longestSharedRun, plainWords } from '../../core/curation/shingles.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { JobHandle } from '../jobs.js';
import { breathe } from './dataset-access.js';
import { proveExamples } from './split-service.js';
import type { GuardedSuites } from './suite-guard.js';

/** What an audit is given. */
export interface AuditWork {
  readonly examples: readonly Example[];
  readonly suites: GuardedSuites;
  /** Languages that the dataset is meant to hold; empty when it does not say. */
  readonly languages: readonly string[];
  /** Makes vectors; undefined leaves out the checks that need them. */
  readonly embed?: ((texts: readonly string[], kind: 'query' | 'document') => Promise<Float32Array[]>) | undefined;
  /** Cosine from which two answers are the same, and from which a prompt is a suite's query in other words. */
  readonly vectorThreshold: number;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** Examples whose neighbours are looked at; the cost is the square of it. */
const MAX_NEIGHBOUR_ROWS = 1_500;
/** Fewer examples than this have no neighbourhood to speak of. */
const MIN_NEIGHBOUR_ROWS = 20;
/** Share of neighbours with another label from which a label is doubted. */
const NOISE_SHARE = 0.8;
const EVIDENCE_WORDS = 24;
/** Longest text that is compared or embedded, in characters. */
const MAX_TEXT = 20_000;
const EMBEDDED_TEXT = 1_000;
const EMBED_BATCH = 256;

/** Audits examples. Pure but for the vectors; gives the event loop a turn now and then. */
export async function auditExamples(work: AuditWork): Promise<AuditReport> {
  const skipped: string[] = [];
  const exact = exactDuplicates(work.examples);
  const near = await nearDuplicates(work, new Set(exact.map(({ example }) => example)));
  const single = await textFindings(work);
  if (work.embed === undefined) skipped.push('vector checks: too many examples, ask for them with vectors');
  const embedded = work.embed === undefined ? [] : await vectorFindings(work, work.embed, skipped);
  // Lists are joined whole: a call with some hundred thousand arguments would overflow the stack.
  const findings = [...exact, ...near, ...single, ...embedded, ...(await crossingSplits(work))];
  const classes = countLabels(
    work.examples.map((example) => (example.category === '' ? 'none' : example.category)),
    30,
  );
  const order = new Map(AUDIT_CHECKS.map((check, at) => [check, at]));
  const rank = (check: AuditCheck): number => order.get(check) ?? 0;
  return {
    rows: work.examples.length,
    findings: findings.sort((a, b) => rank(a.check) - rank(b.check)),
    classes,
    imbalance: imbalance(classes),
    suites: work.suites.suites,
    skipped,
  };
}

function wholeText(example: Example): string {
  const { prompt, response } = sidesOf(example);
  return `${prompt}\n${response}`.slice(0, MAX_TEXT);
}

/** The first of a group stays; the others are flagged. */
function exactDuplicates(examples: readonly Example[]): AuditFinding[] {
  return findExactDuplicates(examples.map(wholeText)).flatMap(([first = 0, ...others]) =>
    others.map(
      (at): AuditFinding => ({
        check: 'exact-duplicate',
        example: examples[at]?.id ?? '',
        evidence: `the same as ${examples[first]?.id} but for case, punctuation and white space`,
      }),
    ),
  );
}

async function nearDuplicates(work: AuditWork, exact: ReadonlySet<string>): Promise<AuditFinding[]> {
  const { examples, handle } = work;
  const finder = new NearDuplicateFinder();
  for (const [at, example] of examples.entries()) {
    await breathe(at);
    throwIfCancelled(handle.signal);
    finder.add(wholeText(example));
    if (at % 1_000 === 0) handle.report({ stage: 'near-duplicates', done: at, total: examples.length });
  }
  const pairs = finder.pairs();
  const best = new Map<number, { other: number; similarity: number }>();
  for (const { first, second, similarity } of pairs) {
    if (similarity > (best.get(second)?.similarity ?? 0)) best.set(second, { other: first, similarity });
    if (similarity > (best.get(first)?.similarity ?? 0)) best.set(first, { other: second, similarity });
  }
  const findings: AuditFinding[] = [];
  for (const [kept, ...others] of groupPairs(examples.length, pairs)) {
    for (const at of others) {
      const id = examples[at]?.id ?? '';
      if (exact.has(id)) continue;
      const near = best.get(at) ?? { other: kept ?? 0, similarity: 0 };
      findings.push({ check: 'near-duplicate', example: id, evidence: sharedText(examples, at, near) });
    }
  }
  return findings;
}

function sharedText(examples: readonly Example[], at: number, near: { other: number; similarity: number }): string {
  const [a, b] = [examples[at], examples[near.other]];
  if (a === undefined || b === undefined) return '';
  const run = longestSharedRun(plainWords(wholeText(a)), plainWords(wholeText(b)));
  const shown = run.slice(0, EVIDENCE_WORDS).join(' ');
  return `Jaccard ${near.similarity.toFixed(3)} with ${b.id}; ${run.length} words in a row are shared: "${shown}${run.length > EVIDENCE_WORDS ? ' ...' : ''}"`;
}

/** Findings that need one example at a time: sensitive text, leaks, quality, language. */
async function textFindings(work: AuditWork): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const [at, example] of work.examples.entries()) {
    await breathe(at);
    throwIfCancelled(work.handle.signal);
    findings.push(...sensitiveFindings(example), ...leakFindings(example, work), ...qualityFindings(example, work));
    if (at % 1_000 === 0) work.handle.report({ stage: 'texts', done: at, total: work.examples.length });
  }
  return findings;
}

function sensitiveFindings(example: Example): AuditFinding[] {
  return textsOf(example).flatMap((text) =>
    findSensitive(text).map(
      (found): AuditFinding => ({
        check: found.kind === 'secret' ? 'secret' : 'personal',
        example: example.id,
        evidence: `${found.kind === 'secret' ? found.rule : found.kind}: ${maskFinding(text, found)}`,
      }),
    ),
  );
}

function leakFindings(example: Example, work: AuditWork): AuditFinding[] {
  const [overlap] = textsOf(example)
    .flatMap((text) => work.suites.index.find(text))
    .sort((a, b) => b.words - a.words);
  if (overlap === undefined) return [];
  const where = `${overlap.item} of suite ${overlap.suite}${overlap.isTest ? ' (test split)' : ''}`;
  const shown = overlap.span.split(' ').slice(0, EVIDENCE_WORDS).join(' ');
  const evidence = `${overlap.words} words in a row shared with ${where}, ${Math.round(overlap.coverage * 100)}% of the text covered: "${shown}"`;
  return [{ check: 'leak', example: example.id, evidence }];
}

function qualityFindings(example: Example, work: AuditWork): AuditFinding[] {
  const { prompt, response } = sidesOf(example);
  const quality = measureQuality(response.slice(0, MAX_TEXT));
  const facts = `${quality.characters} characters, ${(quality.symbolRatio * 100).toFixed(0)}% symbols, ${(quality.repeatedRuns * 100).toFixed(0)}% in repeated runs`;
  // A graded passage or a sentence to compare may be short; only what answers must be long enough.
  const isShortAllowed = example.kind === 'scored' || example.kind === 'judged' || example.kind === 'chat';
  const found = flagQuality({ ...quality, characters: response.length })
    .filter((flag) => !(flag === 'too-short' && isShortAllowed))
    // Every flag of flagQuality is the name of a check.
    .map((flag): AuditFinding => ({ check: flag as AuditCheck, example: example.id, evidence: facts }));
  if (prompt.trim() === response.trim()) {
    found.push({ check: 'echo', example: example.id, evidence: 'question and answer are the same text' });
  }
  const expected = work.languages.length > 0 ? work.languages.map((tag) => tag.slice(0, 2)) : [];
  if (expected.length > 0 && quality.language !== '' && !expected.includes(quality.language)) {
    const evidence = `looks like ${quality.language}, the dataset is meant to be ${expected.join(', ')}`;
    found.push({ check: 'language', example: example.id, evidence });
  }
  return found;
}

async function vectorFindings(
  work: AuditWork,
  embed: NonNullable<AuditWork['embed']>,
  skipped: string[],
): Promise<AuditFinding[]> {
  const { examples, handle } = work;
  const embedAll = async (texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += EMBED_BATCH) {
      throwIfCancelled(handle.signal);
      vectors.push(...(await embed(texts.slice(at, at + EMBED_BATCH), kind)));
      handle.report({ stage: 'vectors', done: at, total: texts.length });
    }
    return vectors;
  };
  const sides = examples.map(sidesOf);
  const answers = await embedAll(
    sides.map((side) => side.response.slice(0, EMBEDDED_TEXT)),
    'document',
  );
  const same = vectorDuplicates(examples, answers, work.vectorThreshold);
  const prompts = await embedAll(
    sides.map((side) => side.prompt.slice(0, EMBEDDED_TEXT)),
    'query',
  );
  const queries = await embedAll(
    work.suites.queries.map((query) => query.text),
    'query',
  );
  const similar = similarToSuites(work, prompts, queries);
  if (examples.length > MAX_NEIGHBOUR_ROWS) {
    skipped.push(`label noise and outliers: looked at ${MAX_NEIGHBOUR_ROWS} examples drawn at random`);
  }
  return [...same, ...similar, ...neighbourFindings(examples, answers)];
}

/** Answers that mean the same as an earlier one, each with its most similar; those that are equal letter by letter are found elsewhere. */
function vectorDuplicates(
  examples: readonly Example[],
  vectors: readonly Float32Array[],
  threshold: number,
): AuditFinding[] {
  const best = new Map<number, { first: number; similarity: number }>();
  for (const { first, second, similarity } of findVectorDuplicates(vectors, threshold)) {
    if (similarity > (best.get(second)?.similarity ?? 0)) best.set(second, { first, similarity });
  }
  return [...best].flatMap(([second, { first, similarity }]): AuditFinding[] => {
    const [a, b] = [examples[first], examples[second]];
    if (a === undefined || b === undefined || sidesOf(a).response === sidesOf(b).response) return [];
    const shown = sidesOf(a).response.replace(/\s+/g, ' ').slice(0, 120);
    const evidence = `cosine ${similarity.toFixed(4)} with ${a.id}: "${shown}"`;
    return [{ check: 'vector-duplicate', example: b.id, evidence }];
  });
}

/** Prompts that mean the same as a query of a suite. */
function similarToSuites(
  work: AuditWork,
  prompts: readonly Float32Array[],
  queries: readonly Float32Array[],
): AuditFinding[] {
  return findVectorMatches(prompts, queries, work.vectorThreshold).flatMap(
    ({ first, second, similarity }): AuditFinding[] => {
      const query = work.suites.queries[second];
      const example = work.examples[first];
      if (query === undefined || example === undefined) return [];
      const evidence = `cosine ${similarity.toFixed(4)} with ${query.item} of suite ${query.suite}: "${query.text.slice(0, 120)}"`;
      return [{ check: 'similar-to-suite', example: example.id, evidence }];
    },
  );
}

function neighbourFindings(examples: readonly Example[], vectors: readonly Float32Array[]): AuditFinding[] {
  const places = sampleRandom(examples.length, MAX_NEIGHBOUR_ROWS, 1);
  const part = places.flatMap((at) => vectors[at] ?? []);
  if (part.length < MIN_NEIGHBOUR_ROWS) return [];
  const verdicts = judgeByNeighbours(
    part,
    places.map((at) => examples[at]?.category ?? ''),
  );
  const outliers = new Set(findOutliers(verdicts));
  return verdicts.flatMap((verdict): AuditFinding[] => {
    const example = examples[places[verdict.index] ?? -1];
    if (example === undefined) return [];
    const found: AuditFinding[] = [];
    if (verdict.disagreement >= NOISE_SHARE && verdict.neighbourLabel !== example.category) {
      const evidence = `category ${example.category}, but ${Math.round(verdict.disagreement * 100)}% of its neighbours are ${verdict.neighbourLabel}`;
      found.push({ check: 'label-noise', example: example.id, evidence });
    }
    if (outliers.has(verdict.index)) {
      found.push({
        check: 'outlier',
        example: example.id,
        evidence: `mean cosine ${verdict.closeness.toFixed(3)} to its nearest neighbours`,
      });
    }
    return found;
  });
}

async function crossingSplits(work: AuditWork): Promise<AuditFinding[]> {
  const { examples } = work;
  if (new Set(examples.map((example) => example.split).filter((split) => split !== '')).size < 2) return [];
  const proof = await proveExamples(examples);
  return proof.crossing.flatMap(({ first, second, kind }): AuditFinding[] => {
    const [a, b] = [examples[first], examples[second]];
    if (a === undefined || b === undefined) return [];
    return [
      {
        check: 'crosses-splits',
        example: b.id,
        evidence: `${kind} with ${a.id}: one is in ${a.split}, the other in ${b.split}`,
      },
    ];
  });
}
