import { z } from 'zod';
import type { JsonObject } from '../../core/types.js';
import { parseSourceOptions, selectionFields } from '../selection/selection-options.js';

/** Options of a files source, with their defaults. */
export const filesOptionsSchema = z.strictObject({
  ...selectionFields,
  useIgnoreFiles: z
    .boolean()
    .default(true)
    .describe('Honour .gitignore, .git/info/exclude and .quarryignore, also those above the root inside a repository.'),
});

/** The options with what `resolve` found out about the target; the store keeps these. */
const storedSchema = filesOptionsSchema.extend({
  root: z.string().default(''),
  glob: z.string().default(''),
});

/** Options of a files source: see {@link filesOptionsSchema}. `root` is the absolute path, `glob` a pattern from there. */
export type FilesOptions = z.output<typeof storedSchema>;

const kind = 'files';
const known = Object.keys(filesOptionsSchema.shape);

/** Options as a caller gives them. @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseGivenOptions(options: JsonObject): z.output<typeof filesOptionsSchema> {
  return parseSourceOptions(options, { kind, schema: filesOptionsSchema, known });
}

/** Options as they are stored. @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseFilesOptions(options: JsonObject): FilesOptions {
  return parseSourceOptions(options, { kind, schema: storedSchema, known });
}
