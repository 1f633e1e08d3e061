import { z } from 'zod';
import type { Config } from './config/schema.js';
import { REVIEW_STATES } from './core/curation/review-states.js';
import { QuarryError } from './core/errors.js';
import { reviewExamples } from './edges/cli/review-examples.js';
import type { Terminal } from './edges/cli/terminal.js';
import { openWorkspace } from './open-workspace.js';

const Flags = z.object({ state: z.enum(REVIEW_STATES).optional(), words: z.tuple([z.string().min(1)]) });

/** A review as the command line asks for it. */
export interface ReviewRequest {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly config: Partial<Config>;
}

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

/** Lets a person judge the examples of a dataset key by key. @throws QuarryError INPUT_INVALID */
export async function reviewDataset({ flags, config }: ReviewRequest, terminal: Terminal): Promise<number> {
  const parsed = Flags.safeParse(flags);
  if (!parsed.success) {
    throw new QuarryError('INPUT_INVALID', 'A name of a dataset is wanted, and a state that there is.', {
      hint: `States are ${REVIEW_STATES.join(', ')}.`,
    });
  }
  const { state, words } = parsed.data;
  const { services, close } = await openWorkspace(config);
  const { stdin } = terminal;
  try {
    if (canBeRaw(stdin)) stdin.setRawMode(true);
    const request = { dataset: words[0], state, keys: readKeys(stdin), terminal };
    const { accepted, rejected, left } = await reviewExamples((await services.curation()).datasets, request);
    terminal.stdout.write(`Accepted ${accepted}, rejected ${rejected}, ${left} left.\n`);
    return 0;
  } finally {
    if (canBeRaw(stdin)) stdin.setRawMode(false);
    await close();
  }
}
