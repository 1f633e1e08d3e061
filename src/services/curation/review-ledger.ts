import { z } from 'zod';
import type { DatasetStore, DatasetVersion } from '../../core/curation/ports.js';
import { REVIEW_STATES, type ReviewState } from '../../core/curation/review-states.js';
import { QuarryError } from '../../core/errors.js';
import { parseEntry } from './ledger-entry.js';

/** Name of the ledger that a dataset keeps of people's decisions; campaigns of labelling have other names. */
const LEDGER = 'review';
/** Name of the note with which a version tells up to which entry of the ledger it holds the decisions. */
const NOTE = 'review';
const MAX_TRIES = 50;

const decisionSchema = z.strictObject({ example: z.string(), review: z.enum(REVIEW_STATES), at: z.string() });
const noteSchema = z.object({ upTo: z.int() });

/** What a person has decided about an example. */
type ReviewDecision = z.output<typeof decisionSchema>;

/** Takes the decisions of one sitting, one after another. What the ledger holds is looked up once, and again when others write too. */
export class ReviewLedger {
  readonly #store: DatasetStore;
  readonly #dataset: string;
  /** Number of the last entry that is known of. */
  #last: number | undefined;

  constructor(store: DatasetStore, dataset: string) {
    this.#store = store;
    this.#dataset = dataset;
  }

  /** Keeps a decision; durable when it resolves. @throws QuarryError STORE_LOCKED when others write without end */
  async keep(decision: ReviewDecision): Promise<void> {
    let last = this.#last ?? (await this.#lastAfter(await appliedUpTo(this.#store, this.#dataset)));
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const entry = { sequence: last + 1, value: decision };
      const isMine = await this.#store.appendLedger(this.#dataset, LEDGER, entry);
      last = isMine ? entry.sequence : await this.#lastAfter(last);
      this.#last = last;
      if (isMine) return;
    }
    throw new QuarryError('STORE_LOCKED', 'Too many people review this dataset at the same moment.', {
      hint: 'Try again.',
    });
  }

  async #lastAfter(known: number): Promise<number> {
    return (await this.#store.readLedger(this.#dataset, LEDGER, known)).at(-1)?.sequence ?? known;
  }
}

/**
 * Writes decisions that no version holds yet into a new version, and gives it; gives `head` when there are none. The version
 * itself says how far it got, so nothing is lost or applied twice, whatever dies when.
 */
export async function foldDecisions(store: DatasetStore, head: DatasetVersion, now: string): Promise<DatasetVersion> {
  if (!(await store.ledgers(head.name)).includes(LEDGER)) return head;
  const entries = await store.readLedger(head.name, LEDGER, await appliedUpTo(store, head.name));
  const upTo = entries.at(-1)?.sequence;
  if (upTo === undefined) return head;
  const decisions = entries.map((entry) => parseEntry(decisionSchema, entry));
  const states = new Map<string, ReviewState>(decisions.map(({ example, review }) => [example, review]));
  const count = (state: ReviewState): number => [...states.values()].filter((decided) => decided === state).length;
  return store.commit(head.name, {
    parent: head.version,
    createdAt: now,
    message: `Reviewed: accepted ${count('accepted')}, rejected ${count('rejected')} examples`,
    about: head.about,
    notes: { ...head.notes, [NOTE]: { upTo } },
    transform: (example) => {
      const review = states.get(example.id);
      return review === undefined || review === example.review ? example : { ...example, review };
    },
  });
}

/** The last entry that a version holds. Any version counts: one that is restored brings back its rows, not its decisions. */
async function appliedUpTo(store: DatasetStore, dataset: string): Promise<number> {
  const versions = await store.history(dataset);
  return versions.reduce((most, { notes }) => {
    const note = noteSchema.safeParse(notes[NOTE]);
    return Math.max(most, note.success ? note.data.upTo : 0);
  }, 0);
}
