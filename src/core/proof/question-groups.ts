import { sameTextKey } from '../curation/exact-duplicates.js';
import { UnionFind } from '../curation/union-find.js';

/** A judged question as far as it can hang together with others. */
export interface LinkedQuestion {
  readonly id: string;
  readonly text: string;
  /** Documents that answer it. */
  readonly documents: readonly string[];
}

/**
 * Groups of questions that hang together, directly or through others: they share a document that answers, or their words
 * are the same but for case and signs. What is learned of one question of a group is known of all, so that a group is
 * held out whole. Gives the group of each question, numbered from 0 in their order.
 */
export function groupQuestions(questions: readonly LinkedQuestion[]): number[] {
  const sets = new UnionFind(questions.length);
  const first = new Map<string, number>();
  questions.forEach(({ text, documents }, at) => {
    for (const key of [`text ${sameTextKey(text)}`, ...documents.map((document) => `document ${document}`)]) {
      const before = first.get(key);
      if (before === undefined) first.set(key, at);
      else sets.join(before, at);
    }
  });
  const groups = new Array<number>(questions.length).fill(0);
  sets.groups().forEach((members, group) => {
    for (const member of members) groups[member] = group;
  });
  return groups;
}
