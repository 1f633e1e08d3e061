import { z } from 'zod';
import { sha256 } from '../../identity.js';
import type { Example } from '../example.js';
import { TRUST_THRESHOLD } from '../judge-trust.js';

/** What judges are asked to do. */
export const LABEL_TASKS = ['grade', 'write'] as const;
/** One of {@link LABEL_TASKS}. */
export type LabelTask = (typeof LABEL_TASKS)[number];

/** Grade from which a passage answers its query. */
export const ANSWERING_GRADE = 2;

/** Names that passages of a work item are shown under. */
export const PASSAGE_LABELS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;

/** A passage of the knowledge. */
const originSchema = z.strictObject({
  collection: z.string(),
  documentId: z.string(),
  sourceId: z.string(),
  uri: z.string(),
  contentHash: z.string(),
  start: z.int(),
  end: z.int(),
  licence: z.string(),
  language: z.string(),
  category: z.string(),
});

/** One thing to judge: a question with passages to grade, or a passage to write a question for. */
export const workItemSchema = z.strictObject({
  id: z.string(),
  task: z.enum(LABEL_TASKS),
  /** Example that is judged; empty for writing. */
  exampleId: z.string(),
  query: z.string(),
  /** In the order in which they are shown. Place among the example's passages: 0 the positive, 1.. the negatives; -1 a control. */
  passages: z.array(z.strictObject({ place: z.int(), text: z.string() })),
  /** Judges that are to see it. */
  judges: z.union([z.literal(1), z.literal(2)]),
  /** Lowest and highest right grade of the passage at each shown place; null where it is not known. Never shown. */
  gold: z.array(z.strictObject({ low: z.int(), high: z.int() }).nullable()),
  /** Item that this one repeats in another order; only for the judge of that one. */
  repeats: z.string(),
  /** Where a written question's passage comes from. */
  origin: originSchema.nullable(),
  /** Why a question is wanted for this passage rather than another one, in a sentence; empty for no reason but chance. */
  why: z.string().default(''),
});

/** One thing to judge. */
export type WorkItem = z.output<typeof workItemSchema>;
/** Where a passage of the knowledge stands. */
export type PassageOrigin = z.output<typeof originSchema>;
type ItemPassage = WorkItem['passages'][number];
type GoldRange = NonNullable<WorkItem['gold'][number]>;

/** One grade of a passage with its proof. */
export const gradeSchema = z.strictObject({
  label: z.enum(PASSAGE_LABELS),
  grade: z.int().min(0).max(3),
  quote: z.string().max(4_000).default(''),
});

/** What a judge hands in. */
export const answerSchema = z.strictObject({
  abstain: z.boolean().default(false),
  reason: z.string().max(1_000).default(''),
  grades: z.array(gradeSchema).max(PASSAGE_LABELS.length).default([]),
  question: z.string().max(2_000).default(''),
  answer: z.string().max(8_000).default(''),
  quote: z.string().max(4_000).default(''),
  /** Whether the writer has looked at what search finds instead, and it does not answer the question. */
  onlyHere: z.boolean().default(false),
});
/** What a judge hands in. */
export type LabelAnswer = z.output<typeof answerSchema>;

/** Why an answer was not taken. */
export const REJECTIONS = [
  'quote-not-found',
  'quote-too-short',
  'grades-missing',
  'incomplete',
  'lease-lost',
  'already-done',
  'not-answerable',
  'duplicate',
  'leaks-into-suite',
  'too-close',
] as const;
/** One of {@link REJECTIONS}. */
export type Rejection = (typeof REJECTIONS)[number];

/** Entries of a campaign's ledger. */
export const labelEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open'),
    task: z.enum(LABEL_TASKS),
    /** Version of the dataset that items are made of. */
    version: z.int(),
    seed: z.int(),
    collections: z.array(z.string()),
    /** Items of a writing campaign, which the knowledge may lose; grading items are made of the version again. */
    items: z.array(workItemSchema),
    at: z.string(),
  }),
  z.strictObject({
    type: z.literal('lease'),
    lease: z.string(),
    judge: z.string(),
    items: z.array(z.string()),
    until: z.string(),
  }),
  z.strictObject({
    type: z.literal('answer'),
    judge: z.string(),
    item: z.string(),
    answer: answerSchema,
    rejection: z.enum(REJECTIONS).nullable(),
    detail: z.string(),
    at: z.string(),
  }),
  z.strictObject({ type: z.literal('applied'), version: z.int(), upTo: z.int() }),
]);
/** One entry of a campaign's ledger. */
export type LabelEvent = z.output<typeof labelEventSchema>;

/** A number in [0, 1) that depends on nothing but the words. */
function place(...words: readonly string[]): number {
  return Number.parseInt(sha256(JSON.stringify(words)).slice(0, 12), 16) / 2 ** 48;
}

