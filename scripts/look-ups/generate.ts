import { changeKinds } from './changes.js';
import { Draw } from './draw.js';
import { fileKinds, recordKinds } from './files.js';
import {
  errorKind,
  hostKinds,
  identifierKinds,
  type LookUpDocument,
  optionKinds,
  sectionKinds,
  settingKinds,
} from './kinds.js';

/** A question of the suite and the one document that answers it. */
export interface LookUp {
  readonly id: string;
  readonly text: string;
  readonly kind: string;
  readonly document: string;
}

/** The whole suite. */
export interface LookUps {
  readonly documents: readonly LookUpDocument[];
  readonly lookUps: readonly LookUp[];
}

/** Seed of the suite in eval/look-ups. */
export const LOOK_UPS_SEED = 20_311_130;

/** Grade of the document that is meant. */
const MEANT = 2;

/** Invents documents that hold exact names, and questions for some of them: the same for the same seed. */
export function generateLookUps(seed: number): LookUps {
  const draw = new Draw(seed);
  const kinds = [
    ...changeKinds(draw),
    ...optionKinds(draw),
    ...settingKinds(draw),
    ...identifierKinds(draw),
    ...hostKinds(draw),
    errorKind(draw),
    ...sectionKinds(draw),
    ...fileKinds(draw),
    ...recordKinds(draw),
  ];
  const documents = kinds.flatMap(({ named }) => named.map(({ document }) => document));
  const lookUps = kinds.flatMap(({ kind, asked, named, ask }) =>
    named.slice(0, asked).flatMap(({ name, document }, at) =>
      ask(name).map((text, phrasing) => ({
        id: `${kind}-${at + 1}${'abc'.charAt(phrasing)}`,
        text,
        kind,
        document: document.path,
      })),
    ),
  );
  return { documents: documents.sort((a, b) => (a.path < b.path ? -1 : 1)), lookUps };
}

/** The suite's files by name, in BEIR layout. */
export function renderSuite({ documents, lookUps }: LookUps): Map<string, string> {
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const judged = lookUps.map(({ id, document }) => `${id}\t${document}\t${MEANT}\n`);
  return new Map([
    ['corpus.jsonl', lines(documents.map(({ path, title, text }) => ({ _id: path, title, text })))],
    ['queries.jsonl', lines(lookUps.map(({ id, text, kind }) => ({ _id: id, text, metadata: { type: kind } })))],
    ['qrels/test.tsv', `query-id\tcorpus-id\tscore\n${judged.join('')}`],
  ]);
}
