import type { Example } from '../example.js';
import type { TableColumn } from '../ports.js';

/** Shapes that a dataset can be exported in. */
export const EXPORT_FORMATS = [
  'pair',
  'triplet',
  'n-tuple',
  'scored',
  'beir',
  'openai',
  'alpaca',
  'sharegpt',
  'jsonl',
  'parquet',
] as const;
/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One row of an export, keys in the order in which they are written. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** Grade from which a judged passage counts as a positive. */
const POSITIVE_GRADE = 2;

/** A question, so that its answer is an instruction's output. */
function isQuestion(text: string): boolean {
  return /[?？؟]\s*$/.test(text);
}

/** anchor and positive, as sentence-transformers' MultipleNegativesRankingLoss reads them. */
function toPairs(example: Example): ExportRow[] {
  if (example.kind === 'pair' || example.kind === 'triplet') {
    return [{ anchor: example.fields.anchor, positive: example.fields.positive }];
  }
  if (example.kind === 'judged' && example.fields.grade >= POSITIVE_GRADE) {
    return [{ anchor: example.fields.query, positive: example.fields.passage }];
  }
  return [];
}

/** anchor, positive, negative: one row for each negative. */
function toTriplets(example: Example): ExportRow[] {
  if (example.kind !== 'triplet') return [];
  const { anchor, positive, negatives } = example.fields;
  return negatives.map((negative) => ({ anchor, positive, negative }));
}

/** anchor, positive, negative_1 .. negative_n; rows with fewer negatives are left out, since every row must have every column. */
function toTuples(example: Example, negatives: number): ExportRow[] {
  if (example.kind !== 'triplet' || example.fields.negatives.length < negatives) return [];
  const { anchor, positive } = example.fields;
  const others = example.fields.negatives.slice(0, negatives).map((text, at) => [`negative_${at + 1}`, text] as const);
  return [{ anchor, positive, ...Object.fromEntries(others) }];
}

/** sentence1, sentence2, score in 0..1, as CosineSimilarityLoss and CoSENTLoss read them. */
function toScored(example: Example): ExportRow[] {
  if (example.kind === 'scored') {
    const { sentence1, sentence2, score } = example.fields;
    return [{ sentence1, sentence2, score }];
  }
  if (example.kind !== 'judged') return [];
  const { query, passage, grade } = example.fields;
  return [{ sentence1: query, sentence2: passage, score: grade / 3 }];
}

interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The example as a conversation: chats as they are, instructions and answered questions (with negatives or without) as one turn. */
function toMessages(example: Example): Message[] | undefined {
  if (example.kind === 'chat') return example.fields.messages.map(({ role, content }) => ({ role, content }));
  const turn = (user: string, assistant: string): Message[] => [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ];
  if (example.kind === 'instruction') {
    const { instruction, input, output } = example.fields;
    return turn(input === '' ? instruction : `${instruction}\n\n${input}`, output);
  }
  if ((example.kind === 'pair' || example.kind === 'triplet') && isQuestion(example.fields.anchor)) {
    return turn(example.fields.anchor, example.fields.positive);
  }
  return undefined;
}

/** As {@link toMessages}, where the assistant has the last word, which is what trainers learn from. */
function toAnswered(example: Example): Message[] | undefined {
  const messages = toMessages(example);
  return messages?.at(-1)?.role === 'assistant' ? messages : undefined;
}

/** {messages: [{role, content}]}, as OpenAI's fine-tuning reads it. */
function toOpenai(example: Example): ExportRow[] {
  const messages = toAnswered(example);
  return messages === undefined ? [] : [{ messages }];
}

const SHAREGPT_NAMES = { system: 'system', user: 'human', assistant: 'gpt' } as const;

/** {conversations: [{from, value}]}. */
function toSharegpt(example: Example): ExportRow[] {
  const messages = toAnswered(example);
  if (messages === undefined) return [];
  return [{ conversations: messages.map(({ role, content }) => ({ from: SHAREGPT_NAMES[role], value: content })) }];
}

