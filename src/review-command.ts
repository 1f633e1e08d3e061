import { z } from 'zod';
import { REVIEW_STATES } from './core/curation/example.js';
import { QuarryError } from './core/errors.js';
import type { ExtraCommand } from './edges/cli/program.js';
import { reviewExamples } from './edges/cli/review-examples.js';
import type { Terminal } from './edges/cli/terminal.js';
import { openQuarry } from './quarry.js';

const Flags = z.object({ state: z.enum(REVIEW_STATES).optional(), words: z.tuple([z.string().min(1)]) });

/** A terminal whose keys can be read one by one. */
interface RawInput {
  setRawMode(isRaw: boolean): unknown;
}

function canBeRaw(stream: unknown): stream is RawInput {
  return typeof stream === 'object' && stream !== null && 'isTTY' in stream && stream.isTTY === true;
}

/** The characters of a stream, one at a time; lines may be typed too where there is no terminal. */
async function* readKeys(stdin: NodeJS.ReadableStream): AsyncGenerator<string> {
  for await (const part of stdin) for (const key of String(part)) if (key !== '\n' && key !== '\r') yield key;
}

/** `quarry dataset review <name>`: a person accepts and rejects examples with single keys. */
export function createReviewCommand({ terminal }: { readonly terminal: Terminal }): ExtraCommand {
  return {
    group: 'dataset',
    name: 'review',
    argument: { name: 'name', description: 'Dataset.' },
    summary: 'Accept and reject examples with single keys: a accept, r reject, s skip, u undo, q quit',
    options: [{ flags: '--state <state>', description: `examples of this state: ${REVIEW_STATES.join(', ')}` }],
    async run(flags, config) {
      const parsed = Flags.safeParse(flags);
      if (!parsed.success) {
        throw new QuarryError('INPUT_INVALID', 'A name of a dataset is wanted, and a state that there is.', {
          hint: `States are ${REVIEW_STATES.join(', ')}.`,
        });
      }
      const { state, words } = parsed.data;
      const { services, close } = await openQuarry(config);
      const { stdin } = terminal;
      try {
        if (canBeRaw(stdin)) stdin.setRawMode(true);
        const request = { dataset: words[0], state, keys: readKeys(stdin), terminal };
        const { accepted, rejected, left } = await reviewExamples(services.curation.datasets, request);
        terminal.stdout.write(`Accepted ${accepted}, rejected ${rejected}, ${left} left.\n`);
        return 0;
      } finally {
        if (canBeRaw(stdin)) stdin.setRawMode(false);
        await close();
      }
    },
  };
}
