import { z } from 'zod';

/** Inputs of every operation that writes to a place which the caller names. */
export const writeFields = {
  overwrite: z.boolean().default(false).describe('Replace what is there; needs confirm.'),
  confirm: z.boolean().default(false).describe('Must be true for overwrite.'),
};
