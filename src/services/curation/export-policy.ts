import { type Example, mapTexts, textsOf } from '../../core/curation/example.js';
import { findSensitive } from '../../core/curation/find-sensitive.js';
import { redact } from '../../core/curation/finding.js';
import { TRUST_THRESHOLD } from '../../core/curation/judge-trust.js';
import { isLicenceAllowed, OPEN_LICENCES } from '../../core/curation/licence-policy.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { JobHandle } from '../jobs.js';
import { breathe } from './dataset-access.js';
import { proveExamples } from './split-links.js';
import type { GuardedSuites } from './suite-guard.js';

/** What may leave the machine. */
export interface ExportPolicy {
  /** What happens to examples with secrets or personal data. */
  readonly sensitive: 'refuse' | 'redact' | 'drop' | 'keep';
  /** The export is meant for others: unknown licences are refused. */
  readonly publish: boolean;
  /** Licences allowed; empty means the open ones when publishing, else any. */
  readonly licences: readonly string[];
  /** What happens to examples of other licences. */
  readonly otherLicences: 'refuse' | 'drop';
  /** Suites whose test split the export may touch, by name. */
  readonly overrideSuites: readonly string[];
}

/** What passed, what did not, and what was looked at. */
export interface Cleared {
  readonly examples: readonly Example[];
  readonly leftOut: Readonly<Record<string, number>>;
  readonly overrides: readonly string[];
  readonly checks: readonly string[];
}

const SHOWN = 5;

function refused(message: string, hint: string, details: Readonly<Record<string, unknown>>): QuarryError {
  return new QuarryError('GATE_FAILED', message, { hint, details });
}

/**
 * Lets through what may be exported. Rows of the version that are not asked for (`others`) count in the proof that no
 * link crosses the splits, since they may be exported another time.
 * @throws QuarryError GATE_FAILED with the reason and where it applies
 */
export async function clearForExport(
  examples: readonly Example[],
  policy: ExportPolicy,
  work: {
    readonly suites: GuardedSuites;
    readonly others: readonly Example[];
    readonly handle: Pick<JobHandle, 'signal' | 'report'>;
  },
): Promise<Cleared> {
  const isSplit = [...examples, ...work.others].some(({ split }) => split === 'validation' || split === 'test');
  const leftOut: Record<string, number> = {};
  const checks: string[] = [];
  let kept = leaveOut(examples, leftOut, {
    rejected: (example) => example.review === 'rejected',
    'waits for review': (example) => example.review === 'needs-review',
    'test labels of judges that are not trusted': (example) =>
      example.split === 'test' && example.trust < TRUST_THRESHOLD,
    // Among the rest they would be taken for training, whatever they are linked with.
    'no split yet (run dataset_split)': (example) => isSplit && example.split === '',
  });
  kept = clearLicences(kept, policy, { leftOut, checks });
  kept = await clearSensitive(kept, policy, { leftOut, checks, ...work });
  const overrides = await clearSuites(kept, policy, { checks, ...work });
  const settled = work.others.filter(({ review }) => review !== 'rejected' && review !== 'needs-review');
  await clearSplits([...kept, ...settled], checks);
  return { examples: kept, leftOut, overrides, checks };
}

function leaveOut(
  examples: readonly Example[],
  leftOut: Record<string, number>,
  reasons: Readonly<Record<string, (example: Example) => boolean>>,
): Example[] {
  return examples.filter((example) => {
    const reason = Object.entries(reasons).find(([, applies]) => applies(example))?.[0];
    if (reason !== undefined) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
    return reason === undefined;
  });
}

interface Ledger {
  readonly leftOut: Record<string, number>;
  readonly checks: string[];
}

function clearLicences(examples: readonly Example[], policy: ExportPolicy, { leftOut, checks }: Ledger): Example[] {
  const allowed = policy.licences.length > 0 ? policy.licences : policy.publish ? OPEN_LICENCES : undefined;
  if (allowed === undefined) {
    const unknown = examples.filter((example) => example.licence === '').length;
    checks.push(
      `Licences: not restricted, since the export is not meant for publishing; ${unknown} examples have none.`,
    );
    return [...examples];
  }
  const others = examples.filter((example) => !isLicenceAllowed(example.licence, allowed));
  checks.push(`Licences: only ${allowed.join(', ')}.`);
  if (others.length === 0) return [...examples];
  if (policy.otherLicences === 'drop') {
    leftOut['licence not allowed'] = others.length;
    const dropped = new Set(others);
    return examples.filter((example) => !dropped.has(example));
  }
  const names = [...new Set(others.map((example) => example.licence || 'unknown'))];
  throw refused(
    `${others.length} examples have a licence that is not allowed: ${names.slice(0, 10).join(', ')}.`,
    'Set otherLicences to drop to leave them out, add the licence to licences, or give the examples theirs with dataset_edit.',
    { examples: others.slice(0, SHOWN).map((example) => example.id), licences: names.slice(0, 20) },
  );
}

