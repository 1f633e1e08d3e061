import { type Example, textsOf } from '../../core/curation/example.js';
import { TRUST_THRESHOLD } from '../../core/curation/judge-trust.js';
import { isLicenceAllowed, OPEN_LICENCES } from '../../core/curation/licence-policy.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import { findInExample, redactExample } from '../../core/curation/sensitive-example.js';
import { QuarryError } from '../../core/errors.js';
import type { JobHandle } from '../jobs.js';
import { proveSource } from './split-links.js';
import type { GuardedSuites } from './suite-guard.js';
import { type ExamplePass, joinExamples, pickExamples, selectExamples, visitExamples } from './visit-examples.js';

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
  /** Suites whose test split the export may touch, and unreadable ones that need not be compared with, by name. */
  readonly overrideSuites: readonly string[];
}

/** What passed, what did not, and what was looked at. */
export interface Cleared {
  /** The examples as they leave, read anew each time. */
  readonly examples: ExampleSource;
  /** Whether any of them has a split. */
  readonly hasSplits: boolean;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly overrides: readonly string[];
  readonly checks: readonly string[];
}

/** What a check is given besides the examples. */
interface Work {
  readonly suites: GuardedSuites;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** An example as the first checks see it: without its texts, of all examples at once. */
interface Row extends Pick<Example, 'id' | 'split' | 'licence' | 'review' | 'trust'> {
  /** Place in the version. */
  readonly place: number;
}

const SHOWN = 5;

function refused(message: string, hint: string, details: Readonly<Record<string, unknown>>): QuarryError {
  return new QuarryError('GATE_FAILED', message, { hint, details });
}

/**
 * Lets through what may be exported. Rows of the version that are not asked for count in the proof that no link crosses
 * the splits, since they may be exported another time.
 * @param isChosen whether examples of that split are asked for
 * @throws QuarryError GATE_FAILED with the reason and where it applies
 */
export async function clearForExport(
  version: ExampleSource,
  policy: ExportPolicy,
  work: Work & { readonly isChosen: (split: Example['split']) => boolean },
): Promise<Cleared> {
  requireReadable(work.suites, policy);
  const all = await readRows(version, { stage: 'read', handle: work.handle });
  const isSplit = all.some(({ split }) => split === 'validation' || split === 'test');
  const leftOut: Record<string, number> = {};
  const checks: string[] = [];
  const kept = leaveOut(
    all.filter(({ split }) => work.isChosen(split)),
    leftOut,
    {
      rejected: (row) => row.review === 'rejected',
      'waits for review': (row) => row.review === 'needs-review',
      'test labels of judges that are not trusted': (row) => row.split === 'test' && row.trust < TRUST_THRESHOLD,
      // Among the rest they would be taken for training, whatever they are linked with.
      'no split yet (run dataset_split)': (row) => isSplit && row.split === '',
    },
  );
  const licensed = clearLicences(kept, policy, { leftOut, checks });
  const clean = await clearSensitive(version, licensed, { ...work, policy, leftOut, checks });
  const overrides = await clearSuites(clean.examples, policy, { ...work, checks });
  const others = all.filter(
    ({ split, review }) => !work.isChosen(split) && review !== 'rejected' && review !== 'needs-review',
  );
  const splits = new Set([...clean.rows, ...others].flatMap(({ split }) => (split === '' ? [] : [split])));
  if (splits.size < 2) checks.push('Splits: fewer than two, so nothing can cross.');
  else checks.push(await clearSplits(joinExamples(clean.examples, selectRows(version, others)), work));
  const hasSplits = clean.rows.some(({ split }) => split !== '');
  return { examples: clean.examples, hasSplits, leftOut, overrides, checks };
}

async function readRows(source: ExampleSource, pass: ExamplePass): Promise<Row[]> {
  const rows: Row[] = [];
  await visitExamples(source, pass, ({ id, split, licence, review, trust }, place) => {
    rows.push({ id, split, licence, review, trust, place });
  });
  return rows;
}

function selectRows(
  version: ExampleSource,
  rows: readonly Row[],
  change?: Parameters<typeof selectExamples>[2],
): ExampleSource {
  return selectExamples(version, new Set(rows.map(({ place }) => place)), change);
}

function leaveOut(
  rows: readonly Row[],
  leftOut: Record<string, number>,
  reasons: Readonly<Record<string, (row: Row) => boolean>>,
): Row[] {
  return rows.filter((row) => {
    const reason = Object.entries(reasons).find(([, applies]) => applies(row))?.[0];
    if (reason !== undefined) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
    return reason === undefined;
  });
}

interface Ledger {
  readonly leftOut: Record<string, number>;
  readonly checks: string[];
}

function clearLicences(rows: readonly Row[], policy: ExportPolicy, { leftOut, checks }: Ledger): Row[] {
  const allowed = policy.licences.length > 0 ? policy.licences : policy.publish ? OPEN_LICENCES : undefined;
  if (allowed === undefined) {
    const unknown = rows.filter((row) => row.licence === '').length;
    checks.push(
      `Licences: not restricted, since the export is not meant for publishing; ${unknown} examples have none.`,
    );
    return [...rows];
  }
  const others = rows.filter((row) => !isLicenceAllowed(row.licence, allowed));
  checks.push(`Licences: only ${allowed.join(', ')}.`);
  if (others.length === 0) return [...rows];
  if (policy.otherLicences === 'drop') {
    leftOut['licence not allowed'] = others.length;
    const dropped = new Set(others);
    return rows.filter((row) => !dropped.has(row));
  }
  const names = [...new Set(others.map((row) => row.licence || 'unknown'))];
  throw refused(
    `${others.length} examples have a licence that is not allowed: ${names.slice(0, 10).join(', ')}.`,
    'Set otherLicences to drop to leave them out, add the licence to licences, or give the examples theirs with dataset_edit.',
    { examples: others.slice(0, SHOWN).map((row) => row.id), licences: names.slice(0, 20) },
  );
}

async function clearSensitive(
  version: ExampleSource,
  rows: readonly Row[],
  work: Ledger & Pick<Work, 'handle'> & { readonly policy: ExportPolicy },
): Promise<{ readonly rows: readonly Row[]; readonly examples: ExampleSource }> {
  const all = selectRows(version, rows);
  const { sensitive } = work.policy;
  if (sensitive === 'keep') {
    work.checks.push('Secrets and personal data: not looked for, by request.');
    return { rows, examples: all };
  }
  const found = new Map<number, { readonly id: string; readonly kinds: readonly string[] }>();
  await visitExamples(all, { stage: 'sensitive', handle: work.handle }, (example, at) => {
    const kinds = [...new Set(findInExample(example).map(({ finding }) => finding.kind))];
    const place = rows[at]?.place;
    if (kinds.length > 0 && place !== undefined) found.set(place, { id: example.id, kinds });
  });
  if (sensitive === 'refuse' && found.size > 0) throw refuseSensitive([...found.values()]);
  const isRedacted = sensitive === 'redact';
  work.checks.push(`Secrets and personal data: ${isRedacted ? `redacted in ${found.size} examples` : 'none left'}.`);
  if (found.size === 0) return { rows, examples: all };
  if (!isRedacted) {
    work.leftOut['secrets or personal data'] = found.size;
    const kept = rows.filter(({ place }) => !found.has(place));
    return { rows: kept, examples: selectRows(version, kept) };
  }
  const examples = selectRows(version, rows, (example, place) => (found.has(place) ? redactExample(example) : example));
  return { rows, examples };
}

function refuseSensitive(found: readonly { readonly id: string; readonly kinds: readonly string[] }[]): QuarryError {
  const kinds = [...new Set(found.flatMap((finding) => finding.kinds))];
  return refused(
    `${found.length} examples hold secrets or personal data (${kinds.join(', ')}).`,
    'Run dataset_audit with action clean, or export with sensitive set to redact or drop.',
    { examples: found.slice(0, SHOWN), kinds },
  );
}

/** A suite that cannot be read could be touched by anything. */
function requireReadable({ unread }: GuardedSuites, { overrideSuites }: ExportPolicy): void {
  const blocking = unread.filter(({ name }) => !overrideSuites.includes(name));
  const [first] = blocking;
  if (first === undefined) return;
  const others = blocking.length > 1 ? ` (and ${blocking.length - 1} more suites)` : '';
  throw refused(
    `The suite ${JSON.stringify(first.name)}${others} cannot be read, so nobody knows whether examples touch its test split: ${first.problem}`,
    'Repair the suite, remove its folder, or name it in overrideSuites; that is recorded on the card.',
    { unreadable: blocking.slice(0, SHOWN) },
  );
}

/** The test firewall. Gives a line for each suite that was overridden by name. */
async function clearSuites(
  examples: ExampleSource,
  policy: ExportPolicy,
  work: Work & Pick<Ledger, 'checks'>,
): Promise<string[]> {
  const touched = new Map<string, { examples: string[]; evidence: string }>();
  await visitExamples(examples, { stage: 'firewall', handle: work.handle }, (example) => {
    const seen = new Set<string>();
    for (const overlap of textsOf(example).flatMap((text) => work.suites.index.find(text))) {
      if (!overlap.isTest || seen.has(overlap.suite)) continue;
      seen.add(overlap.suite);
      const evidence = `${overlap.item}: "${overlap.span.slice(0, 200)}"`;
      const known = touched.get(overlap.suite);
      if (known === undefined) touched.set(overlap.suite, { examples: [example.id], evidence });
      else known.examples.push(example.id);
    }
  });
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
  return [
    ...[...touched].map(
      ([suite, about]) =>
        `${about.examples.length} examples touch the test split of suite ${suite}; overridden by name`,
    ),
    ...work.suites.unread.map(
      ({ name }) => `suite ${name} cannot be read to its end, so examples may touch its test split; overridden by name`,
    ),
  ];
}

/** A line about the proof that no link crosses the splits. */
async function clearSplits(examples: ExampleSource, { handle }: Pick<Work, 'handle'>): Promise<string> {
  const { proof } = await proveSource(examples, { stage: 'splits', handle });
  const [crossing] = proof.crossing;
  if (crossing === undefined) return `Splits: ${proof.edges} links between examples, none crosses.`;
  const linked = await pickExamples(examples, new Set([crossing.first, crossing.second]));
  const ids = [linked.get(crossing.first)?.id, linked.get(crossing.second)?.id];
  throw refused(
    `${proof.crossing.length} links cross the splits; ${ids.join(' and ')} are linked (${crossing.kind}) but lie in different splits.`,
    'Run dataset_split, which puts linked examples into one split.',
    { crossing: proof.crossing.length, examples: ids },
  );
}
