import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateLookUps, LOOK_UPS_SEED, renderSuite } from './look-ups/generate.js';

/** Writes the generated files of eval/look-ups anew: `npm run build && node dist/scripts/generate-look-ups.js`. */
for (const [name, text] of renderSuite(generateLookUps(LOOK_UPS_SEED))) {
  const path = join('eval', 'look-ups', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
