import { type Example, parseExample } from '../../core/curation/example.js';
import { TRUST_THRESHOLD } from '../../core/curation/judge-trust.js';
import { ANSWERING_GRADE, isGold } from '../../core/curation/labelling/campaign.js';
import { type CampaignState, gradesByPlace, type Verdict } from '../../core/curation/labelling/campaign-state.js';
import { QuarryError } from '../../core/errors.js';
import type { DatasetAccess } from './dataset-access.js';

const MAX_TRIES = 10;

/** What judges agreed on for one example. */
interface Consensus {
  /** Grade by the passage's place. */
  readonly grades: ReadonlyMap<number, number>;
  readonly trust: number;
  readonly judges: string;
}

/** Writes the answers of a campaign into its dataset as one new version; a preview counts what would change. */
export async function applyLabels(
  access: DatasetAccess,
  dataset: string,
  { state, preview }: { readonly state: CampaignState; readonly preview: boolean },
): Promise<{ version: number; labels: number; changed: number; added: number }> {
  const graded = consensusByExample(state);
  const labels = state.verdicts.length;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const head = await access.require(dataset);
    const examples = await access.examples(head);
    const ids = new Set(examples.map((example) => example.id));
    const changes = new Map<string, Example>();
    for (const example of examples) {
      const consensus = graded.get(example.id);
      const changed = consensus === undefined ? example : applyConsensus(example, consensus);
      if (changed !== example) changes.set(example.id, changed);
    }
    const judged = examples.flatMap((example) => toJudged(example, graded.get(example.id)));
    const fresh = [...judged, ...state.verdicts.flatMap((verdict) => toWritten(verdict, state))].filter(
      (example) => !ids.has(example.id),
    );
    const added = [...new Map(fresh.map((example) => [example.id, example])).values()];
    if (preview) return { version: head.version, labels, changed: changes.size, added: added.length };
    try {
      const version = await access.change(head, {
        message: `Applied ${labels} labels: changed ${changes.size}, added ${added.length} examples`,
        notes: { labels: { accepted: labels, judges: state.judges() } },
        transform: (example) => changes.get(example.id) ?? example,
        append: added,
      });
      return { version: version.version, labels, changed: changes.size, added: added.length };
    } catch (error) {
      const isRace = error instanceof QuarryError && error.code === 'ALREADY_EXISTS';
      if (!isRace) throw error; // Another version was made meanwhile: the labels are applied to that one.
    }
  }
  throw new QuarryError('STORE_LOCKED', 'The dataset keeps changing while labels are applied.', { hint: 'Try again.' });
}

function consensusByExample(state: CampaignState): Map<string, Consensus> {
  const byExample = new Map<string, Verdict[]>();
  for (const verdict of state.verdicts) {
    const { item, answer } = verdict;
    if (item.exampleId === '' || item.repeats !== '' || answer.abstain) continue;
    byExample.set(item.exampleId, [...(byExample.get(item.exampleId) ?? []), verdict]);
  }
  const trusts = new Map(state.judges().map((judge) => [judge, state.trust(judge)]));
  return new Map([...byExample].map(([id, verdicts]) => [id, agreeOn(verdicts, trusts)]));
}

/** Mean grades weighted by trust; judges who are not trusted count only where there is nobody else. */
function agreeOn(verdicts: readonly Verdict[], trusts: ReadonlyMap<string, number>): Consensus {
  const trusted = verdicts.filter(({ judge }) => (trusts.get(judge) ?? 0) >= TRUST_THRESHOLD);
  const counted = trusted.length > 0 ? trusted : verdicts;
  const sums = new Map<number, { weighted: number; weight: number }>();
  for (const { judge, item, answer } of counted) {
    const weight = trusts.get(judge) ?? 0;
    for (const { place, grade } of gradesByPlace(item, answer)) {
      const sum = sums.get(place) ?? { weighted: 0, weight: 0 };
      sums.set(place, { weighted: sum.weighted + grade * weight, weight: sum.weight + weight });
    }
  }
  const names = [...new Set(counted.map(({ judge }) => judge))].sort();
  return {
    grades: new Map(
      [...sums].map(([place, { weighted, weight }]) => [place, weight === 0 ? 0 : Math.round(weighted / weight)]),
    ),
    trust: names.reduce((sum, judge) => sum + (trusts.get(judge) ?? 0), 0) / Math.max(1, names.length),
    judges: names.join(', ').slice(0, 200),
  };
}

