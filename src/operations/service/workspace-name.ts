import { z } from 'zod';

/** The name of a workspace. */
export const workspaceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores')
  .describe('Name of the workspace.');
