import { mineAltTexts } from './mine-alt-texts.js';
import { mineCommits } from './mine-commits.js';
import { mineDefinitions } from './mine-definitions.js';
import { mineDocstrings } from './mine-docstrings.js';
import { mineHeadings } from './mine-headings.js';
import { mineIssues } from './mine-issues.js';
import { mineLinks } from './mine-links.js';
import { mineQuestions } from './mine-questions.js';
import type { Mine, MinerName } from './mined-pair.js';

/** The miners by name. */
export const MINER_TABLE: Readonly<Record<MinerName, Mine>> = {
  headings: mineHeadings,
  docstrings: mineDocstrings,
  questions: mineQuestions,
  issues: mineIssues,
  links: mineLinks,
  commits: mineCommits,
  definitions: mineDefinitions,
  'alt-texts': mineAltTexts,
};