function rebuilt(example: Example, change: Readonly<Record<string, unknown>>): Example {
  const { id: _id, ...rest } = example;
  const parsed = parseExample({ ...rest, ...change });
  return 'example' in parsed ? parsed.example : example;
}

/** Accepts or rejects by the positive's grade; negatives that answer the query after all are taken out. */
function applyConsensus(example: Example, { grades, trust, judges }: Consensus): Example {
  // What was accepted before is gold: it measures the judges, not they it.
  if (isGold(example)) return example;
  const grade = grades.get(0);
  if (grade === undefined) return example;
  const provenance = { ...example.provenance, judge: judges };
  if (example.kind === 'judged') {
    return rebuilt(example, { fields: { ...example.fields, grade }, review: 'accepted', trust, provenance });
  }
  const review = grade >= ANSWERING_GRADE ? 'accepted' : 'rejected';
  if (example.kind !== 'triplet') return { ...example, review, trust, provenance };
  const isNegative = (at: number): boolean => (grades.get(at + 1) ?? 0) < ANSWERING_GRADE;
  const { anchor, positive } = example.fields;
  const negatives = example.fields.negatives.filter((_, at) => isNegative(at));
  const negativeDocuments = provenance.negativeDocuments.filter((_, at) => isNegative(at));
  const shape =
    negatives.length === 0
      ? { kind: 'pair', fields: { anchor, positive } }
      : { fields: { anchor, positive, negatives } };
  return rebuilt(example, { ...shape, review, trust, provenance: { ...provenance, negativeDocuments } });
}

/** Every graded passage as a judged example of its own, for benchmarks and rerankers. */
function toJudged(example: Example, consensus: Consensus | undefined): Example[] {
  if (consensus === undefined || (example.kind !== 'pair' && example.kind !== 'triplet')) return [];
  const { anchor, positive } = example.fields;
  const passages = example.kind === 'triplet' ? [positive, ...example.fields.negatives] : [positive];
  return [...consensus.grades].flatMap(([place, grade]) => {
    const passage = passages[place];
    if (passage === undefined) return [];
    const { provenance } = example;
    const parsed = parseExample({
      kind: 'judged',
      fields: { query: anchor, passage, grade },
      split: example.split,
      licence: place === 0 ? example.licence : '',
      category: example.category,
      language: example.language,
      review: 'accepted',
      trust: consensus.trust,
      provenance: {
        ...(place === 0 ? provenance : {}),
        documentId: place === 0 ? provenance.documentId : (provenance.negativeDocuments[place - 1] ?? ''),
        negativeDocuments: [],
        method: 'label',
        rule: 'graded',
        judge: consensus.judges,
        cluster: provenance.cluster,
      },
    });
    return 'example' in parsed ? [parsed.example] : [];
  });
}

/** A written question as a pair for embedding models and as an instruction for chat models, tied into one split. */
function toWritten({ judge, item, answer }: Verdict, state: CampaignState): Example[] {
  const { origin } = item;
  if (item.task !== 'write' || answer.abstain || origin === null) return [];
  const trust = state.trust(judge);
  const shared = {
    licence: origin.licence,
    language: origin.language,
    category: origin.category === '' ? 'written' : origin.category,
    review: trust >= TRUST_THRESHOLD ? 'accepted' : 'needs-review',
    trust,
    provenance: {
      source: origin.sourceId,
      uri: origin.uri,
      documentId: origin.documentId,
      contentHash: origin.contentHash,
      start: origin.start,
      end: origin.end,
      method: 'write',
      rule: answer.onlyHere ? 'question that search misses' : 'question',
      judge,
      cluster: item.id,
    },
  };
  const passage = item.passages[0]?.text ?? '';
  const question = answer.question.trim();
  return [
    parseExample({ kind: 'pair', fields: { anchor: question, positive: passage }, ...shared }),
    parseExample({
      kind: 'instruction',
      fields: { instruction: question, input: '', output: answer.answer.trim() },
      ...shared,
    }),
  ].flatMap((parsed) => ('example' in parsed ? [parsed.example] : []));
}