/** The passages in an order that nobody can guess without the seed. */
function shuffled<T>(list: readonly T[], ...words: readonly string[]): T[] {
  return list
    .map((value, at) => ({ value, key: place(...words, String(at)) }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Share of items that get a control passage, a second judge, and a repetition. */
const CONTROL_SHARE = 0.2;
const SECOND_SHARE = 0.2;
const REPEAT_SHARE = 0.1;

interface Judgeable {
  readonly example: Example;
  readonly query: string;
  readonly passages: readonly string[];
}

function judgeable(example: Example): Judgeable | undefined {
  if (example.review === 'rejected') return undefined;
  if (example.kind === 'pair') return { example, query: example.fields.anchor, passages: [example.fields.positive] };
  if (example.kind === 'judged') return { example, query: example.fields.query, passages: [example.fields.passage] };
  if (example.kind !== 'triplet') return undefined;
  const { anchor, positive, negatives } = example.fields;
  return { example, query: anchor, passages: [positive, ...negatives].slice(0, PASSAGE_LABELS.length - 1) };
}

/**
 * Work items of a grading campaign, made of a version of a dataset: the same version and seed give the same items.
 * Accepted examples, unless by judges who are not trusted, serve as hidden gold; of the others one in five is mixed with a control passage from another
 * example that cannot be right, one in five gets a second judge, one in ten comes again in reversed order.
 */
export function gradingItems(examples: readonly Example[], seed: number): WorkItem[] {
  const known = examples.map(judgeable).filter((entry) => entry !== undefined);
  const open = known.filter(({ example }) => !isGold(example));
  const gold = known.filter(({ example }) => isGold(example));
  const salt = String(seed);
  const items = open.flatMap((entry): WorkItem[] => {
    const { id } = entry.example;
    const control = place(salt, 'control', id) < CONTROL_SHARE ? controlFor(entry, known, salt) : undefined;
    const item = toItem(entry, salt, control);
    const judges = place(salt, 'second', id) < SECOND_SHARE ? 2 : 1;
    const first: WorkItem = { ...item, judges };
    if (place(salt, 'repeat', id) >= REPEAT_SHARE) return [first];
    const passages = [...item.passages].reverse();
    const repeated = {
      ...item,
      id: itemId(salt, 'repeat', id),
      passages,
      gold: [...item.gold].reverse(),
      repeats: item.id,
    };
    return [first, repeated];
  });
  const hidden = shuffled(gold, salt, 'gold')
    .slice(0, Math.max(1, Math.ceil(open.length / 8)))
    .map((entry) => ({ ...toItem(entry, salt, undefined), judges: 2 as const, gold: goldOf(entry, salt) }));
  return [...items, ...hidden].sort((a, b) => place(salt, 'order', a.id) - place(salt, 'order', b.id));
}

/** Whether an example is certain enough to measure judges by. */
export function isGold(example: Example): boolean {
  return example.review === 'accepted' && example.trust >= TRUST_THRESHOLD;
}

function itemId(...words: readonly string[]): string {
  return `item_${sha256(JSON.stringify(words)).slice(0, 20)}`;
}

function toItem(entry: Judgeable, salt: string, control: string | undefined): WorkItem {
  const own = entry.passages.map((text, at): ItemPassage => ({ place: at, text }));
  const all = control === undefined ? own : [...own, { place: -1, text: control }];
  const passages = shuffled(all, salt, 'passages', entry.example.id);
  return {
    id: itemId(salt, 'grade', entry.example.id),
    task: 'grade',
    exampleId: entry.example.id,
    query: entry.query,
    passages,
    judges: 1,
    gold: passages.map((passage) => (passage.place === -1 ? { low: 0, high: ANSWERING_GRADE - 1 } : null)),
    repeats: '',
    origin: null,
    why: '',
  };
}

/** Right grades of an accepted example: on the same side as what was accepted; its positive answers, its negatives do not. */
function goldOf(entry: Judgeable, salt: string): (GoldRange | null)[] {
  const { example } = entry;
  return toItem(entry, salt, undefined).passages.map((passage) => {
    const isAnswer = example.kind === 'judged' ? example.fields.grade >= ANSWERING_GRADE : passage.place === 0;
    return isAnswer ? { low: ANSWERING_GRADE, high: 3 } : { low: 0, high: ANSWERING_GRADE - 1 };
  });
}

/** A passage of another document that shares no long word with the query. */
function controlFor(entry: Judgeable, all: readonly Judgeable[], salt: string): string | undefined {
  const words = entry.query.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const start = Math.floor(place(salt, 'control-of', entry.example.id) * all.length);
  for (let step = 0; step < Math.min(all.length, 50); step++) {
    const other = all[(start + step) % all.length];
    const text = other?.passages[0];
    if (other === undefined || text === undefined || other.example.id === entry.example.id) continue;
    if (
      other.example.provenance.documentId !== '' &&
      other.example.provenance.documentId === entry.example.provenance.documentId
    )
      continue;
    const lower = text.toLowerCase();
    if (!entry.passages.includes(text) && !words.some((word) => lower.includes(word))) return text;
  }
  return undefined;
}

/** A work item for writing a question about a passage. */
export function writingItem(text: string, origin: PassageOrigin, about: { seed: number; why: string }): WorkItem {
  return {
    id: itemId(String(about.seed), 'write', origin.documentId, String(origin.start), String(origin.end)),
    task: 'write',
    exampleId: '',
    query: '',
    passages: [{ place: 0, text }],
    judges: 1,
    gold: [null],
    repeats: '',
    origin,
    why: about.why,
  };
}
