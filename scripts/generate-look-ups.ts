import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateLookUps, renderSuite } from './look-ups/generate.js';

/** Seed of the suite in eval/look-ups. */
const SEED = 20_311_130;

/** Writes the generated files of eval/look-ups anew: `npm run build && node dist/scripts/generate-look-ups.js`. */
for (const [name, text] of renderSuite(generateLookUps(SEED))) {
  const path = join('eval', 'look-ups', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