/** {instruction, input, output}; of chats only those with one question and one answer. */
function toAlpaca(example: Example): ExportRow[] {
  if (example.kind === 'instruction') {
    const { instruction, input, output } = example.fields;
    return [{ instruction, input, output }];
  }
  const messages = toMessages(example);
  const [first, second] = messages ?? [];
  if (messages?.length !== 2 || first?.role !== 'user' || second?.role !== 'assistant') return [];
  return [{ instruction: first.content, input: '', output: second.content }];
}

/**
 * Every kind of example in one flat table: texts by name, what does not apply empty or null, provenance in columns. Lists
 * are JSON text, not Parquet's JSON type, which the hub's readers do not know.
 */
export function toPlainRow(example: Example): ExportRow {
  const { fields, provenance } = example;
  const text = (name: string): string | null => {
    const value = Object.entries(fields).find(([key]) => key === name)?.[1];
    return typeof value === 'string' ? value : null;
  };
  return {
    id: example.id,
    kind: example.kind,
    anchor: text('anchor') ?? text('sentence1') ?? text('query') ?? text('instruction'),
    positive: text('positive') ?? text('sentence2') ?? text('passage') ?? text('output'),
    input: text('input'),
    negatives: example.kind === 'triplet' ? JSON.stringify(example.fields.negatives) : null,
    messages: example.kind === 'chat' ? JSON.stringify(example.fields.messages) : null,
    score: example.kind === 'scored' ? example.fields.score : null,
    grade: example.kind === 'judged' ? example.fields.grade : null,
    split: example.split,
    licence: example.licence,
    language: example.language,
    category: example.category,
    tags: JSON.stringify(example.tags),
    flags: JSON.stringify(example.flags),
    review: example.review,
    trust: example.trust,
    source: provenance.source,
    uri: provenance.uri,
    document_id: provenance.documentId,
    content_hash: provenance.contentHash,
    start: provenance.start,
    end: provenance.end,
    method: provenance.method,
    rule: provenance.rule,
    judge: provenance.judge,
  };
}

const PLAIN_TYPES: Readonly<Record<string, TableColumn['type']>> = {
  score: 'double',
  trust: 'double',
  grade: 'int32',
  start: 'int32',
  end: 'int32',
};

/** Rows that an example gives in a format; none when it does not fit. BEIR has no rows, see `beir.ts`. */
export function toExportRows(example: Example, format: ExportFormat, negatives: number): ExportRow[] {
  switch (format) {
    case 'pair':
      return toPairs(example);
    case 'triplet':
      return toTriplets(example);
    case 'n-tuple':
      return toTuples(example, negatives);
    case 'scored':
      return toScored(example);
    case 'openai':
      return toOpenai(example);
    case 'sharegpt':
      return toSharegpt(example);
    case 'alpaca':
      return toAlpaca(example);
    case 'jsonl':
      return [{ ...example }];
    case 'parquet':
      return [toPlainRow(example)];
    case 'beir':
      return [];
  }
}

/** Columns of a format that is a flat table; undefined for those that are not. */
export function exportColumns(format: ExportFormat, negatives: number): readonly TableColumn[] | undefined {
  const texts = (...names: string[]): TableColumn[] => names.map((name) => ({ name, type: 'string' }));
  switch (format) {
    case 'pair':
      return texts('anchor', 'positive');
    case 'triplet':
      return texts('anchor', 'positive', 'negative');
    case 'n-tuple':
      return texts('anchor', 'positive', ...Array.from({ length: negatives }, (_, at) => `negative_${at + 1}`));
    case 'scored':
      return [...texts('sentence1', 'sentence2'), { name: 'score', type: 'double' }];
    case 'alpaca':
      return texts('instruction', 'input', 'output');
    case 'parquet':
      return PLAIN_COLUMNS.map((name) => ({ name, type: PLAIN_TYPES[name] ?? 'string' }));
    default:
      return undefined;
  }
}

const PLAIN_COLUMNS: readonly string[] = [
  'id',
  'kind',
  'anchor',
  'positive',
  'input',
  'negatives',
  'messages',
  'score',
  'grade',
  'split',
  'licence',
  'language',
  'category',
  'tags',
  'flags',
  'review',
  'trust',
  'source',
  'uri',
  'document_id',
  'content_hash',
  'start',
  'end',
  'method',
  'rule',
  'judge',
];
