import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

const SESSION = 'training-judging';

const itemSchema = z.strictObject({
  document: z.string(),
  /** Passage that is judged for the document. */
  passage: z.string(),
  before: z.int().nullable(),
  after: z.int().nullable(),
  /** 1 over the chance that it was asked about. */
  weight: z.number(),
});

/** A question with what it takes to know which of two rankings is better for it. */
const askedSchema = z.strictObject({
  question: z.string(),
  /** Dataset that its items are judged in; empty where both rank alike. */
  dataset: z.string(),
  items: z.array(itemSchema),
  /** The most that its items could come to. */
  most: z.number(),
  /** Documents among the counted ranks of either: what judging everything would ask. */
  pool: z.int(),
});
/** A question with what it takes to know which of two rankings is better for it. */
export type AskedQuestion = z.output<typeof askedSchema>;

const sessionSchema = z.strictObject({
  run: z.string(),
  /** Questions to ask, in a fixed order; those at the front are asked first. */
  waiting: z.array(z.string()),
  asked: z.array(askedSchema),
});
/** Judging that decides a run. */
export type JudgingSession = z.output<typeof sessionSchema>;

/** The judging of a run; one that holds nothing where none was begun. @throws QuarryError STORE_BROKEN */
export async function readSession({ store }: ServiceContext, run: string): Promise<JudgingSession> {
  const value = await store.getRecord(SESSION, run);
  if (value === undefined) return { run, waiting: [], asked: [] };
  const parsed = sessionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new QuarryError('STORE_BROKEN', `The judging of run ${run} cannot be read.`, {
    cause: parsed.error,
    hint: 'It was written by a newer version of Quarry, or is damaged: start another run.',
  });
}

/** Keeps the judging of a run. */
export async function putSession({ store }: ServiceContext, session: JudgingSession): Promise<void> {
  const value: JsonValue = JSON.parse(JSON.stringify(session));
  await store.putRecord(SESSION, session.run, value);
}
