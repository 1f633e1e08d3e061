import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundSqlite } from '../peers/sqlite.js';
import { type AnswerSpan, holdsAnswer, readSpanFile, staleSpans } from './answer-spans.js';
import type { Evaluation } from './evaluation.js';
import type { FileCollection } from './file-collection.js';
import { askFts5 } from './fts5-peer.js';
import { createGrep } from './grep-peer.js';
import { foldDocuments } from './rankings.js';
import { type Answer, askAboutFiles, type Build, type Way } from './tasks.js';

/** Name of the peer in tables. */
export const FTS5 = 'FTS5 sections';
/** Name of the other peer in tables. */
export const GREP = 'grep -n -C3';
/** The product as it is asked without any option. */
export const DEFAULT_WAY = 'hybrid';

/** How the product is asked: as it is, with ten hits, and by keywords alone. */
const WAYS: readonly Way[] = [
  { name: DEFAULT_WAY, input: {}, keepsText: true },
  { name: 'hybrid, limit 10', input: { limit: 10 }, keepsText: false },
  { name: 'keyword', input: { mode: 'keyword' }, keepsText: false },
];

/** A build with what its rows are called in front of the way's name. */
export interface LabelledBuild extends Build {
  readonly label: string;
}

/** What collections of files are measured with. */
export interface FileSettings {
  readonly builds: readonly LabelledBuild[];
  readonly peer: FoundSqlite;
  /** Folder of marked answers. */
  readonly spans: string;
}

/** Asks every build and the peers about one collection of files. */
export async function evaluateFiles(
  collection: FileCollection,
  { builds, peer, spans: folder }: FileSettings,
  evaluation: Evaluation,
): Promise<void> {
  const { name, files, questions, qrels } = collection;
  const spans = await fittingSpans(collection, folder, evaluation);
  for (const build of builds) {
    process.stderr.write(`${name}: ${build.checkout} takes in ${files.length} files ...\n`);
    const answers = await askAboutFiles(build, { files, questions, ways: WAYS });
    for (const way of WAYS) {
      const given = answers.filter((answer) => answer.way === way.name);
      const at = { configuration: build.label + way.name, collection: name };
      const rankings = new Map(given.map((answer) => [answer.question, foldDocuments(answer.documents)]));
      evaluation.board.addRankings(at, rankings, qrels);
      evaluation.addLatency(at, given);
    }
    addTexts(collection, { answers, spans, label: build.label }, evaluation);
  }
  if ('sqlite' in peer) {
    evaluation.board.addRankings({ configuration: FTS5, collection: name }, askFts5(peer.sqlite, collection), qrels);
  }
}

/** The marked answers that stand in these files; the others are noted. */
async function fittingSpans(
  { name, files }: FileCollection,
  folder: string,
  evaluation: Evaluation,
): Promise<readonly AnswerSpan[]> {
  const path = join(folder, `${name}.json`);
  if (!existsSync(path)) return [];
  const { spans } = await readSpanFile(path);
  const stale = staleSpans(spans, files);
  if (stale.length > 0) {
    evaluation.notes.push(`${stale.length} of ${spans.length} marked answers of ${name} do not fit these files.`);
  }
  return spans.filter((span) => !stale.includes(span));
}

/** Looks for the marked answers in the default answers and, for the first build, in what grep prints at the same size. */
function addTexts(
  { files, questions }: FileCollection,
  { answers, spans, label }: { answers: readonly Answer[]; spans: readonly AnswerSpan[]; label: string },
  evaluation: Evaluation,
): void {
  const grep = createGrep(files);
  const texts = new Map(answers.filter(({ way }) => way === DEFAULT_WAY).map((one) => [one.question, one.text]));
  for (const question of questions) {
    const marked = spans.filter((span) => span.query === question.id);
    if (marked.length === 0) continue;
    const text = texts.get(question.id) ?? '';
    evaluation.addText(label + DEFAULT_WAY, text, holdsAnswer(text, marked));
    const printed = grep(question.text, text.length);
    evaluation.addText(`${GREP}, cut at the size of ${label}${DEFAULT_WAY}`, printed, holdsAnswer(printed, marked));
  }
}