async function clearSensitive(
  examples: readonly Example[],
  policy: ExportPolicy,
  work: Ledger & { readonly handle: Pick<JobHandle, 'signal' | 'report'> },
): Promise<Example[]> {
  if (policy.sensitive === 'keep') {
    work.checks.push('Secrets and personal data: not looked for, by request.');
    return [...examples];
  }
  const kept: Example[] = [];
  const found: { id: string; kinds: readonly string[] }[] = [];
  for (const [at, example] of examples.entries()) {
    await breathe(at);
    throwIfCancelled(work.handle.signal);
    if (at % 1_000 === 0) work.handle.report({ stage: 'sensitive', done: at, total: examples.length });
    const kinds = [...new Set(textsOf(example).flatMap((text) => findSensitive(text).map((finding) => finding.kind)))];
    if (kinds.length > 0) found.push({ id: example.id, kinds });
    if (kinds.length === 0) kept.push(example);
    else if (policy.sensitive === 'redact') kept.push(mapTexts(example, (text) => redact(text, findSensitive(text))));
  }
  if (policy.sensitive === 'refuse' && found.length > 0) {
    const kinds = [...new Set(found.flatMap((finding) => finding.kinds))];
    throw refused(
      `${found.length} examples hold secrets or personal data (${kinds.join(', ')}).`,
      'Run dataset_audit with action clean, or export with sensitive set to redact or drop.',
      { examples: found.slice(0, SHOWN), kinds },
    );
  }
  if (policy.sensitive === 'drop' && found.length > 0) work.leftOut['secrets or personal data'] = found.length;
  const outcome = policy.sensitive === 'redact' ? `redacted in ${found.length} examples` : 'none left';
  work.checks.push(`Secrets and personal data: ${outcome}.`);
  return kept;
}

/** The test firewall. Gives a line for each suite that was overridden by name. */
async function clearSuites(
  examples: readonly Example[],
  policy: ExportPolicy,
  work: {
    readonly checks: string[];
    readonly suites: GuardedSuites;
    readonly handle: Pick<JobHandle, 'signal' | 'report'>;
  },
): Promise<string[]> {
  const touched = new Map<string, { examples: string[]; evidence: string }>();
  for (const [at, example] of examples.entries()) {
    await breathe(at);
    throwIfCancelled(work.handle.signal);
    if (at % 1_000 === 0) work.handle.report({ stage: 'firewall', done: at, total: examples.length });
    const seen = new Set<string>();
    for (const overlap of textsOf(example).flatMap((text) => work.suites.index.find(text))) {
      if (!overlap.isTest || seen.has(overlap.suite)) continue;
      seen.add(overlap.suite);
      const known = touched.get(overlap.suite);
      if (known !== undefined) known.examples.push(example.id);
      else
        touched.set(overlap.suite, {
          examples: [example.id],
          evidence: `${overlap.item}: "${overlap.span.slice(0, 200)}"`,
        });
    }
  }
  const blocked = [...touched].filter(([suite]) => !policy.overrideSuites.includes(suite));
  const [first] = blocked;
  if (first !== undefined) {
    const [suite, { examples: ids, evidence }] = first;
    const others = blocked.length > 1 ? ` (and ${blocked.length - 1} more suites)` : '';
    throw refused(
      `${ids.length} examples touch the test split of suite ${JSON.stringify(suite)}${others}; ${ids[0]} shares ${evidence}`,
      `Run dataset_audit with action clean to drop them, or name the suite in overrideSuites; that is recorded on the card.`,
      { suites: blocked.map(([name, about]) => ({ suite: name, examples: about.examples.slice(0, SHOWN) })) },
    );
  }
  work.checks.push(`Test firewall: compared with ${work.suites.suites.length} suites by runs of 12 words.`);
  return [...touched].map(
    ([suite, about]) => `${about.examples.length} examples touch the test split of suite ${suite}; overridden by name`,
  );
}

async function clearSplits(examples: readonly Example[], checks: string[]): Promise<void> {
  const splits = new Set(examples.map((example) => example.split).filter((split) => split !== ''));
  if (splits.size < 2) {
    checks.push('Splits: fewer than two, so nothing can cross.');
    return;
  }
  const proof = await proveExamples(examples);
  const [crossing] = proof.crossing;
  if (crossing !== undefined) {
    const ids = [examples[crossing.first]?.id, examples[crossing.second]?.id];
    throw refused(
      `${proof.crossing.length} links cross the splits; ${ids.join(' and ')} are linked (${crossing.kind}) but lie in different splits.`,
      'Run dataset_split, which puts linked examples into one split.',
      { crossing: proof.crossing.length, examples: ids },
    );
  }
  checks.push(`Splits: ${proof.edges} links between examples, none crosses.`);
}
