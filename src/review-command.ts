import { REVIEW_STATES } from './core/curation/review-states.js';
import type { ExtraCommand } from './edges/cli/program-parts.js';
import type { Terminal } from './edges/cli/terminal.js';

/** `quarry dataset review <name>`: a person accepts and rejects examples with single keys. */
export function createReviewCommand({ terminal }: { readonly terminal: Terminal }): ExtraCommand {
  return {
    group: 'dataset',
    name: 'review',
    argument: { name: 'name', description: 'Dataset.' },
    summary: 'Accept and reject examples with single keys: a accept, r reject, s skip, u undo, q quit',
    options: [{ flags: '--state <state>', description: `examples of this state: ${REVIEW_STATES.join(', ')}` }],
    run: async (flags, config) => (await import('./review-dataset.js')).reviewDataset({ flags, config }, terminal),
  };
}
