import type { Example } from '../../core/curation/example.js';
import type { ReviewState } from '../../core/curation/review-states.js';
import type { DatasetService } from '../../services/curation/dataset-service.js';
import { paint, printable, type Terminal } from './terminal.js';

/** What a review goes through. */
export interface ReviewRequest {
  readonly dataset: string;
  /** Examples of this state are shown; default those that need review, then those that nobody has looked at. */
  readonly state?: ReviewState | undefined;
  /** Single keys as they are struck; the end of the keys ends the review. */
  readonly keys: AsyncIterable<string>;
  readonly terminal: Terminal;
}

/** What a review came to. */
export interface ReviewSummary {
  readonly accepted: number;
  readonly rejected: number;
  /** Examples that were to be looked at and have no decision. */
  readonly left: number;
}

const SHOWN_CHARACTERS = 1_500;
const HELP = 'a accept   r reject   s skip   u undo   q quit';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/**
 * Shows examples one after another and takes a decision with one key each: a accepts, r rejects, s skips, u undoes the last
 * decision, q quits. A decision is on disk before the next example is shown, so nothing that was seen to be taken is lost.
 * @throws QuarryError DATASET_NOT_FOUND, STORE_LOCKED
 */
export async function reviewExamples(datasets: DatasetService, request: ReviewRequest): Promise<ReviewSummary> {
  const { dataset, terminal, state } = request;
  const states: readonly ReviewState[] = state === undefined ? ['needs-review', 'unreviewed'] : [state];
  const { examples } = await datasets.show(dataset, undefined, {});
  const queue = states.flatMap((wanted) => examples.filter(({ review }) => review === wanted));
  const review = await datasets.review(dataset);
  const decisions = new Map<number, ReviewState>();
  let at = 0;
  const show = (): void => {
    const example = queue[at];
    if (example !== undefined) terminal.stdout.write(describe(example, `${at + 1} of ${queue.length}`, terminal));
  };
  try {
    show();
    if (queue.length > 0) {
      for await (const key of request.keys) {
        const example = queue[at];
        if (['q', CTRL_C, CTRL_D].includes(key)) break;
        const decision = ({ a: 'accepted', r: 'rejected' } as const)[key];
        if (decision !== undefined && example !== undefined) {
          decisions.set(at++, decision);
          await review.decide(example.id, decision);
        } else if (key === 's' && example !== undefined) {
          at++;
        } else if (key === 'u' && at > 0) {
          const before = queue[--at];
          if (decisions.delete(at) && before !== undefined) await review.decide(before.id, before.review);
        } else {
          terminal.stdout.write(`${HELP}\n`);
          continue;
        }
        if (at === queue.length) break;
        show();
      }
    }
  } finally {
    await review.settle();
  }
  const taken = [...decisions.values()];
  return {
    accepted: taken.filter((decision) => decision === 'accepted').length,
    rejected: taken.filter((decision) => decision === 'rejected').length,
    left: queue.length - taken.length,
  };
}

/** An example as a person reads it; its text is data, so nothing in it can move the cursor. */
function describe(example: Example, place: string, terminal: Terminal): string {
  const flags = example.flags.length === 0 ? '' : `, ${example.flags.join(', ')}`;
  const lines = Object.entries(example.fields).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
    const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)} ...` : text;
    return `${paint(terminal, 'stdout', 'bold', name)}  ${printable(cut)}`;
  });
  const title = printable(
    `${place}: ${example.id} (${example.kind}, ${example.review}${flags}) ${example.provenance.uri}`,
  );
  return `\n${paint(terminal, 'stdout', 'dim', title)}\n${lines.join('\n')}\n${HELP}\n`;
}
