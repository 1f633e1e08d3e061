import { z } from 'zod';

/** What one cycle of learning came to for one specialist. */
export const LEARNING_REPORT = z.object({
  specialist: z.string(),
  /** The job of the cycle; empty for one of the schedule. */
  job: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  /** Dataset that candidates were queued in. */
  dataset: z.string(),
  /** New candidates for judging: from feedback, and from findings. */
  queued: z.int(),
  /** New pairs out of the structure of what it reads, that adapters learn from; they prove nothing. */
  mined: z.int(),
  /** Training runs with their decisions. */
  runs: z.array(
    z.object({ run: z.string(), kind: z.string(), state: z.string(), isPromoted: z.boolean(), decision: z.string() }),
  ),
  /** What the evidence asks of people and agents, with what caused it. */
  next: z.array(z.string()),
  /** Why nothing was trained; empty when something was. */
  skipped: z.string(),
  /** What the cycle was about; while it is the same, proving again would only try luck. */
  mark: z.string(),
});

/** A report of {@link LEARNING_REPORT}. */
export type LearningReport = z.output<typeof LEARNING_REPORT>;
