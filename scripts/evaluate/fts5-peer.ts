import type { Sqlite } from '../peers/sqlite.js';
import type { FileCollection } from './file-collection.js';
import { foldDocuments } from './rankings.js';
import { cutSections } from './sections.js';

/** Sections looked at for a question. */
const DEPTH = 200;

/**
 * The peer "SQLite FTS5 over heading sections": two columns (heading, text), Porter stemming, the question's words joined
 * by OR, bm25 with weights 10 and 1. Paths of documents in order, by question.
 */
export function askFts5(sqlite: Sqlite, { files, questions }: FileCollection): Map<string, string[]> {
  const database = sqlite.open();
  try {
    database.exec(`CREATE VIRTUAL TABLE sections USING fts5(heading, text, tokenize = 'porter unicode61')`);
    const insert = database.prepare('INSERT INTO sections(rowid, heading, text) VALUES (?, ?, ?)');
    const paths: string[] = [];
    database.exec('BEGIN');
    for (const file of files) {
      for (const { heading, text } of cutSections(file)) insert.run(paths.push(file.path), heading, text);
    }
    database.exec('COMMIT');
    const ask = database.prepare(
      `SELECT rowid AS id FROM sections WHERE sections MATCH ? ORDER BY bm25(sections, 10.0, 1.0) LIMIT ${DEPTH}`,
    );
    return new Map(
      questions.map(({ id, text }) => {
        const match = matchOf(text);
        // Rows hold the one column that was asked for.
        const rows = match === '' ? [] : (ask.all(match) as { readonly id: number }[]);
        return [id, foldDocuments(rows.map((row) => paths[row.id - 1] ?? ''))];
      }),
    );
  } finally {
    database.close();
  }
}

/** A question as a query of FTS5: runs of letters and digits, each in quotes, joined by OR; repeated words stay. */
export function matchOf(question: string): string {
  return [...question.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => `"${word}"`).join(' OR ');
}
